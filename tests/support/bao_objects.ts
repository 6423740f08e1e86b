import type { EvaluatedResource } from "lib/pulumi/evaluate/monitor.ts";
import { VAULT_CALLS } from "lib/pulumi/rehearse/vault_calls.ts";
import { type Properties, unwrap } from "lib/pulumi/simulate/wire.ts";
import type { Bao } from "tests/support/bao.ts";

// deno-lint-ignore no-explicit-any
type Inputs = any;

/** Engines that OpenBao does not carry, and what is the server's as a whole, beyond any namespace. */
const ELSEWHERE = /^vault:(aws|index\/audit|index\/raftAutopilot)/;

/** What became of a stack's Vault resources. */
export interface VaultOutcome {
  /** Refusals, and warnings such as of parameters that the server does not know. */
  readonly problems: readonly string[];
  /** How many were written. */
  readonly written: number;
  /** The namespace that holds them. */
  readonly namespace: string;
}

/**
 * Writes a stack's Vault resources to a real server, in the order of the program, in a namespace of their
 * own; what the program made up for an output is replaced by what the server answered.
 *
 * @param name The namespace's: letters, digits and dashes
 */
export async function writeToBao(
  bao: Bao,
  name: string,
  resources: readonly EvaluatedResource[],
): Promise<VaultOutcome> {
  const problems: string[] = [];
  const real = new Map<string, string>();
  const call = (path: string, body: unknown) => bao.request("POST", `${name}/${path}`, body);
  await bao.request("POST", `sys/namespaces/${name}`, {});
  let written = 0;
  const mounted = new Set<string>();
  for (const { type, name: resource, inputs, outputs } of resources) {
    if (!type.startsWith("vault:") || ELSEWHERE.test(type) || unwrap(inputs.type) === "aws") {
      continue;
    }
    const describe = VAULT_CALLS[type];
    if (describe === undefined) {
      problems.push(`${type} ${resource}: cannot be written: describe it in vault_calls.ts`);
      continue;
    }
    const plain = replaceAll(unwrap(inputs), real) as Properties;
    const backend = String(plain.backend ?? "");
    // The cluster's auth method, and another project's engines, are there before the stack.
    if (type.startsWith("vault:kubernetes/authBackendRole") && !mounted.has(backend)) {
      mounted.add(backend);
      await call(`sys/auth/${backend}`, { type: "kubernetes" });
    }
    if (type.startsWith("vault:database/secretBackendRole") && !mounted.has(backend)) {
      mounted.add(backend);
      await call(`sys/mounts/${backend}`, { type: "database" });
    }
    if (type.startsWith("vault:appRole/authBackendRole:") && !mounted.has(backend)) {
      mounted.add(backend);
      await call(`sys/auth/${backend}`, { type: "approle" });
    }
    const { path, body } = describe(plain);
    let answer = await call(path, body);
    // A new key-value engine is being upgraded to version 2 for a moment.
    for (
      let turn = 0;
      answer.status === 400 && /Upgrading/.test(answer.text) && turn < 100;
      turn++
    ) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      answer = await call(path, body);
    }
    written++;
    const { errors, warnings, data } = answer.text === "" ? {} as Inputs : JSON.parse(answer.text);
    for (const text of [...errors ?? [], ...warnings ?? []]) {
      problems.push(`${type} ${resource}: ${text}`);
    }
    for (const [key, value] of Object.entries(data ?? {})) {
      const imagined = unwrap(outputs[key]);
      if (typeof value === "string" && typeof imagined === "string") real.set(imagined, value);
    }
  }
  return { problems, written, namespace: name };
}

function replaceAll(value: unknown, real: ReadonlyMap<string, string>): unknown {
  if (typeof value === "string") {
    return [...real].reduce((text, [from, to]) => text.replaceAll(from, to), value);
  }
  if (Array.isArray(value)) return value.map((item) => replaceAll(item, real));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, replaceAll(item, real)]),
  );
}
