/**
 * Values as they travel between programs, engine and providers: JSON, with signatures for what JSON
 * cannot say.
 *
 * @see https://pulumi-developer-docs.readthedocs.io/latest/developer-docs/architecture/property-values.html
 * @module
 */

/** The key under which a signed value says what it is. */
export const SIGNATURE = "4dabf18193072939515e22adb298388d";
/** The signature of a secret; its `value` is beside it. */
export const SECRET = "1b47061264138c4ac30d75fd1eb44270";
/** The signature of an output value with dependencies. */
export const OUTPUT_VALUE = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
/** The signature of a reference to a resource. */
export const RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e";
/** A value that is not known yet. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** A JSON object. */
export type Properties = Record<string, unknown>;

/** Whether it is an object with keys: no array, no null. */
export function isRecord(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Wraps a value as a secret. */
export function asSecret(value: unknown): Properties {
  return { [SIGNATURE]: SECRET, value };
}

/** Whether the value itself is a secret. */
export function isSecret(value: unknown): boolean {
  return isRecord(value) &&
    (value[SIGNATURE] === SECRET || (value[SIGNATURE] === OUTPUT_VALUE && value.secret === true));
}

/** Whether the value or anything in it fulfils the condition. */
function some(value: unknown, condition: (value: unknown) => boolean): boolean {
  if (condition(value)) return true;
  if (Array.isArray(value)) return value.some((item) => some(item, condition));
  return isRecord(value) && Object.values(value).some((item) => some(item, condition));
}

/** Whether the value or anything in it is secret. */
export function containsSecret(value: unknown): boolean {
  return some(value, isSecret);
}

/** Whether the value or anything in it is not known yet. */
export function containsUnknown(value: unknown): boolean {
  return some(
    value,
    (item) =>
      item === UNKNOWN ||
      (isRecord(item) && item[SIGNATURE] === OUTPUT_VALUE && !("value" in item)),
  );
}

/** The plain value: secrets and output values opened, references to resources by their id or URN. */
export function unwrap(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unwrap);
  if (!isRecord(value)) return value;
  switch (value[SIGNATURE]) {
    case SECRET:
      return unwrap(value.value);
    case OUTPUT_VALUE:
      return "value" in value ? unwrap(value.value) : UNKNOWN;
    case RESOURCE:
      return value.id ?? value.urn;
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unwrap(item)]));
}

/** The value with each secret shown as `[secret]` and each unknown as `[unknown]`: to print. */
export function masked(value: unknown): unknown {
  if (value === UNKNOWN) return "[unknown]";
  if (Array.isArray(value)) return value.map(masked);
  if (!isRecord(value)) return value;
  if (isSecret(value)) return "[secret]";
  if (value[SIGNATURE] === OUTPUT_VALUE) {
    return "value" in value ? masked(value.value) : "[unknown]";
  }
  if (value[SIGNATURE] === RESOURCE) return value.urn;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, masked(item)]));
}

/** The type's part of a URN: `aws:ec2/vpc:Vpc`, without its parents' types. */
export function typeOfUrn(urn: string): string {
  return (urn.split("::")[2] ?? "").split("$").at(-1)!;
}

/** The name's part of a URN. */
export function nameOfUrn(urn: string): string {
  return urn.split("::").slice(3).join("::");
}
