import type { KnownAction } from "lib/iam/actions.ts";
import { type Arn, splitArn, variablesAsStars } from "lib/iam/arn.ts";
import { findService } from "lib/iam/aws/data.ts";
import { covers, overlaps } from "lib/iam/glob.ts";

/** A resource type of a service. */
export interface ResourceType {
  readonly name: string;
  /** The ARN as documented: `arn:${Partition}:s3:::${BucketName}`. */
  readonly documented: string;
  /** The ARN with `*` for each variable part: `arn:*:s3:::*`. */
  readonly format: string;
  readonly parts: Arn | undefined;
  readonly conditionKeys: readonly string[];
}

/** A resource type that an action takes. */
export interface TakenType extends ResourceType {
  readonly required: boolean;
  /** The type itself, the same object for every action of the service. */
  readonly type: ResourceType;
}

const types = new Map<string, ResourceType | undefined>();
const taken = new Map<string, readonly TakenType[]>();

function findType(prefix: string, name: string): ResourceType | undefined {
  const key = `${prefix}:${name.toLowerCase()}`;
  if (types.has(key)) return types.get(key);
  const details = findService(prefix)?.resourceTypes.get(name.toLowerCase());
  const format = details && variablesAsStars(details.arn);
  const type = details && format !== undefined
    ? {
      name,
      documented: details.arn,
      format,
      parts: splitArn(format),
      conditionKeys: details.conditionKeys ?? [],
    }
    : undefined;
  types.set(key, type);
  return type;
}

/**
 * The types as the data has them, but for load balancers: two services share that prefix, and for the
 * actions of both (AddTags) the data knows only one's types.
 */
function documentedTypes(
  { prefix, details }: KnownAction,
): KnownAction["details"]["resourceTypes"] {
  if (prefix !== "elasticloadbalancing" || details.resourceTypes.length === 0) {
    return details.resourceTypes;
  }
  return [...findService(prefix)!.resourceTypes.keys()].map((name) => ({
    name,
    required: false,
    conditionKeys: details.resourceTypes.flatMap((type) => type.conditionKeys),
  }));
}

/** The resource types of an action; empty when it can only be allowed on `*`. */
export function typesOf(action: KnownAction): readonly TakenType[] {
  const known = taken.get(action.key);
  if (known !== undefined) return known;
  const found = documentedTypes(action).flatMap(({ name, required, conditionKeys }) => {
    const type = findType(action.prefix, name);
    if (type === undefined) return [];
    return [{ ...type, type, required, conditionKeys: [...conditionKeys, ...type.conditionKeys] }];
  });
  taken.set(action.key, found);
  return found;
}

/** `*`, or an ARN of nothing but wildcards. */
export const isStar = (resource: string): boolean =>
  /^\*+$/.test(resource) || /^arn(:\*+){3,}$/.test(resource);

const PARTS = ["partition", "service", "region", "account", "resource"] as const;
const remembered = new Map<ResourceType, Map<string, boolean>>();
let rememberedCount = 0;
const REMEMBERED_LIMIT = 20_000;

/** Whether a policy's resource can be one of a type. */
export function canBe(resource: string, { type }: TakenType): boolean {
  if (rememberedCount > REMEMBERED_LIMIT) {
    remembered.clear();
    rememberedCount = 0;
  }
  let answers = remembered.get(type);
  if (answers === undefined) remembered.set(type, answers = new Map());
  const known = answers.get(resource);
  if (known !== undefined) return known;
  const answer = compare(resource, type);
  answers.set(resource, answer);
  rememberedCount++;
  return answer;
}

function compare(resource: string, type: ResourceType): boolean {
  if (isStar(resource)) return true;
  const plain = variablesAsStars(resource);
  if (plain.includes("${")) return false;
  // A bucket's name has no slash, which the wildcard of its format would take.
  if (type.format === "arn:*:s3:::*" && plain.includes("/")) return false;
  const given = splitArn(plain);
  const wanted = type.parts;
  if (given === undefined || wanted === undefined) return overlaps(plain, type.format);
  // A wildcard does not reach over a colon, but for those of the resource part.
  return PARTS.every((part) =>
    given[part] === "" ? wanted[part] === "" : overlaps(given[part], wanted[part])
  );
}

/** Whether a policy's resource takes in every resource of a type, its partition apart. */
export function isAll(resource: string, { format }: ResourceType): boolean {
  return covers(resource.replace(/^arn:[^:]*:/, "arn:*:"), format);
}
