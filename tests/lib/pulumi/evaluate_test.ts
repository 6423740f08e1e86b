import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { AWSBase } from "lib/pulumi/aws_base.ts";
import { evaluateStack } from "lib/pulumi/evaluate/evaluate.ts";
import { defineProject, on, type OutputsOf, type Project, secret } from "lib/pulumi/project.ts";
import type { StackRun } from "lib/pulumi/run_program.ts";
import { isSecret, masked, type Properties } from "lib/pulumi/simulate/wire.ts";
import { parseStack } from "lib/pulumi/stack_info.ts";
import { Problem } from "lib/schema/problem.ts";

const Config = AWSBase.extend({ size: z.int().default(1) });
const Outputs = z.strictObject({ arn: z.string(), token: secret(z.string()).optional() });
const TAGS = { OU: "operations", Environment: "CI" };

const upstream = defineProject({
  name: "ol-infrastructure-upstream",
  config: AWSBase,
  outputs: z.strictObject({ vpcId: z.string(), password: secret(z.string()) }),
  program: () => Promise.resolve({ default: () => ({ vpcId: "vpc-1", password: "hush" }) }),
});

// deno-lint-ignore no-explicit-any
type Body = (context: any) => OutputsOf<typeof Outputs> | Promise<unknown>;

function projectOf(body: Body): Project {
  return defineProject({
    name: "ol-application-example",
    config: Config,
    outputs: Outputs,
    needs: { upstream: on(upstream) },
    program: () => Promise.resolve({ default: body }),
  }) as unknown as Project;
}

function evaluate(
  body: Body,
  options: { values?: Properties; upstream?: Properties; unknown?: boolean } = {},
) {
  const info = parseStack("ol-application-example", "CI");
  const fullName = "organization/ol-infrastructure-upstream/CI";
  const run: StackRun = {
    project: projectOf(body),
    info,
    config: {
      source: "Pulumi.CI.yaml",
      values: options.values ?? { tags: TAGS },
      secretKeys: new Set(),
      foreign: {},
    },
    unknown: new Set(options.unknown ? [fullName] : []),
  };
  return evaluateStack(
    run,
    new Map([[fullName, options.upstream ?? { vpcId: "vpc-7", password: "hush" }]]),
  );
}

Deno.test("resources are seen with inputs, tags, parents, dependencies and secretness", async () => {
  const { resources, outputs } = await evaluate(({ config, needs }) => {
    const component = new pulumi.ComponentResource("test:index:Thing", "thing");
    const bucket = new aws.s3.Bucket("data", { tags: { Name: "data" } }, { parent: component });
    new aws.ssm.Parameter("p", { type: "SecureString", value: needs.upstream.password }, {
      dependsOn: [bucket],
    });
    new kubernetes.core.v1.ConfigMap("c", { data: { size: `${config.size}` } });
    return { arn: bucket.arn, token: "t0ken" };
  });
  const find = (name: string) => resources.find((one) => one.name === name)!;
  assert.equal(find("data").parent, find("thing").urn);
  assert.match(find("data").urn, /::test:index:Thing\$aws:s3\/bucket:Bucket::data$/);
  assert.deepEqual(find("data").inputs.tags, {
    Name: "data",
    OU: "operations",
    Environment: "CI",
    business_unit: "operations",
    environment: "ci",
    pulumi_managed: "true",
    application: "example",
    owner: "platform-engineering",
  });
  const reference = find("organization/ol-infrastructure-upstream/CI");
  assert.deepEqual(find("p").dependencies, [find("data").urn, reference.urn]);
  assert.ok(isSecret(find("p").outputs.value), "the provider marks a parameter's value secret");
  const { labels } = find("c").inputs.metadata as { labels: Record<string, string> };
  assert.equal(labels["ol.mit.edu/application"], "example");
  assert.match(String(outputs.arn), /^arn:aws:s3:::data-[0-9a-f]{7}$/);
  assert.deepEqual(masked(outputs.token), "[secret]");
});

