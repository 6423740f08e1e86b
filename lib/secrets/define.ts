import type { z } from "zod";
import { Problem } from "lib/schema/problem.ts";

/** What a context's `schema.ts` says: where its secrets go, and what each file holds. */
export interface SecretsContext {
  readonly kind: "secrets";
  /** The KV v2 mount in Vault: `secret-xqwatcher`. */
  readonly mount: string;
  /** Files by name, without environment and ending; the name is the path below the mount. */
  readonly files: Readonly<Record<string, z.ZodObject>>;
}

/**
 * Makes a context; the default export of `secrets/<context>/schema.ts`.
 *
 * @throws {Problem} for a mount or file name that is no Vault path
 */
export function defineSecrets(definition: Omit<SecretsContext, "kind">): SecretsContext {
  const word = /^[a-z0-9]([a-z0-9_-]*[a-z0-9])?$/;
  const wrong = [definition.mount, ...Object.keys(definition.files)].find((name) =>
    !word.test(name)
  );
  if (wrong !== undefined) {
    throw new Problem(`"${wrong}" is no mount or path: use lower-case letters, digits, - and _`);
  }
  return { kind: "secrets", ...definition };
}

/** Whether a module's default export is a context. */
export function isSecretsContext(value: unknown): value is SecretsContext {
  return (value as SecretsContext)?.kind === "secrets";
}
