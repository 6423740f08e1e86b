/**
 * Tests that boot machines: they need root, systemd-nspawn and friends.
 *
 * @module
 */
import assert from "node:assert/strict";
import { execOrThrow } from "lib/cli/exec.ts";
import { bootBase, openWorkspace } from "lib/images/build.ts";
import type { Configured } from "lib/images/compose.ts";
import { Janitor } from "lib/images/janitor.ts";
import { SshTarget } from "lib/images/ssh.ts";
import { sha256 } from "lib/schema/digest.ts";
import { requireTools } from "lib/images/workspace.ts";
import { messageOf } from "lib/schema/problem.ts";
import { type Engines, engineTest, type EngineTestOptions } from "tests/support/engine.ts";
import type { EngineName } from "lib/engines/catalog.ts";

const TOOLS = [
  "mmdebstrap",
  "systemd-nspawn",
  "ssh",
  "ssh-keygen",
  "mke2fs",
  "sfdisk",
  "grub-mkimage",
  "qemu-img",
  "qemu-system-x86_64",
  "zip",
  "gpg",
  "gpg-agent",
];

const unfit = await requireTools(TOOLS).then(() => undefined, messageOf);

/** As `engineTest`; also skipped (or failed, with `ENGINES=required`) where no machine can boot. */
export function machineTest<Name extends EngineName>(
  names: readonly Name[],
  name: string,
  fn: (engines: Engines<Name>, t: Deno.TestContext) => void | Promise<void>,
  options: EngineTestOptions = {},
): void {
  if (unfit === undefined) return engineTest(names, name, fn, options);
  if (Deno.env.get("ENGINES") === "required") {
    Deno.test({ ...options, name, fn: () => Promise.reject(new Error(unfit)) });
    return;
  }
  const reason = unfit.split("\n").at(-1);
  Deno.test({ ...options, name: `${name} (skipped: ${reason})`, ignore: true, fn: () => {} });
}

/** A file server on loopback; every file is served from memory or disk by its name. */
export interface ReleaseServer extends AsyncDisposable {
  readonly url: string;
  /** How often each name was asked for. */
  readonly requests: Map<string, number>;
}

/**
 * Serves files on loopback.
 *
 * @param files Name → path on disk, bytes, or an answer
 */
export function serveReleases(
  files: Readonly<Record<string, string | Uint8Array<ArrayBuffer> | (() => Response)>>,
): ReleaseServer {
  const requests = new Map<string, number>();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const name = new URL(request.url).pathname.slice(1);
      requests.set(name, (requests.get(name) ?? 0) + 1);
      const file = files[name];
      if (file === undefined) return new Response("no such file", { status: 404 });
      if (typeof file === "function") return file();
      if (typeof file !== "string") return new Response(file);
      return new Response((await Deno.open(file)).readable);
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    requests,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** A program as the only member of a zip archive, as HashiCorp publishes them. */
export async function zipProgram(
  program: string,
  member: string,
  folder: string,
): Promise<{ path: string; sha256: string }> {
  await Deno.copyFile(program, `${folder}/${member}`);
  await Deno.chmod(`${folder}/${member}`, 0o755);
  const path = `${folder}/${member}.zip`;
  await execOrThrow("zip", ["-q", "-0", "-j", path, `${folder}/${member}`]);
  await Deno.remove(`${folder}/${member}`);
  return { path, sha256: await sha256(await Deno.readFile(path)) };
}

/** Command lines of processes that have a folder in theirs or their environment: what a build left. */
export async function processesIn(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(entry.name)) continue;
    const line = await Deno.readTextFile(`/proc/${entry.name}/cmdline`).catch(() => "");
    const environment = await Deno.readTextFile(`/proc/${entry.name}/environ`).catch(() => "");
    if (line.includes(folder) || environment.includes(folder)) {
      found.push(line.replaceAll("\0", " "));
    }
  }
  return found;
}

/** A program in a gzipped tar archive, as others publish them. */
export async function tarProgram(
  program: string,
  member: string,
  folder: string,
): Promise<{ path: string; sha256: string }> {
  const staged = await Deno.makeTempDir({ dir: folder });
  const path = `${staged}.tar.gz`;
  await Deno.mkdir(`${staged}/${member}`.replace(/\/[^/]+$/, ""), { recursive: true });
  await Deno.copyFile(program, `${staged}/${member}`);
  await Deno.chmod(`${staged}/${member}`, 0o755);
  await execOrThrow("tar", ["-C", staged, "-I", "gzip -1", "-cf", path, member]);
  await Deno.remove(staged, { recursive: true });
  return { path, sha256: await sha256(await Deno.readFile(path)) };
}

/** A machine from the base, booted in a container; gone with all it left when disposed of. */
export interface TestMachine extends AsyncDisposable {
  readonly folder: string;
  readonly target: SshTarget;
  /** Runs a command that has to succeed; its trimmed stdout. */
  shell(command: string): Promise<string>;
}

/**
 * Boots one.
 *
 * @param options `components`: those whose ports have to be free; `nested`: see `bootContainer`
 */
export async function bootTestMachine(
  options: { components?: readonly Configured[]; nested?: boolean } = {},
): Promise<TestMachine> {
  const folder = await Deno.makeTempDir({ prefix: "test-machine-" });
  const janitor = new Janitor();
  const clean = async () => {
    await janitor[Symbol.asyncDispose]();
    assert.deepEqual(await processesIn(folder), []);
    await Deno.remove(folder, { recursive: true });
  };
  try {
    const workspace = await openWorkspace(folder, janitor);
    const { machine } = await bootBase(workspace, {
      env: (name) => Deno.env.get(name),
      say: () => {},
      signal: new AbortController().signal,
      components: options.components ?? [],
      nested: options.nested,
    });
    const target = new SshTarget(machine.address);
    // systemd-nspawn leaves the controllers of a host with cgroups v1 read-only.
    if (options.nested) {
      await shellOn(
        target,
        `awk '$3 == "cgroup" { print $2 }' /proc/mounts | xargs -rn1 mount -o remount,bind,rw`,
      );
    }
    return {
      folder,
      target,
      shell: (command) => shellOn(target, command),
      async [Symbol.asyncDispose]() {
        await target.close();
        await machine.stop();
        await clean();
      },
    };
  } catch (error) {
    await clean();
    throw error;
  }
}

/** Runs a command that has to succeed; its trimmed stdout. */
export async function shellOn(target: SshTarget, command: string): Promise<string> {
  const { code, stdout, stderr } = await target.run(command);
  assert.equal(code, 0, `${command}: ${stdout}${stderr}`);
  return stdout.trim();
}
