/**
 * `sync-secrets --apply` beside `sops publish --recursive`: the same files, the same server, the same run.
 *
 * `deno run -A tests/bench/secrets_sync.ts [PATHS…]`, default 100 and 1000.
 */
import { resolveEngine } from "lib/engines/resolve.ts";
import { ENGINES as VERSIONS } from "lib/versions.ts";
import { recordResults } from "tests/bench/results.ts";
import { type Bao, withBao } from "tests/support/bao.ts";
import { makeSecretsRoot, type SecretsRoot } from "tests/support/secrets_root.ts";
import { freshMount } from "tests/support/synced_vault.ts";
import { type ProxiedRequest, startProxy } from "tests/support/vault_proxy.ts";

const KEYS = 10;
/** Runs of what is quick, of which the fastest counts: the machine does other things too. */
const REPEATS = 5;
/** Runs of a tool that mostly waits for the network, in a few seconds or in many. */
const WAITING_REPEATS = { few: 2, many: 1 };

interface Measured {
  readonly wall: number;
  /** Milliseconds of the 95th of a hundred requests, at the proxy. */
  readonly p95: number;
  readonly reads: number;
  readonly writes: number;
  readonly versions: number;
  /** Mebibytes at most. */
  readonly memory: number;
}

type Tool = "sync-secrets" | "sops publish";

