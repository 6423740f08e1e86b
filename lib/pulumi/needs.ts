import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { didYouMean } from "lib/schema/nearest.ts";
import { describeIssues } from "lib/schema/parse.ts";
import { Problem } from "lib/schema/problem.ts";
import { isSecretSchema, type NeedHandle, type Needs, type Shape } from "lib/pulumi/project.ts";
import type { StackInfo } from "lib/pulumi/stack_info.ts";

/** A program asked for a plain value that is not known yet: its stack has to wait for the upstream. */
export class Deferred extends Problem {
  override readonly name = "Deferred";

  /** @param upstream The stack that has to be deployed first @param key The output that was asked for */
  constructor(readonly upstream: string, readonly key: string) {
    super(`Deferred: output "${key}" of ${upstream} is not known before that stack is deployed`);
  }
}

/** The upstream stack's full name by the need's name: a stack's declared references. */
export function needReferences(needs: Needs, info: StackInfo): Map<string, string> {
  return new Map(
    Object.entries(needs).map(([name, need]) => [
      name,
      `organization/${need.project.name}/${need.stack(info)}`,
    ]),
  );
}

/**
 * Opens a stack's needs: each becomes a real `StackReference` and a handle with typed outputs.
 *
 * @param unknown Upstream stacks by full name, or outputs of one as `<full name>#<output>` (`*`: all), that
 * are not known yet
 * @param onRead Told of each output that the program asks for
 */
export function openNeeds(
  needs: Needs,
  info: StackInfo,
  unknown: ReadonlySet<string> = new Set(),
  onRead: (upstream: string, key: string) => void = () => {},
): Record<string, NeedHandle<Shape>> {
  const references = needReferences(needs, info);
  return Object.fromEntries(
    Object.entries(needs).map(([name, need]) => {
      const fullName = references.get(name)!;
      const read = (key: string) => onRead(fullName, key);
      return [name, openNeed(need.project.outputs, fullName, info, unknown, read)];
    }),
  );
}

const unknownOutput = () => pulumi.output(pulumi.unknown) as pulumi.Output<unknown>;

function openNeed(
  outputs: Shape,
  fullName: string,
  info: StackInfo,
  unknown: ReadonlySet<string>,
  onRead: (key: string) => void,
): NeedHandle<Shape> {
  const [, project, stack] = fullName.split("/");
  const reference = unknown.has(fullName) ? undefined : new pulumi.StackReference(fullName);
  const read = (key: string): pulumi.Output<unknown> => {
    if (reference === undefined) return unknownOutput();
    const isUnknown = unknown.has(`${fullName}#*`) || unknown.has(`${fullName}#${key}`);
    // What is unknown still depends on the reference: a plan names each resource's dependencies.
    return reference.getOutput(key).apply((value) =>
      isUnknown
        ? unknownOutput()
        : checkOutput(outputs, key, value, { project, stack, reader: info })
    );
  };
  const cache = new Map<string, pulumi.Output<unknown>>();
  const lazy = (key: string) => {
    onRead(key);
    if (!cache.has(key)) cache.set(key, read(key));
    return cache.get(key)!;
  };
  const handle = {
    async eager(key: string) {
      const output = lazy(key) as unknown as {
        isKnown: Promise<boolean>;
        promise(): Promise<unknown>;
      };
      const [value, isKnown] = await Promise.all([output.promise(), output.isKnown]);
      if (!isKnown) throw new Deferred(`${project}:${stack}`, key);
      return value;
    },
  };
  for (const key of Object.keys(outputs.shape)) {
    Object.defineProperty(handle, key, { enumerable: true, get: () => lazy(key) });
  }
  return new Proxy(handle, {
    get(target, key) {
      // Whoever awaits or prints a handle asks for these.
      if (key in target || typeof key === "symbol" || key === "then" || key === "toJSON") {
        return Reflect.get(target, key);
      }
      const known = Object.keys(outputs.shape);
      throw new Problem(
        `${project} has no output "${key}"${
          didYouMean(key, known) || `: there are ${known.join(", ")}`
        }`,
      );
    },
  }) as unknown as NeedHandle<Shape>;
}

/**
 * Checks one output at its reader.
 *
 * @throws {Problem} when it is missing, an undecryptable secret (Pulumi hands those over as `{}`), or
 * not of the upstream's schema
 */
export function checkOutput(
  outputs: Shape,
  key: string,
  value: unknown,
  where: { project: string; stack: string; reader: StackInfo },
): unknown {
  const schema = outputs.shape[key] as z.ZodType;
  const upstream = `output "${key}" of ${where.project}:${where.stack}`;
  const reader = `Stack "${where.reader.name}" of ${where.reader.project}`;
  const result = schema.safeParse(value);
  if (result.success && !isLostSecret(schema, value)) return result.data;
  if (value === undefined) {
    throw new Problem(
      `${reader} needs ${upstream}, which that stack does not have: deploy ${where.project} first`,
    );
  }
  if (isLostSecret(schema, value)) {
    throw new Problem(
      `${reader} cannot decrypt ${upstream}: it arrived as an empty object, which means another passphrase or key: use the upstream's`,
    );
  }
  const issues = describeIssues(result.error!).join("; ");
  throw new Problem(
    `${reader} reads ${upstream}, which is not what its manifest promises: ${issues}: deploy ${where.project} again`,
  );
}

function isLostSecret(schema: z.ZodType, value: unknown): boolean {
  const isEmpty = typeof value === "object" && value !== null && !Array.isArray(value) &&
    Object.keys(value).length === 0;
  return isEmpty && isSecretSchema(schema);
}
