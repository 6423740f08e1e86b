/**
 * A real Kubernetes API server with its etcd: no nodes, no controllers, in a folder of its own.
 *
 * @module
 */
import type { FoundEngine } from "lib/engines/resolve.ts";

/** What the server says to a request. */
export interface KubeAnswer {
  readonly status: number;
  // deno-lint-ignore no-explicit-any
  readonly body: any;
  /** The `Warning` header's texts: deprecations, and fields that were dropped. */
  readonly warnings: readonly string[];
}

/** A running API server; it is asked as a member of `system:masters`. */
export interface Kube {
  /** `https://127.0.0.1:<port>`. */
  readonly address: string;
  /** The administrator's bearer token. */
  readonly token: string;
  /** The certificate that it shows, in PEM. */
  readonly certificate: string;
  /** A file for `KUBECONFIG`; it goes with the server. */
  readonly kubeconfig: string;
  /**
   * Calls the API.
   *
   * @param path From the root: `/api/v1/namespaces`
   * @param body An object; an object to apply where the method is PATCH
   */
  request(method: string, path: string, body?: unknown): Promise<KubeAnswer>;
}

/** The two programs that make a server. */
export type KubeEngines = Readonly<Record<"kube-apiserver" | "etcd", FoundEngine>>;

const START_SECONDS = 90;

