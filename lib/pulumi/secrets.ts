import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { Env } from "lib/schema/env.ts";
import { Problem } from "lib/schema/problem.ts";
import type { SecretFiles, SecretsContext } from "lib/secrets/define.ts";
import type { StackInfo } from "lib/pulumi/stack_info.ts";

/** A context's files by name: each a secret output of what its schema gives. */
export type SecretOutputs<F extends SecretFiles> = {
  readonly [K in keyof F]: pulumi.Output<z.output<F[K]>>;
};

/**
 * Reads a context's files for the stack's environment.
 *
 * @param context The default export of `secrets/<context>/schema.ts`; named in the manifest's `secrets`
 * @returns Secret outputs: real ones in a deployment, made up from the schema in `preview` and in a
 * sandbox
 * @throws {Problems} for files that cannot be read or are not of their schema, naming file and key only
 */
export type SecretsFor = <F extends SecretFiles>(
  context: SecretsContext<F>,
) => Promise<SecretOutputs<F>>;

/**
 * The `secretsFor` of one stack's program.
 *
 * @param declared The contexts that the manifest names
 * @param keys Where keys are looked for; absent: no file is read and every value is made up
 */
export function openSecrets(
  declared: readonly string[],
  info: StackInfo,
  keys: Env | undefined,
): SecretsFor {
  const read = new Map<string, Promise<Record<string, unknown>>>();
  return async <F extends SecretFiles>(context: SecretsContext<F>) => {
    const { name } = context;
    if (!declared.includes(name)) {
      throw new Problem(
        `Stack "${info.name}" of ${info.project} reads secrets/${name}, which its manifest does not ` +
          `name: add "${name}" to its secrets`,
      );
    }
    if (!read.has(name)) read.set(name, keys ? readReal(context, info, keys) : makeUp(context));
    const files = await read.get(name)!;
    return Object.fromEntries(
      Object.entries(files).map(([file, data]) => [file, pulumi.secret(data)]),
    ) as unknown as SecretOutputs<F>;
  };
}

async function readReal(
  { root, name }: SecretsContext,
  info: StackInfo,
  keys: Env,
): Promise<Record<string, unknown>> {
  const { readContext } = await import("lib/secrets/context.ts");
  const secrets = await readContext(root, name, info.environmentSuffix, keys);
  return Object.fromEntries(secrets.map(({ path, data }) => [path, data]));
}

async function makeUp({ files, name }: SecretsContext): Promise<Record<string, unknown>> {
  const { synthesize } = await import("lib/secrets/synthesize.ts");
  return Object.fromEntries(
    Object.entries(files).map(([file, schema]) => [file, synthesize(schema, `${name}-${file}`)]),
  );
}
