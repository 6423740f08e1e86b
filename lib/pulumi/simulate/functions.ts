import { organization } from "lib/organization.ts";
import { ACCOUNT_ID, digits, zonesOf } from "lib/pulumi/simulate/account.ts";
import { isRecord, type Properties, unwrap } from "lib/pulumi/simulate/wire.ts";

type Answer = (args: Properties, region: string) => Properties;

/** `prod-*` → the image's id, stable for the same filters. */
const image: Answer = (args) => {
  const id = `ami-${digits(JSON.stringify(args.filters ?? args), 17)}`;
  return {
    id,
    imageId: id,
    architecture: "x86_64",
    name: `simulated-${id}`,
    rootDeviceName: "/dev/xvda",
    blockDeviceMappings: [],
  };
};

/** The answers to provider functions, by token. What is not here is answered with its arguments. */
const ANSWERS: Record<string, Answer> = {
  "aws:index/getCallerIdentity:getCallerIdentity": () => ({
    accountId: ACCOUNT_ID,
    arn: `arn:aws:iam::${ACCOUNT_ID}:user/simulated`,
    userId: "AIDASIMULATED",
    id: ACCOUNT_ID,
  }),
  "aws:index/getRegion:getRegion": (_args, region) => ({
    name: region,
    region,
    id: region,
    description: "Simulated",
    endpoint: `ec2.${region}.amazonaws.com`,
  }),
  "aws:index/getPartition:getPartition": () => ({
    partition: "aws",
    dnsSuffix: "amazonaws.com",
    reverseDnsPrefix: "com.amazonaws",
    id: "aws",
  }),
  "aws:index/getAvailabilityZones:getAvailabilityZones": (_args, region) => ({
    names: zonesOf(region),
    zoneIds: zonesOf(region).map((zone) => `use1-az${zone.charCodeAt(zone.length - 1) - 96}`),
    id: region,
  }),
  "aws:ec2/getAmi:getAmi": image,
  "aws:ssm/getParameter:getParameter": ({ name }) => ({
    name,
    type: "String",
    value: `simulated-${name}`,
    arn: `arn:aws:ssm:${organization.region}:${ACCOUNT_ID}:parameter${name}`,
  }),
  "aws:route53/getZone:getZone": ({ name }) => ({
    name,
    zoneId: `Z${digits(String(name), 13).toUpperCase()}`,
    id: `Z${digits(String(name), 13).toUpperCase()}`,
  }),
  "aws:iam/getPolicyDocument:getPolicyDocument": (args) => {
    const json = policyDocument(args);
    return { json, minifiedJson: json, id: digits(json, 10) };
  },
};

/** `aws.iam.getPolicyDocument` as the provider renders it, for the arguments in common use. */
function policyDocument(args: Properties): string {
  const statements = (Array.isArray(args.statements) ? args.statements : []).filter(isRecord);
  const one = (value: unknown) => Array.isArray(value) && value.length === 1 ? value[0] : value;
  return JSON.stringify({
    Version: args.version ?? "2012-10-17",
    Statement: statements.map((statement) => ({
      Sid: statement.sid,
      Effect: statement.effect ?? "Allow",
      Action: one(statement.actions),
      NotAction: one(statement.notActions),
      Resource: one(statement.resources),
      NotResource: one(statement.notResources),
      Principal: principals(statement.principals),
      Condition: conditions(statement.conditions),
    })),
  });
}

function principals(list: unknown): unknown {
  if (!Array.isArray(list) || list.length === 0) return undefined;
  const byType: Record<string, unknown> = {};
  for (const { type, identifiers } of list.filter(isRecord)) {
    if (type === "*") return "*";
    byType[String(type)] = Array.isArray(identifiers) && identifiers.length === 1
      ? identifiers[0]
      : identifiers;
  }
  return byType;
}

function conditions(list: unknown): unknown {
  if (!Array.isArray(list) || list.length === 0) return undefined;
  const byTest: Record<string, Record<string, unknown>> = {};
  for (const { test, variable, values } of list.filter(isRecord)) {
    (byTest[String(test)] ??= {})[String(variable)] = Array.isArray(values) && values.length === 1
      ? values[0]
      : values;
  }
  return byTest;
}

/**
 * Answers a provider function.
 *
 * @param token `aws:index/getRegion:getRegion`
 * @param args As they came over the wire
 * @returns The answer from the table; otherwise the arguments with an `id`
 */
export function simulateInvoke(token: string, args: Properties): Properties {
  const plain = unwrap(args) as Properties;
  const region = typeof plain.region === "string" ? plain.region : organization.region;
  const answer = ANSWERS[token];
  if (answer) return answer(plain, region);
  return { id: digits(token + JSON.stringify(plain), 10), ...plain };
}
