/**
 * A repository's `secrets/` folder of its own, with keys of its own.
 *
 * @module
 */
import { generateIdentity, identityToRecipient } from "age-encryption";
import { ROOT } from "lib/cli/root.ts";
import type { Env } from "lib/schema/env.ts";

/** A throw-away repository. */
export interface SecretsRepository {
  /** Its root. */
  readonly root: string;
  /** An age identity for `ci`, and its recipient. */
  readonly identity: string;
  readonly recipient: string;
  /** An environment that holds the identity. */
  readonly env: Env;
  /** The text of a file under `secrets/`. */
  read(path: string): Promise<string>;
  /** Writes one. */
  write(path: string, text: string): Promise<void>;
}

/** The schema of context `app`: texts, a number and a list. */
const SCHEMA = `import { z } from "zod";
import type { Env } from "lib/schema/env.ts";
import { defineSecrets } from "lib/secrets/define.ts";
export default defineSecrets(import.meta, {
  mount: "secret-app",
  files: {
    web: z.strictObject({
      user: z.string(),
      password: z.string().min(12),
      port: z.int().optional(),
      hosts: z.array(z.string()).default([]),
    }),
  },
});
`;

/** Creation rules for one environment. */
export function creationRules(recipients: readonly string[], environment = "ci"): string {
  return `creation_rules:
  - path_regex: ^[a-z0-9-]+/[a-z0-9-]+\\.${environment}\\.yaml$
    age: ${recipients.join(",")}
`;
}

/** Gives a repository with one context, `app`, and takes it away again. */
export async function withSecrets(
  use: (repository: SecretsRepository) => Promise<void>,
): Promise<void> {
  // Below the root, so that the schema's imports resolve.
  await Deno.mkdir(`${ROOT}/.cache`, { recursive: true });
  const root = await Deno.makeTempDir({ dir: `${ROOT}/.cache`, prefix: "test-secrets-" });
  try {
    const identity = await generateIdentity();
    const recipient = await identityToRecipient(identity);
    const write = async (path: string, text: string) => {
      await Deno.mkdir(`${root}/secrets/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
      await Deno.writeTextFile(`${root}/secrets/${path}`, text);
    };
    await write("app/schema.ts", SCHEMA);
    await write(".sops.yaml", creationRules([recipient]));
    await use({
      root,
      identity,
      recipient,
      env: (name) => name === "SOPS_AGE_KEY" ? identity : undefined,
      read: (path) => Deno.readTextFile(`${root}/secrets/${path}`),
      write,
    });
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

/** Sets environment variables of this process for as long as some work takes. */
export async function withEnvironment<T>(
  values: Readonly<Record<string, string>>,
  work: () => Promise<T>,
): Promise<T> {
  const before = Object.keys(values).map((name) => [name, Deno.env.get(name)] as const);
  for (const [name, value] of Object.entries(values)) Deno.env.set(name, value);
  try {
    return await work();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
  }
}
