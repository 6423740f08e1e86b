/** Vault's servers as user data sets them up beside the image's own configuration, on the real server. */
import assert from "node:assert/strict";
import { vault, vaultConfiguration } from "images/components/vault.ts";
import { execOrThrow } from "lib/cli/exec.ts";
import { engineTest } from "tests/support/engine.ts";
import { previewStack } from "tests/support/stack.ts";

const TLS_NAME = "vault.internal.qa.odl.mit.edu";

/** A port that is free on every loopback address. */
function freePort(): number {
  const listener = Deno.listen({ hostname: "0.0.0.0", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}

/** An authority, and a certificate of its for the servers. */
async function makeCertificate(folder: string): Promise<void> {
  const openssl = (...args: string[]) => execOrThrow("openssl", args, { cwd: folder });
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  await openssl(
    "req",
    "-x509",
    ...key,
    "-keyout",
    "ca.key",
    "-out",
    "authority.crt",
    "-subj",
    "/CN=a",
  );
  await openssl("req", ...key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=vault");
  await Deno.writeTextFile(`${folder}/names`, `subjectAltName=DNS:${TLS_NAME}\n`);
  const sign = ["-CA", "authority.crt", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names"];
  await openssl("x509", "-req", "-in", "server.csr", ...sign, "-out", "server.crt");
}

/** What user data writes to `/etc/vault`. */
async function siteConfiguration(): Promise<string> {
  const { inputs } = await previewStack("ol-infrastructure-vault:QA");
  const { userData } = inputs("aws:ec2/launchTemplate:LaunchTemplate", "vault-qa");
  const { write_files } = JSON.parse(atob(userData).split("\n")[1]);
  const file = write_files.find(({ path }: { path: string }) => path === "/etc/vault/10-site.json");
  return file.content;
}

/** A server on an address of its own: what is AWS's of its configuration is replaced, and nothing else. */
class Server implements AsyncDisposable {
  #process?: Deno.ChildProcess;
  readonly address: string;
  readonly #local = freePort();

  constructor(
    readonly folder: string,
    readonly number: number,
    readonly ports: { readonly api: number; readonly cluster: number },
  ) {
    this.address = `127.0.0.${10 + number}`;
  }

  async start(program: string, site: string, tlsName = TLS_NAME): Promise<void> {
    const own = `${this.folder}/${this.number}`;
    await Deno.mkdir(`${own}/data`, { recursive: true });
    const place = (text: string) =>
      text.replaceAll("{{ GetPrivateIP }}", this.address)
        .replaceAll("/etc/vault/", `${this.folder}/`)
        .replaceAll("/var/lib/vault", `${own}/data`)
        .replaceAll(":8201", `:${this.ports.cluster}`);
    const defaults = vault.component.settings.parse({});
    const image = place(vaultConfiguration(defaults as Parameters<typeof vaultConfiguration>[0]))
      .replaceAll(":8200", `:${this.#local}`)
      .replaceAll(`127.0.0.1:${this.ports.cluster}`, `127.0.0.1:${freePort()}`);
    const settings = JSON.parse(place(site).replaceAll(":8200", `:${this.ports.api}`));
    delete settings.seal;
    settings.api_addr = `https://${this.address}:${this.ports.api}`;
    const { auto_join: _, auto_join_scheme: __, ...join } = settings.storage.raft.retry_join[0];
    settings.storage.raft.retry_join = [{
      ...join,
      leader_tls_servername: tlsName,
      leader_api_addr: `https://127.0.0.11:${this.ports.api}`,
    }];
    await Deno.mkdir(`${own}/etc`);
    await Deno.writeTextFile(`${own}/etc/00-vault.json`, image);
    await Deno.writeTextFile(`${own}/etc/10-site.json`, JSON.stringify(settings));
    const script = `exec "$0" server -config="$1/etc" >"$1/log" 2>&1`;
    this.#process = new Deno.Command("sh", { args: ["-c", script, program, own] }).spawn();
  }

  log(): Promise<string> {
    return Deno.readTextFile(`${this.folder}/${this.number}/log`);
  }

  /** Calls it as the machine itself does: on loopback, without TLS. */
  async call(method: string, path: string, body?: unknown, token = "") {
    const response = await fetch(`http://127.0.0.1:${this.#local}/v1/${path}`, {
      method,
      headers: { "X-Vault-Token": token },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === "" ? {} : JSON.parse(text) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process?.kill("SIGKILL");
    await this.#process?.status;
  }
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (let turn = 0; !await holds().catch(() => false); turn++) {
    if (turn > 400) throw new Error(`It never came about that ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

engineTest(
  "bao",
  "servers join the one that leads over TLS, if the authority knows it by the agreed name",
  async ({ bao }) => {
    const folder = await Deno.makeTempDir({ prefix: "vault-servers-" });
    try {
      await makeCertificate(folder);
      const site = await siteConfiguration();
      const ports = { api: freePort(), cluster: freePort() };
      await using leader = new Server(folder, 1, ports);
      await using follower = new Server(folder, 2, ports);
      await using stranger = new Server(folder, 3, ports);
      await leader.start(bao.path, site);
      const shares = { secret_shares: 1, secret_threshold: 1 };
      await until(
        "the first answers",
        async () => (await leader.call("GET", "sys/health")).status === 501,
      );
      const { root_token: token, keys: [key] } =
        (await leader.call("POST", "sys/init", shares)).body;
      await leader.call("POST", "sys/unseal", { key });
      await until("it leads", async () => (await leader.call("GET", "sys/health")).status === 200);

      await follower.start(bao.path, site);
      await stranger.start(bao.path, site, "vault.example.edu");
      await until(
        "the second knows of the first",
        async () => (await follower.call("GET", "sys/health")).status === 503,
      );
      await follower.call("POST", "sys/unseal", { key });
      await until(
        "the second follows",
        async () => (await follower.call("GET", "sys/health?standbyok=true")).status === 200,
      );
      await until(
        "the third is refused",
        async () =>
          (await stranger.log()).includes(
            `certificate is valid for ${TLS_NAME}, not vault.example.edu`,
          ),
      );

      const { body } = await leader.call("GET", "sys/storage/raft/configuration", undefined, token);
      const servers = body.data.config.servers as { address: string }[];
      assert.deepEqual(
        servers.map((server) => server.address).sort(),
        [leader, follower].map(({ address }) => `${address}:${ports.cluster}`),
      );
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);