Deno.test("an upstream's output arrives typed, and an unknown one stays unknown", async () => {
  const seen: string[] = [];
  const body: Body = ({ needs }) => ({
    arn: needs.upstream.vpcId.apply((id: string) => {
      seen.push(id);
      return id;
    }),
  });
  assert.equal((await evaluate(body)).outputs.arn, "vpc-7");
  const { outputs, deferred } = await evaluate(body, { unknown: true });
  assert.equal(masked(outputs.arn), "[unknown]");
  assert.equal(deferred, undefined);
  assert.deepEqual(seen, ["vpc-7"]);
});

Deno.test("an eager read of what is not known defers the stack", async () => {
  const body: Body = async ({ needs }) => ({ arn: await needs.upstream.eager("vpcId") });
  assert.equal((await evaluate(body)).outputs.arn, "vpc-7");
  const { deferred } = await evaluate(body, { unknown: true });
  assert.match(deferred!, /output "vpcId" of ol-infrastructure-upstream:CI is not known/);
});

const refused: [what: string, body: Body, options: Parameters<typeof evaluate>[1], says: RegExp][] =
  [
    [
      "an output that the manifest does not name",
      () => ({ arn: "a", url: "b" } as never),
      {},
      /returned output "url", which its manifest does not name/,
    ],
    ["a promised output that is missing", () => ({} as never), {}, /did not return output "arn"/],
    [
      "an output of the wrong type",
      () => ({ arn: 7 } as never),
      {},
      /output "arn" that is not what its manifest promises/,
    ],
    ["no outputs at all", () => undefined as never, {}, /returned no outputs/],
    [
      "an undeclared reference",
      () => {
        new pulumi.StackReference("organization/elsewhere/CI");
        return { arn: "a" };
      },
      {},
      /reads stack organization\/elsewhere\/CI, which its manifest does not declare/,
    ],
    [
      "two resources of one name",
      () => {
        new aws.s3.Bucket("data");
        new aws.s3.Bucket("data");
        return { arn: "a" };
      },
      {},
      /are named "data": names must differ/,
    ],
    ["an upstream output that is not there", ({ needs }) => ({ arn: needs.upstream.vpcId }), {
      upstream: { password: "x" },
    }, /needs output "vpcId" of ol-infrastructure-upstream:CI, which that stack does not have/],
    [
      "an upstream secret that was not decrypted",
      ({ needs }) => ({ arn: needs.upstream.password }),
      { upstream: { vpcId: "v", password: {} } },
      /cannot decrypt output "password"/,
    ],
    ["an upstream output of another type", ({ needs }) => ({ arn: needs.upstream.vpcId }), {
      upstream: { vpcId: 7, password: "x" },
    }, /not what its manifest promises/],
    [
      "an unknown configuration key",
      () => ({ arn: "a" }),
      { values: { tags: TAGS, sise: 2 } },
      /Pulumi\.CI\.yaml: ol-application-example:sise: unknown key: did you mean "size"\?/,
    ],
    [
      "configuration without tags",
      () => ({ arn: "a" }),
      { values: {} },
      /ol-application-example:tags: /,
    ],
    ["an unknown business unit", () => ({ arn: "a" }), {
      values: { tags: { ...TAGS, OU: "nobody" } },
    }, /tags\.OU: /],
    [
      "a program that throws",
      () => {
        throw new TypeError("a defect");
      },
      {},
      /a defect/,
    ],
    [
      "a throw in a late apply",
      () => {
        pulumi.output(1).apply(() => {
          throw new TypeError("a late defect");
        });
        return { arn: "a" };
      },
      {},
      /a late defect/,
    ],
  ];

for (const [what, body, options, says] of refused) {
  Deno.test(`${what} is refused`, async () => {
    await assert.rejects(evaluate(body, options), says);
  });
}

Deno.test("a defect keeps its stack trace, evaluations in between do not", async () => {
  await evaluate(() => ({ arn: "a" }));
  const error = await evaluate(() => {
    throw new TypeError("where");
  }).catch((error) => error);
  assert.match(error.stack, /evaluate_test\.ts/);
});

Deno.test("an error that was reported may come again, from a promise that nobody awaits", async () => {
  const error = new Problem("The program gave up");
  await assert.rejects(evaluate(() => Promise.reject(error)), /gave up/);
  void Promise.reject(error);
  await new Promise((resolve) => setTimeout(resolve, 0));
});
