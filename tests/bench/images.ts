/**
 * How fast images are built, and operations run beside pyinfra's.
 *
 * Needs root, the engines, and Python for the peer: `deno run -A tests/bench/images.ts`.
 *
 * @module
 */
import { execOrThrow } from "lib/cli/exec.ts";
import { ROOT } from "lib/cli/root.ts";
import { formatDuration } from "lib/cli/table.ts";
import { resolveEngine } from "lib/engines/resolve.ts";
import { baseCacheDir } from "lib/images/base.ts";
import { bootBase, openWorkspace } from "lib/images/build.ts";
import { Janitor } from "lib/images/janitor.ts";
import { freePort } from "lib/images/port.ts";
import { median, recordResults, timeCommand } from "tests/bench/results.ts";
import { serveReleases, zipProgram } from "tests/support/machines.ts";

const PYINFRA = "pyinfra==3.10.0";
const env = (name: string) => Deno.env.get(name);

async function ensurePyinfra(): Promise<string> {
  const folder = `${baseCacheDir(env)}/${PYINFRA.replace(/\W+/g, "-")}`;
  const program = `${folder}/bin/pyinfra`;
  if (await Deno.stat(program).then(() => true, () => false)) return program;
  await execOrThrow("python3", ["-m", "venv", folder]);
  await execOrThrow(`${folder}/bin/pip`, ["install", "-q", PYINFRA]);
  return program;
}

/** First and second run of thirty operations on a fresh machine, in milliseconds. */
async function timeOperations(
  run: (port: number, key: string, folder: string) => Promise<number>,
): Promise<{ first: number; second: number }> {
  const folder = await Deno.makeTempDir({ prefix: "bench-images-" });
  const janitor = new Janitor();
  try {
    const workspace = await openWorkspace(folder, janitor);
    const { machine } = await bootBase(workspace, {
      env,
      say: () => {},
      signal: new AbortController().signal,
      components: [],
    });
    const { port, key } = machine.address;
    return { first: await run(port, key, folder), second: await run(port, key, folder) };
  } finally {
    await janitor[Symbol.asyncDispose]();
    await Deno.remove(folder, { recursive: true });
  }
}

async function timeBuilds() {
  const folder = await Deno.makeTempDir({ prefix: "bench-images-" });
  const release = await zipProgram((await resolveEngine("bao")).path, "vault", folder);
  await using server = serveReleases({ "vault.zip": release.path });
  const verify: number[] = [];
  const build = async (target: string) => {
    const started = performance.now();
    const output = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["task", "build-image", "vault", "--target", target],
        ...["--set", `vault.url=${server.url}/vault.zip`],
        ...["--set", `vault.sha256=${release.sha256}`],
        ...["--set", `vault.port=${freePort()}`, "--out", `${folder}/out`],
      ],
      cwd: ROOT,
    }).output();
    const text = new TextDecoder().decode(output.stderr);
    if (!output.success) throw new Error(text);
    verify.push(Number(/a second pass did nothing in (\d+) ms/.exec(text)![1]));
    return performance.now() - started;
  };
  try {
    const rootfs = [await build("rootfs"), await build("rootfs"), await build("rootfs")];
    return { rootfs: median(rootfs), qcow2: await build("qcow2"), verify: median(verify) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const pyinfra = await ensurePyinfra();
const peer = await timeOperations((port, key, folder) =>
  timeCommand(pyinfra, [
    ...["-y", "--ssh-user", "root", "--ssh-port", String(port), "--ssh-key", key],
    ...["--data", "ssh_strict_host_key_checking=no"],
    ...["--data", `ssh_known_hosts_file=${folder}/known_hosts`],
    ...["127.0.0.1", `${ROOT}/tests/bench/images_pyinfra.py`],
  ], { cwd: folder })
);
const ours = await timeOperations((port, key) =>
  timeCommand(Deno.execPath(), [
    ...["run", "-A", "--quiet", `${ROOT}/tests/bench/images_operations.ts`, String(port), key],
  ], { cwd: ROOT })
);
const builds = await timeBuilds();
const times = (a: number, b: number) => (a / b).toFixed(1);

await recordResults(
  "Images",
  `\`deno run -A tests/bench/images.ts\`: whole processes, base in the cache, no KVM; builds of the
vault image are medians of 3, other rows one run. The release is OpenBao's program, from loopback.

| What | Measured | Wanted |
| --- | --- | --- |
| vault, \`--target rootfs\` | ${formatDuration(builds.rootfs)} | ≤ 10 s |
| vault, \`--target qcow2\`: built, booted, checked | ${formatDuration(builds.qcow2)} | ≤ 90 s |
| its verify pass | ${builds.verify} ms | ≤ 500 ms |
| 30 operations over ssh, first run | ${formatDuration(ours.first)} | |
| the same by ${PYINFRA} | ${formatDuration(peer.first)} | |
| times faster | ${times(peer.first, ours.first)} | ≥ 2 |
| 30 operations over ssh, nothing to do | ${formatDuration(ours.second)} | |
| the same by ${PYINFRA} | ${formatDuration(peer.second)} | |
| times faster | ${times(peer.second, ours.second)} | |

Of pyinfra 3.10.0's own cases for \`apt\`, \`files\`, \`server\` and \`systemd\`, 201 have a counterpart here
and 182 are decided alike; the others are listed with their reasons in
\`tests/lib/images/pyinfra/decisions_test.ts\`.`,
);
