/**
 * Pulumi Outputs inside documents, recognised by their shape so that nothing of Pulumi is loaded.
 *
 * @module
 */

/** As much of a Pulumi Output as is needed here. */
interface OutputLike {
  readonly __pulumiOutput: true;
  apply<U>(transform: (value: unknown) => U): OutputLike;
}

const isOutput = (value: unknown): value is OutputLike =>
  typeof value === "object" && value !== null &&
  (value as { __pulumiOutput?: unknown }).__pulumiOutput === true;

const MAX_DEPTH = 100;

function collect(value: unknown, found: OutputLike[], depth = 0): OutputLike[] {
  if (isOutput(value)) found.push(value);
  else if (typeof value === "object" && value !== null && depth < MAX_DEPTH) {
    for (const child of Object.values(value)) collect(child, found, depth + 1);
  }
  return found;
}

function replace(value: unknown, values: ReadonlyMap<unknown, unknown>): unknown {
  if (isOutput(value)) return values.get(value);
  if (Array.isArray(value)) return value.map((item) => replace(item, values));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [key, replace(child, values)]),
  );
}

/**
 * Hands the plain value of a document to `transform`: at once when there are no Outputs in it, else when
 * all of them are known. In a preview with unknown values `transform` is never called.
 *
 * @returns What `transform` returned, inside an Output when there was one
 */
export function applyPlain<T>(document: unknown, transform: (plain: unknown) => T): unknown {
  const outputs = [...new Set(collect(document, []))];
  const [first, ...rest] = outputs;
  if (first === undefined) return transform(document);
  const all = rest.reduce<OutputLike>(
    (before, output) =>
      before.apply((values) => output.apply((value) => [...values as unknown[], value])),
    first.apply((value) => [value]),
  );
  return all.apply((values) => {
    const known = new Map(outputs.map((output, index) => [output, (values as unknown[])[index]]));
    return applyPlain(replace(document, known as Map<unknown, unknown>), transform);
  });
}
