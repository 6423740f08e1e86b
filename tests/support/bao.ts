/** A real OpenBao server for one test: on loopback, ended with the test. */
export interface Bao {
  readonly address: string;
  /** The root token. */
  readonly token: string;
  /** The CA bundle of a server with TLS. */
  readonly caFile?: string;
  /** The key that unseals it, where it is not in memory. */
  readonly unsealKey?: string;
  /** Calls the API as root. */
  request(method: string, path: string, body?: unknown): Promise<{ status: number; text: string }>;
}

/**
 * Starts `bao server -dev`, in memory, hands it over and ends it.
 *
 * @param path The executable
 * @param options.tls Whether it speaks TLS, by a CA of its own
 */
export async function withBao(
  path: string,
  use: (bao: Bao) => Promise<void>,
  { tls = false }: { readonly tls?: boolean } = {},
): Promise<void> {
  const token = crypto.randomUUID();
  await serve(path, tls, (folder, port) => [
    "-dev",
    "-dev-no-store-token",
    `-dev-root-token-id=${token}`,
    `-dev-listen-address=127.0.0.1:${port}`,
    ...(tls ? ["-dev-tls", `-dev-tls-cert-dir=${folder}`] : []),
  ], async (server) => {
    await server.until("sys/health", 200);
    await use({
      ...server.bao(token),
      ...(tls ? { caFile: `${server.folder}/vault-ca.pem` } : {}),
    });
  });
}

/** Starts a server on Raft storage, initialises and unseals it, hands it over and ends it. */
export async function withRaftBao(path: string, use: (bao: Bao) => Promise<void>): Promise<void> {
  await serve(path, false, async (folder, port) => {
    const cluster = freePort();
    await Deno.mkdir(`${folder}/raft`);
    await Deno.writeTextFile(
      `${folder}/bao.hcl`,
      `storage "raft" { path = "${folder}/raft" node_id = "one" }
listener "tcp" { address = "127.0.0.1:${port}" tls_disable = true }
api_addr = "http://127.0.0.1:${port}"
cluster_addr = "http://127.0.0.1:${cluster}"
`,
    );
    return [`-config=${folder}/bao.hcl`];
  }, async (server) => {
    await server.until("sys/health", 501);
    const shares = { secret_shares: 1, secret_threshold: 1 };
    const init = await server.bao("").request("POST", "sys/init", shares);
    const { root_token: token, keys: [unsealKey] } = JSON.parse(init.text);
    const bao = { ...server.bao(token), unsealKey };
    await bao.request("POST", "sys/unseal", { key: unsealKey });
    await server.until("sys/health", 200);
    await use(bao);
  });
}

interface Server {
  readonly folder: string;
  /** Waits until a path answers so. */
  until(path: string, status: number): Promise<void>;
  bao(token: string): Bao;
}

async function serve(
  path: string,
  tls: boolean,
  argumentsFor: (folder: string, port: number) => string[] | Promise<string[]>,
  use: (server: Server) => Promise<void>,
): Promise<void> {
  const port = freePort();
  const folder = await Deno.makeTempDir({ prefix: "bao-" });
  const server = new Deno.Command(path, {
    args: ["server", ...await argumentsFor(folder, port)],
    env: { HOME: folder },
    stdout: "null",
    stderr: "null",
  }).spawn();
  const address = `${tls ? "https" : "http"}://127.0.0.1:${port}`;
  let client: Deno.HttpClient | undefined;
  const bao = (token: string): Bao => ({
    address,
    token,
    request: async (method, path, body) => {
      const response = await fetch(`${address}/v1/${path}`, {
        method,
        headers: {
          "X-Vault-Token": token,
          "Content-Type": method === "PATCH" ? "application/merge-patch+json" : "application/json",
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(client ? { client } : {}),
      });
      return { status: response.status, text: await response.text() };
    },
  });
  const until = async (path: string, status: number) => {
    for (let turn = 0;; turn++) {
      if (tls && client === undefined) {
        const ca = await Deno.readTextFile(`${folder}/vault-ca.pem`).catch(() => "");
        if (ca !== "") client = Deno.createHttpClient({ caCerts: [ca] });
      }
      const answer = await bao("").request("GET", path).catch(() => undefined);
      if (answer?.status === status) return;
      if (turn > 200) throw new Error(`bao did not answer ${path} by ${status}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  try {
    await use({ folder, until, bao });
  } finally {
    client?.close();
    server.kill("SIGKILL");
    await server.status;
    await Deno.remove(folder, { recursive: true });
  }
}

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}