/** Starts a tool against an address. */
function start(
  tool: Tool,
  root: SecretsRoot,
  sops: string,
  bao: Bao,
  address: string,
): Deno.ChildProcess {
  if (tool === "sync-secrets") {
    const env = { VAULT_ADDR: address, VAULT_TOKEN: bao.token };
    return root.start("sync-secrets", ["--env", "ci", "--apply"], env);
  }
  return new Deno.Command(sops, {
    args: ["publish", "--recursive", "--yes", "app"],
    cwd: `${root.path}/publish`,
    env: { ...root.env, VAULT_ADDR: address, VAULT_TOKEN: bao.token },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** The most memory that a process has had, in MiB, as long as it runs. */
async function watchMemory(pid: number, ended: Promise<unknown>): Promise<number> {
  let most = 0;
  let isOver = false;
  ended.finally(() => isOver = true);
  while (!isOver) {
    const status = await Deno.readTextFile(`/proc/${pid}/status`).catch(() => "");
    most = Math.max(most, Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return most;
}

/**
 * Runs a tool once.
 *
 * @param latency Milliseconds that the proxy adds; `undefined` for no proxy, which then counts nothing
 */
async function run(
  tool: Tool,
  root: SecretsRoot,
  sops: string,
  bao: Bao,
  latency: number | undefined,
): Promise<Measured> {
  await using proxy = startProxy(bao.address, async () => {
    if (latency) await new Promise((resolve) => setTimeout(resolve, latency));
    return undefined;
  });
  const started = performance.now();
  const child = start(tool, root, sops, bao, latency === undefined ? bao.address : proxy.address);
  const output = child.output();
  const memory = watchMemory(child.pid, output);
  const { success, stderr } = await output;
  const wall = performance.now() - started;
  if (!success) throw new Error(`${tool}: ${new TextDecoder().decode(stderr)}`);
  const isWrite = ({ method }: ProxiedRequest) => ["POST", "PUT", "PATCH"].includes(method);
  const toSecrets = proxy.requests.filter(({ path }) => path.startsWith("app/"));
  const times = [...proxy.durations()].sort((a, b) => a - b);
  return {
    wall,
    p95: times[Math.floor(times.length * 0.95)] ?? 0,
    reads: proxy.requests.length - toSecrets.filter(isWrite).length,
    writes: toSecrets.filter(isWrite).length,
    versions:
      toSecrets.filter((request) => isWrite(request) && request.path.startsWith("app/data/"))
        .length,
    memory: await memory,
  };
}

/** Encrypts a hundred files and copies them to so many names: nothing in a file depends on its name. */
async function makeFiles(sops: string, paths: number): Promise<SecretsRoot> {
  const names = Array.from({ length: paths }, (_, i) => `s${i}`);
  const data = (i: number) =>
    Object.fromEntries(
      Array.from({ length: KEYS }, (_, key) => [`key_${key}`, `value ${i} ${key}`]),
    );
  const root = await makeSecretsRoot(sops, {
    app: Object.fromEntries(names.map((name, i) => [name, data(i % 100)])),
  }, 100);
  await Deno.mkdir(`${root.path}/publish/app`, { recursive: true });
  for (const name of names) await copyToPublish(root, name);
  await Deno.writeTextFile(
    `${root.path}/publish/.sops.yaml`,
    `destination_rules:
  - path_regex: ^app/.*
    vault_path: app
    vault_kv_mount_name: app
    vault_kv_version: 2
    omit_extensions: true
`,
  );
  return root;
}

const copyToPublish = (root: SecretsRoot, name: string) =>
  Deno.copyFile(
    `${root.path}/secrets/app/${name}.ci.yaml`,
    `${root.path}/publish/app/${name}.yaml`,
  );

async function change(root: SecretsRoot, share: number, paths: number): Promise<void> {
  for (let i = 0; i < paths * share; i++) {
    const value = crypto.randomUUID();
    const data = Object.fromEntries(
      Array.from({ length: KEYS }, (_, key) => [`key_${key}`, value]),
    );
    await root.encrypt("app", `s${i}`, data);
    await copyToPublish(root, `s${i}`);
  }
}

const engines = { bao: await resolveEngine("bao"), sops: await resolveEngine("sops") };
const sizes = Deno.args.length > 0 ? Deno.args.map(Number) : [100, 1000];
const rows: string[][] = [];
const factors: string[] = [];
await withBao(engines.bao.path, async (bao) => {
  for (const paths of sizes) {
    await using root = await makeFiles(engines.sops.path, paths);
    for (const latency of [0, 20]) {
      const found = new Map<string, Measured>();
      for (const tool of ["sops publish", "sync-secrets"] as const) {
        const isWaiting = latency > 0 && tool === "sops publish";
        const repeats = isWaiting ? WAITING_REPEATS[paths > 100 ? "many" : "few"] : REPEATS;
        for (const what of ["create", "unchanged", "1 % changed"]) {
          const once = async (latency: number | undefined) => {
            if (what === "create") await freshMount(bao);
            if (what === "1 % changed") await change(root, 0.01, paths);
            return await run(tool, root, engines.sops.path, bao, latency);
          };
          const runs: Measured[] = [];
          for (let repeat = 0; repeat < repeats; repeat++) {
            runs.push(await once(latency || undefined));
          }
          const [fastest] = runs.sort((a, b) => a.wall - b.wall);
          // Without latency nothing is between them but in one more run, which counts.
          const measured = latency > 0
            ? fastest
            : { ...await once(0), wall: fastest.wall, memory: fastest.memory };
          found.set(`${tool} ${what}`, measured);
          rows.push([
            `${paths}`,
            `${latency} ms`,
            what,
            tool,
            `${(measured.wall / 1000).toFixed(2)} s`,
            `${measured.p95.toFixed(0)} ms`,
            `${measured.reads}`,
            `${measured.writes}`,
            `${measured.versions}`,
            `${measured.memory.toFixed(0)} MiB`,
          ]);
          await Deno.stderr.write(new TextEncoder().encode(`${rows.at(-1)!.join("  ")}\n`));
        }
      }
      for (const what of ["create", "unchanged", "1 % changed"]) {
        const ratio = found.get(`sops publish ${what}`)!.wall /
          found.get(`sync-secrets ${what}`)!.wall;
        factors.push(`${paths} paths, ${latency} ms, ${what}: ${ratio.toFixed(1)} ×`);
      }
    }
  }
});

const head = [
  "paths",
  "latency",
  "run",
  "tool",
  "wall",
  "p95",
  "reads",
  "writes",
  "versions",
  "memory",
];
const table = [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join(
  "\n",
);
await recordResults(
  "Secrets: sync",
  `\`deno run -A tests/bench/secrets_sync.ts${
    Deno.args.map((word) => ` ${word}`).join("")
  }\`, OpenBao ${VERSIONS.bao}, \
sops ${VERSIONS.sops}, ${navigator.hardwareConcurrency} processors. ${KEYS} keys a path; whole processes, started \
anew, the fastest of ${REPEATS}, of \`sops publish\` at 20 ms the faster of two or, with 1,000 paths, the only one. Latency is added to each request \
by a proxy, which also counts; where there is none, it is in the way of one more run, which is not timed; p95 is of its requests; writes include the note of whose a secret is, and \
memory is the most that was resident. Load of the machine at the end: ${
    Deno.loadavg()[0].toFixed(1)
  }.

Creating costs opening every file, and a second request for each secret, which notes whose it is; \
\`sops publish\` does not note it. Unchanged secrets cost neither.

${table}

How many times as long \`sops publish --recursive\` takes:

${factors.map((line) => `- ${line}`).join("\n")}`,
);
