/**
 * A real PostgreSQL server, where the machine has one.
 *
 * @module
 */
import { execOrThrow } from "lib/cli/exec.ts";
import { freePort } from "lib/images/port.ts";

/** A running server with TLS, and its administrator, who is no superuser, as on RDS. */
export interface Postgres {
  readonly port: number;
  readonly username: string;
  readonly password: string;
  /** Runs statements as a user, by psql; rejects with what the server said. */
  query(sql: string, as?: { username: string; password: string }): Promise<string>;
}

/** Where Debian's packages put the programs; `undefined` where there are none. */
export const POSTGRES = await binaries();

async function binaries(): Promise<string | undefined> {
  const root = "/usr/lib/postgresql";
  try {
    const versions = (await Array.fromAsync(Deno.readDir(root))).map(({ name }) => Number(name));
    const folder = `${root}/${Math.max(...versions)}/bin`;
    await Deno.stat(`${folder}/postgres`);
    return folder;
  } catch {
    return undefined;
  }
}

// The server refuses to run as root.
const NOBODY = 65534;

/** Starts a server with one database, on loopback, hands it over and ends it. */
export async function withPostgres(
  database: string,
  use: (postgres: Postgres) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "postgres-" });
  const who = Deno.uid() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  const superuser = "postgres";
  const username = "administrator";
  const password = crypto.randomUUID().replaceAll("-", "");
  const run = async (program: string, args: string[], env: Record<string, string> = {}) => {
    const { success, stdout, stderr } = await new Deno.Command(`${POSTGRES}/${program}`, {
      args,
      env: { HOME: folder, ...env },
      cwd: folder,
      ...who,
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
    if (!success) throw new Error(`${program}: ${text(stderr)}`);
    return text(stdout);
  };
  let server: Deno.ChildProcess | undefined;
  try {
    await Deno.writeTextFile(`${folder}/password`, password);
    await execOrThrow("openssl", [
      "req",
      "-x509",
      ...["-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=127.0.0.1"],
      ...["-keyout", `${folder}/server.key`, "-out", `${folder}/server.crt`],
    ]);
    if (who.uid !== undefined) {
      for (const path of ["", "/password", "/server.key", "/server.crt"]) {
        await Deno.chown(`${folder}${path}`, who.uid, who.gid);
      }
    }
    await run("initdb", [
      `--pgdata=${folder}/data`,
      `--username=${superuser}`,
      `--pwfile=${folder}/password`,
      "--auth=scram-sha-256",
      "--no-sync",
    ]);
    const port = freePort();
    const settings = {
      listen_addresses: "127.0.0.1",
      port: String(port),
      unix_socket_directories: folder,
      fsync: "off",
      ssl: "on",
      ssl_cert_file: `${folder}/server.crt`,
      ssl_key_file: `${folder}/server.key`,
    };
    server = new Deno.Command(`${POSTGRES}/postgres`, {
      args: [
        "-D",
        `${folder}/data`,
        ...Object.entries(settings).flatMap(([key, value]) => ["-c", `${key}=${value}`]),
      ],
      stdout: "null",
      stderr: "null",
      ...who,
    }).spawn();
    const connect = (to: string, as = { username, password }) => ({
      args: ["-h", "127.0.0.1", "-p", String(port), "-U", as.username, "-d", to],
      env: { PGPASSWORD: as.password, PGSSLMODE: "require" },
    });
    const psql = (sql: string, to: string, as?: { username: string; password: string }) => {
      const { args, env } = connect(to, as);
      return run("psql", [...args, "-qtAX", "-v", "ON_ERROR_STOP=1", "-c", sql], env);
    };
    const asSuperuser = { username: superuser, password };
    for (let turn = 0;; turn++) {
      if (await psql("SELECT 1", "postgres", asSuperuser).then(() => true, () => false)) break;
      if (turn === 200) throw new Error("postgres did not start");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const attributes = `LOGIN CREATEROLE CREATEDB PASSWORD '${password}'`;
    await psql(`CREATE ROLE ${username} ${attributes}`, "postgres", asSuperuser);
    await psql(`CREATE DATABASE "${database}"`, "postgres");
    await use({ port, username, password, query: (sql, as) => psql(sql, database, as) });
  } finally {
    server?.kill("SIGQUIT");
    await server?.status;
    await Deno.remove(folder, { recursive: true });
  }
}
