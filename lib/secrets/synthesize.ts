/**
 * Made-up secrets: what a rehearsal gives a program in place of real ones.
 *
 * @module
 */
import { z } from "zod";
import { Problem } from "lib/schema/problem.ts";
import { synthesizeText } from "lib/secrets/synthesize_text.ts";

/** The part of JSON Schema 2020-12 that zod writes. */
export interface JsonSchema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly examples?: readonly unknown[];
  readonly default?: unknown;
  readonly $ref?: string;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly propertyNames?: JsonSchema;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema | boolean;
  readonly prefixItems?: readonly JsonSchema[];
  readonly minItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly multipleOf?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly format?: string;
  readonly pattern?: string;
}

/** How deep a schema that contains itself is followed, and from where on lists stay empty. */
const MAX_DEPTH = 20;
const DEEP = 6;

/**
 * A made-up value that a schema accepts: the same every time, and plainly no secret
 * (`synthesised-password`).
 *
 * Where rules are not to be guessed (a checksum, say), give the schema an example:
 * `.meta({ examples: ["…"] })`, which is always tried first.
 *
 * @param schema Any schema whose input JSON can express
 * @param name What it is for; texts are named after it
 * @returns The schema's output
 * @throws {Problem} naming the keys for which nothing fitting was found
 */
export function synthesize<S extends z.ZodType>(schema: S, name = "secret"): z.output<S> {
  const accepts = (value: unknown) => schema.safeParse(value).success;
  const json = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as
    & JsonSchema
    & { readonly $defs?: Readonly<Record<string, JsonSchema>> };
  const definitions = json.$defs ?? {};
  const find = (ref: string) => ref === "#" ? json : definitions[ref.replace(/^#\/\$defs\//, "")];
  for (const preferred of candidates(json, { name, find, depth: 0 })) {
    if (accepts(preferred)) return schema.parse(preferred);
  }
  const [value] = candidates(json, { name, find, depth: 0 });
  const keys = schema.safeParse(value).error!.issues.map(({ path }) => path.join(".") || name);
  throw new Problem(
    `Nothing made up fits ${
      [...new Set(keys)].join(", ")
    }: give its schema an example: .meta({ examples: ["…"] })`,
  );
}

interface Place {
  readonly name: string;
  readonly depth: number;
  readonly find: (ref: string) => JsonSchema | undefined;
}

/** Values to try, likeliest first; the first is what a container takes. */
function* candidates(schema: JsonSchema, place: Place): Generator<unknown> {
  yield* schema.examples ?? [];
  if (schema.const !== undefined) return yield schema.const;
  if (schema.enum !== undefined) return yield* schema.enum;
  if (place.depth > MAX_DEPTH) return yield null;
  const below = { ...place, depth: place.depth + 1 };
  if (schema.$ref !== undefined) return yield* candidates(place.find(schema.$ref) ?? {}, below);
  if (schema.allOf !== undefined && schema.type === undefined) {
    const parts = schema.allOf.map((part) => first(part, below));
    return yield parts.every(isObject) ? Object.assign({}, ...parts) : parts[0];
  }
  const options = schema.anyOf ?? schema.oneOf;
  if (options !== undefined) {
    // What leads back to itself comes last, so that it ends.
    const last = (option: JsonSchema) => option.$ref === undefined ? 0 : 1;
    for (const option of [...options].sort((a, b) => last(a) - last(b))) {
      yield* candidates(option, below);
    }
    return;
  }
  switch (schema.type) {
    case "object":
      return yield objectOf(schema, below);
    case "array":
      return yield listOf(schema, below);
    case "string":
      return yield* synthesizeText(schema, place.name);
    case "integer":
    case "number":
      return yield* numbers(schema);
    case "boolean":
      return yield* [false, true];
    case "null":
      return yield null;
    default:
      yield* synthesizeText(schema, place.name);
  }
}

const isObject = (value: unknown) => typeof value === "object" && value !== null;

/** The first candidate that the schema's own rules allow; containers are built from these. */
function first(schema: JsonSchema, place: Place): unknown {
  const [value] = candidates(schema, place);
  return value;
}

function objectOf(schema: JsonSchema, place: Place): Record<string, unknown> {
  const entries = Object.entries(schema.properties ?? {}).map(([key, value]) =>
    [key, first(value, { ...place, name: key })] as const
  );
  if (entries.length === 0 && typeof schema.additionalProperties === "object") {
    const { propertyNames } = schema;
    const names = propertyNames?.enum?.map(String) ??
      [String(first(propertyNames ?? { type: "string" }, { ...place, name: "key" }))];
    for (const key of names) {
      entries.push([key, first(schema.additionalProperties, { ...place, name: key })]);
    }
  }
  return Object.fromEntries(entries);
}

function listOf(schema: JsonSchema, place: Place): unknown[] {
  const items = (schema.prefixItems ?? []).map((item) => first(item, place));
  const wanted = Math.max(schema.minItems ?? (place.depth > DEEP ? 0 : 1), items.length);
  while (items.length < wanted && typeof schema.items === "object") {
    const name = wanted > 1 ? `${place.name}-${items.length + 1}` : place.name;
    items.push(first(schema.items, { ...place, name }));
  }
  return items;
}

/** Small numbers and the bounds, those within the bounds first. */
function numbers(schema: JsonSchema): number[] {
  const step = schema.multipleOf ?? (schema.type === "integer" ? 1 : 0);
  const low = schema.minimum ?? schema.exclusiveMinimum ?? -Infinity;
  const high = schema.maximum ?? schema.exclusiveMaximum ?? Infinity;
  const rounded = step > 0 ? Math.ceil(low / step) * step : low;
  const tries = [1, step, 0, rounded, rounded + (step || 1), (low + high) / 2, high - step, high];
  const fits = (value: number) =>
    Number.isFinite(value) && value >= low && value <= high &&
    value !== schema.exclusiveMinimum && value !== schema.exclusiveMaximum &&
    (step === 0 || Number.isInteger(value / step));
  return [...tries.filter(fits), 0];
}