/** Starts etcd and kube-apiserver on free ports of loopback, hands the server over, and ends both. */
export async function withKube(
  engines: KubeEngines,
  use: (kube: Kube) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "kube-" });
  const started: Deno.ChildProcess[] = [];
  const start = (name: keyof KubeEngines, args: string[]) => {
    // Through a shell, so that what it writes goes to a file; `exec` keeps the process id.
    const child = new Deno.Command("sh", {
      args: ["-c", 'exec "$0" "$@" >"$LOG" 2>&1', engines[name].path, ...args],
      env: { ...engines[name].env, LOG: `${folder}/${name}.log` },
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    started.unshift(child);
    return child;
  };
  let client: Deno.HttpClient | undefined;
  try {
    const [etcdPort, peerPort, port] = freePorts(3);
    const etcd = start("etcd", etcdArgs(folder, etcdPort, peerPort));
    await until(() => isReachable(`http://127.0.0.1:${etcdPort}/health`), etcd, folder, "etcd");
    const token = crypto.randomUUID();
    const server = start("kube-apiserver", await serverArgs(folder, etcdPort, port, token));
    // It writes the certificate first, then the key.
    await until(() => exists(`${folder}/apiserver.key`), server, folder, "kube-apiserver");
    const certificate = await Deno.readTextFile(`${folder}/apiserver.crt`);
    client = Deno.createHttpClient({ caCerts: [certificate] });
    const address = `https://127.0.0.1:${port}`;
    await until(
      async () => {
        const ready = await isReachable(`${address}/readyz`, client, token);
        return ready && await isReachable(`${address}/api/v1/namespaces/default`, client, token);
      },
      server,
      folder,
      "kube-apiserver",
    );
    const kubeconfig = `${folder}/kubeconfig`;
    await Deno.writeTextFile(kubeconfig, kubeconfigOf(address, certificate, token), {
      mode: 0o600,
    });
    const request = requester(address, token, client);
    await use({ address, token, certificate, kubeconfig, request });
  } finally {
    client?.close();
    for (const child of started) {
      try {
        child.kill("SIGKILL");
      } catch { /* it has ended by itself */ }
      await child.status;
    }
    await Deno.remove(folder, { recursive: true });
  }
}

/** Ports of loopback that differ from each other and that nothing listens on at the moment. */
function freePorts(count: number): number[] {
  const listeners = Array.from(
    { length: count },
    () => Deno.listen({ hostname: "127.0.0.1", port: 0 }),
  );
  const ports = listeners.map(({ addr }) => addr.port);
  for (const listener of listeners) listener.close();
  return ports;
}

const etcdArgs = (folder: string, port: number, peerPort: number) => [
  `--data-dir=${folder}/etcd`,
  `--listen-client-urls=http://127.0.0.1:${port}`,
  `--advertise-client-urls=http://127.0.0.1:${port}`,
  `--listen-peer-urls=http://127.0.0.1:${peerPort}`,
  "--unsafe-no-fsync",
  "--log-level=error",
];

async function serverArgs(
  folder: string,
  etcdPort: number,
  port: number,
  token: string,
): Promise<string[]> {
  const key = `${folder}/service-accounts.key`;
  await Deno.writeTextFile(key, await rsaKey(), { mode: 0o600 });
  const tokens = `${folder}/tokens.csv`;
  await Deno.writeTextFile(tokens, `${token},administrator,0,system:masters\n`, { mode: 0o600 });
  return [
    `--etcd-servers=http://127.0.0.1:${etcdPort}`,
    "--bind-address=127.0.0.1",
    "--advertise-address=127.0.0.1",
    `--secure-port=${port}`,
    `--cert-dir=${folder}`,
    `--token-auth-file=${tokens}`,
    "--authorization-mode=RBAC",
    "--service-cluster-ip-range=10.0.0.0/24",
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-key-file=${key}`,
    `--service-account-signing-key-file=${key}`,
    // No controller makes service accounts, which pods would otherwise wait for.
    "--disable-admission-plugins=ServiceAccount",
    "--endpoint-reconciler-type=none",
    "--allow-privileged=true",
    "--profiling=false",
  ];
}

/** A new RSA key as PKCS #8 in PEM. */
async function rsaKey(): Promise<string> {
  const { privateKey } = await crypto.subtle.generateKey(
    {
      name: "RSASSA-PKCS1-v1_5",
      modulusLength: 2048,
      publicExponent: new Uint8Array([1, 0, 1]),
      hash: "SHA-256",
    },
    true,
    ["sign", "verify"],
  );
  const der = new Uint8Array(await crypto.subtle.exportKey("pkcs8", privateKey));
  const lines = der.toBase64().match(/.{1,64}/g)!;
  return ["-----BEGIN PRIVATE KEY-----", ...lines, "-----END PRIVATE KEY-----", ""].join("\n");
}

/** JSON, which is YAML too. */
function kubeconfigOf(server: string, certificate: string, token: string): string {
  const data = new TextEncoder().encode(certificate).toBase64();
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "test", cluster: { server, "certificate-authority-data": data } }],
    users: [{ name: "administrator", user: { token } }],
    contexts: [{ name: "test", context: { cluster: "test", user: "administrator" } }],
    "current-context": "test",
  });
}

function requester(address: string, token: string, client: Deno.HttpClient): Kube["request"] {
  return async (method, path, body) => {
    const response = await fetch(`${address}${path}`, {
      method,
      client,
      headers: {
        Authorization: `Bearer ${token}`,
        "Content-Type": method === "PATCH" ? "application/apply-patch+yaml" : "application/json",
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.startsWith("application/json");
    const warnings = [...(response.headers.get("warning") ?? "").matchAll(/"((?:[^"\\]|\\.)*)"/g)]
      .map(([, words]) => words.replace(/\\(.)/g, "$1"));
    return { status: response.status, body: isJson ? JSON.parse(text) : text, warnings };
  };
}

const exists = (path: string) => Deno.stat(path).then(() => true, () => false);

async function isReachable(url: string, client?: Deno.HttpClient, token?: string) {
  try {
    const headers: HeadersInit = token === undefined ? {} : { Authorization: `Bearer ${token}` };
    const response = await fetch(url, { headers, ...(client === undefined ? {} : { client }) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

/** Asks until the answer is yes; throws with the program's last lines when it ended or took too long. */
async function until(
  isReady: () => Promise<boolean>,
  child: Deno.ChildProcess,
  folder: string,
  name: string,
): Promise<void> {
  let ended = false;
  child.status.then(() => ended = true);
  const deadline = performance.now() + START_SECONDS * 1000;
  while (!await isReady()) {
    if (ended || performance.now() > deadline) {
      const log = await Deno.readTextFile(`${folder}/${name}.log`).catch(() => "");
      const last = log.trim().split("\n").slice(-15).join("\n");
      throw new Error(`${name} ${ended ? "ended" : "was not ready in time"}:\n${last}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
