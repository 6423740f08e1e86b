import { createHash } from "node:crypto";
import type { EnvironmentSuffix } from "lib/schema/environment.ts";
import type { WantedSecret } from "lib/secrets/context.ts";
import type { Applied } from "lib/secrets/sync/apply.ts";
import { type PrepareOptions, preparePlan } from "lib/secrets/sync/prepare.ts";
import type { SyncPlan } from "lib/secrets/sync/plan.ts";
import { tokenAuth } from "lib/vault/auth/token.ts";
import { VaultClient } from "lib/vault/client.ts";
import { VaultHttp } from "lib/vault/http.ts";
import { type AuthMethod, VaultSession } from "lib/vault/session.ts";
import type { Bao } from "tests/support/bao.ts";

/** Waits for nothing but other work's turn. */
export const noWait = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

/** A logged-in client that does not wait between attempts. */
export async function clientFor(
  server: { readonly address: string; readonly token?: string },
  { method, concurrency, now, wait = noWait, signal }: {
    readonly method?: AuthMethod;
    readonly concurrency?: number;
    readonly now?: () => number;
    readonly wait?: (milliseconds: number) => Promise<void>;
    readonly signal?: AbortSignal;
  } = {},
): Promise<VaultClient> {
  const http = new VaultHttp({ address: server.address });
  const auth = method ?? tokenAuth(server.token ?? "");
  const session = await VaultSession.open(http, auth, { wait, now, signal });
  return new VaultClient({ http, session, concurrency, wait, signal });
}

/** A secret as a file would say it. */
export function wantedSecret(
  path: string,
  data: Readonly<Record<string, unknown>>,
  { mount = "app", context = "app", environment = "ci" as EnvironmentSuffix } = {},
): WantedSecret {
  const source = `secrets/${context}/${path}.${environment}.yaml`;
  const sourceDigest = createHash("sha256").update(JSON.stringify(data)).digest("hex");
  return { context, environment, mount, path, source, sourceDigest, data };
}

/** One sync by a client of its own; nothing is written without `apply`. */
export async function syncWith(
  server: { readonly address: string; readonly token?: string },
  wanted: readonly WantedSecret[],
  { apply = true, client, ...options }:
    & { apply?: boolean; client?: Parameters<typeof clientFor>[1] }
    & Partial<PrepareOptions> = {},
): Promise<{ plan: SyncPlan; applied: Applied[] }> {
  const signal = options.signal ?? new AbortController().signal;
  const vault = await clientFor(server, { signal, ...client });
  try {
    const prepared = await preparePlan(
      wanted,
      ({ data }) => Promise.resolve(data),
      new Map([["ci", Promise.resolve(vault)]]),
      {
        adopt: false,
        delete: false,
        bounds: {},
        full: false,
        scope: { contexts: new Set(["app"]), mounts: new Set(), known: new Set(["app"]) },
        wait: noWait,
        ...options,
        signal,
      },
    );
    return { plan: prepared.plan, applied: apply ? await prepared.apply() : [] };
  } finally {
    await vault.close();
  }
}

/** Mounts KV at `app/`. */
export async function mountKv(bao: Bao, mount = "app", version = "2"): Promise<void> {
  const { status, text } = await bao.request("POST", `sys/mounts/${mount}`, {
    type: "kv",
    options: { version },
  });
  if (status !== 204) throw new Error(`mount: ${status} ${text}`);
  // A new mount says for a moment that it is upgrading.
  while (version === "2" && (await bao.request("GET", `${mount}/config`)).status === 400) {
    await noWait();
  }
}

/** A secret's newest data and version, as root sees it. */
export async function heldAt(
  bao: Bao,
  path: string,
): Promise<{ data: Record<string, unknown> | null; version: number; custom: unknown }> {
  const { data } = JSON.parse((await bao.request("GET", `app/data/${path}`)).text);
  if (!data) return { data: null, version: 0, custom: null };
  const { version, custom_metadata } = data.metadata;
  return { data: data.data, version, custom: custom_metadata };
}

/** Writes as someone else would, without looking. */
export async function writeForeign(
  bao: Bao,
  path: string,
  data: Record<string, unknown>,
): Promise<number> {
  const { status, text } = await bao.request("POST", `app/data/${path}`, { data });
  if (status !== 200) throw new Error(`foreign write: ${status} ${text}`);
  return JSON.parse(text).data.version;
}

/** An empty KV v2 mount at `app/`, in place of the one before. */
export async function freshMount(bao: Bao): Promise<void> {
  await bao.request("DELETE", "sys/mounts/app");
  await mountKv(bao);
}
