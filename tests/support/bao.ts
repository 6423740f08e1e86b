/** A real OpenBao server for one test: in memory, on loopback, ended with the test. */
export interface Bao {
  readonly address: string;
  readonly token: string;
  /** Calls the API as root. */
  request(method: string, path: string, body?: unknown): Promise<{ status: number; text: string }>;
}

/**
 * Starts `bao server -dev`, hands it over and ends it.
 *
 * @param path The executable
 */
export async function withBao(path: string, use: (bao: Bao) => Promise<void>): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const token = crypto.randomUUID();
  const home = await Deno.makeTempDir({ prefix: "bao-" });
  const server = new Deno.Command(path, {
    args: [
      "server",
      "-dev",
      "-dev-no-store-token",
      `-dev-root-token-id=${token}`,
      `-dev-listen-address=127.0.0.1:${port}`,
    ],
    env: { HOME: home },
    stdout: "null",
    stderr: "null",
  }).spawn();
  const address = `http://127.0.0.1:${port}`;
  const request = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${address}/v1/${path}`, {
      method,
      headers: { "X-Vault-Token": token },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, text: await response.text() };
  };
  try {
    for (let turn = 0;; turn++) {
      const answer = await request("GET", "sys/health").catch(() => undefined);
      if (answer?.status === 200) break;
      if (turn > 200) throw new Error("bao did not start");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await use({ address, token, request });
  } finally {
    server.kill("SIGKILL");
    await server.status;
    await Deno.remove(home, { recursive: true });
  }
}
