import type { z } from "zod";
import { Problem } from "lib/schema/problem.ts";

/** Schemas of files by name, without environment and ending. */
export type SecretFiles = Readonly<Record<string, z.ZodObject>>;

/** What a context's `schema.ts` says: where its secrets go, and what each file holds. */
export interface SecretsContext<F extends SecretFiles = SecretFiles> {
  /** Tells a context from other objects. */
  readonly kind: "secrets";
  /** The folder below `secrets/`. */
  readonly name: string;
  /** The repository's root, an absolute path without a slash at its end. */
  readonly root: string;
  /** The KV v2 mount in Vault: `secret-xqwatcher`. */
  readonly mount: string;
  /** Files by name, without environment and ending; the name is the path below the mount. */
  readonly files: F;
}

/**
 * Makes a context; the default export of `secrets/<context>/schema.ts`.
 *
 * ```ts ignore
 * export default defineSecrets(import.meta, {
 *   mount: "secret-app",
 *   files: { database: z.strictObject({ password: z.string().min(12) }) },
 * });
 * ```
 *
 * @param module The schema's `import.meta`: its folder is the context
 * @throws {Problem} for a module that is no `secrets/<context>/schema.ts`, and for a mount or file name
 * that is no Vault path
 */
export function defineSecrets<F extends SecretFiles>(
  module: { readonly url: string },
  definition: { readonly mount: string; readonly files: F },
): SecretsContext<F> {
  const place = /^(.*)\/secrets\/([^/]+)\/schema\.ts$/.exec(new URL(module.url).pathname);
  if (place === null) {
    throw new Problem(`${module.url} is no secrets/<context>/schema.ts: move it to one`);
  }
  const [root, name] = place.slice(1).map(decodeURIComponent);
  const word = /^[a-z0-9]([a-z0-9_-]*[a-z0-9])?$/;
  const wrong = [name, definition.mount, ...Object.keys(definition.files)].find((part) =>
    !word.test(part)
  );
  if (wrong !== undefined) {
    throw new Problem(
      `secrets/${name}/schema.ts: "${wrong}" is no mount or path: use lower-case letters, digits, - and _`,
    );
  }
  return { kind: "secrets", name, root, ...definition };
}

/** Whether a module's default export is a context. */
export function isSecretsContext(value: unknown): value is SecretsContext {
  return (value as SecretsContext)?.kind === "secrets";
}
