import type { EvaluatedResource } from "lib/pulumi/evaluate/monitor.ts";
import { type Properties, unwrap } from "lib/pulumi/simulate/wire.ts";
import type { Bao } from "tests/support/bao.ts";

/** One request to Vault. */
interface Call {
  readonly path: string;
  readonly body: Properties;
}

// deno-lint-ignore no-explicit-any
type Inputs = any;

/** `maxTtl` → `max_ttl`, for all but the named keys. */
function snake(inputs: Properties, ...without: string[]): Properties {
  return Object.fromEntries(
    Object.entries(inputs)
      .filter(([key, value]) => value !== undefined && !without.includes(key))
      .map((
        [key, value],
      ) => [key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), value]),
  );
}

/** How each type of resource is written. @see https://openbao.org/api-docs/ */
const CALLS: Record<string, (inputs: Inputs) => Call> = {
  "vault:index/mount:Mount": ({ path, defaultLeaseTtlSeconds, maxLeaseTtlSeconds, ...rest }) => ({
    path: `sys/mounts/${path}`,
    body: {
      ...snake(rest),
      config: { default_lease_ttl: defaultLeaseTtlSeconds, max_lease_ttl: maxLeaseTtlSeconds },
    },
  }),
  "vault:index/policy:Policy": ({ name, policy }) => ({
    path: `sys/policies/acl/${name}`,
    body: { policy },
  }),
  "vault:index/authBackend:AuthBackend": ({ path, type, tune: _tune, ...rest }) => ({
    path: `sys/auth/${path ?? type}`,
    body: { type, ...snake(rest) },
  }),
  "vault:kubernetes/authBackendConfig:AuthBackendConfig": (inputs) => ({
    path: `auth/${inputs.backend}/config`,
    body: snake(inputs, "backend"),
  }),
  "vault:kubernetes/authBackendRole:AuthBackendRole": (inputs) => ({
    path: `auth/${inputs.backend}/role/${inputs.roleName}`,
    body: snake(inputs, "backend", "roleName"),
  }),
  "vault:kv/secretBackendV2:SecretBackendV2": (inputs) => ({
    path: `${inputs.mount}/config`,
    body: snake(inputs, "mount"),
  }),
  "vault:kv/secretV2:SecretV2": ({ mount, name, dataJson }) => ({
    path: `${mount}/data/${name}`,
    body: { data: JSON.parse(dataJson) },
  }),
  "vault:database/secretBackendRole:SecretBackendRole": (inputs) => ({
    path: `${inputs.backend}/roles/${inputs.name}`,
    body: snake(inputs, "backend", "name"),
  }),
  "vault:pkiSecret/secretBackendRootCert:SecretBackendRootCert": (inputs) => ({
    path: `${inputs.backend}/root/generate/${inputs.type}`,
    body: snake(inputs, "backend", "type"),
  }),
  "vault:pkiSecret/secretBackendIntermediateCertRequest:SecretBackendIntermediateCertRequest": (
    inputs,
  ) => ({
    path: `${inputs.backend}/intermediate/generate/${inputs.type}`,
    body: snake(inputs, "backend", "type"),
  }),
  "vault:pkiSecret/secretBackendRootSignIntermediate:SecretBackendRootSignIntermediate": (
    inputs,
  ) => ({ path: `${inputs.backend}/root/sign-intermediate`, body: snake(inputs, "backend") }),
  "vault:pkiSecret/secretBackendIntermediateSetSigned:SecretBackendIntermediateSetSigned": (
    inputs,
  ) => ({ path: `${inputs.backend}/intermediate/set-signed`, body: snake(inputs, "backend") }),
  "vault:pkiSecret/secretBackendConfigUrls:SecretBackendConfigUrls": (inputs) => ({
    path: `${inputs.backend}/config/urls`,
    body: snake(inputs, "backend"),
  }),
  "vault:pkiSecret/secretBackendRole:SecretBackendRole": (inputs) => ({
    path: `${inputs.backend}/roles/${inputs.name}`,
    body: {
      ...snake(inputs, "backend", "name", "organizations"),
      organization: inputs.organizations,
    },
  }),
};

/** Engines that OpenBao's own build does not carry, or that ask a server of theirs when configured. */
const ELSEWHERE = /^vault:(aws|database\/secretsMount|database\/secretBackendConnection)/;

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
    if (!type.startsWith("vault:") || ELSEWHERE.test(type)) continue;
    const describe = CALLS[type];
    if (describe === undefined) {
      problems.push(`${type} ${resource}: cannot be written: describe it in bao_objects.ts`);
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
