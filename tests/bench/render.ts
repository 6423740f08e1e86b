/**
 * Rendering against ol-concourse, in the same run: `deno run -A tests/bench/render.ts`. Makes a virtual
 * environment for the peer, which needs PyPI and Python 3.13 or later (PYTHON names it).
 *
 * @module
 */
import { ROOT } from "lib/cli/root.ts";
import { median, recordResults, timeCommand } from "./results.ts";

const PIPELINES = 300;
const RUNS = 9;
const PEER = "ol-concourse==0.16.0";
const deno = Deno.execPath();
/** As in the task `render-pipelines`: with room for short-lived objects they are collected less often. */
const HEAP = "--v8-flags=--min-semi-space-size=8";
const cache = `${ROOT}/.cache/bench/ol-concourse`;
const python = `${cache}/bin/python`;

async function run(command: string, args: readonly string[]): Promise<void> {
  await timeCommand(command, args);
}

async function preparePeer(): Promise<void> {
  if (await Deno.stat(python).catch(() => undefined)) return;
  await run(Deno.env.get("PYTHON") ?? "python3", ["-m", "venv", cache]);
  await run(python, ["-m", "pip", "install", "--quiet", PEER]);
}

/** Generates that many pipelines into a folder, in a cold process; gives milliseconds. */
type Command = (count: number, folder: string) => Promise<number>;

const generator = `${ROOT}/tests/bench/render_generate.ts`;
const ours = (format: string, topology: string): Command => (count, folder) =>
  timeCommand(deno, ["run", "-A", HEAP, generator, `${count}`, folder, format, topology]);
const theirs = (topology: string): Command => (count, folder) =>
  timeCommand(python, [
    `${ROOT}/tests/bench/render_ol_concourse.py`,
    `${count}`,
    folder,
    topology,
  ]);
const commands: Record<string, Command> = {
  "chained, JSON": ours("json", "deploy-chained"),
  "chained, ol-concourse": theirs("deploy-chained"),
  "gated, JSON": ours("json", "preview-gated"),
  "gated, YAML": ours("yaml", "preview-gated"),
  "gated, ol-concourse": theirs("preview-gated"),
};

/** Medians of runs that take turns, so that a busy machine is busy for all. */
async function measure(count: number, folder: string): Promise<Record<string, number>> {
  const times: Record<string, number[]> = {};
  for (let round = 0; round < RUNS; round++) {
    for (const [name, command] of Object.entries(commands)) {
      (times[name] ??= []).push(await command(count, folder));
    }
  }
  return Object.fromEntries(Object.entries(times).map(([name, all]) => [name, median(all)]));
}

async function sizeOf(command: string, folder: string): Promise<string> {
  await commands[command](1, folder);
  const extension = command.includes("YAML") ? "yaml" : "json";
  const { size } = await Deno.stat(`${folder}/app0.${extension}`);
  return `${(size / 1024).toFixed(1)} KiB`;
}

await preparePeer();
const folder = await Deno.makeTempDir();
try {
  const sizes: Record<string, string> = {};
  for (const name of Object.keys(commands)) sizes[name] = await sizeOf(name, folder);
  const once = await measure(PIPELINES, folder);
  const twice = await measure(2 * PIPELINES, folder);
  const rows = Object.keys(commands).map((name) => {
    const marginal = (twice[name] - once[name]) / PIPELINES;
    const cells = [name, sizes[name], `${once[name].toFixed(0)} ms`, `${marginal.toFixed(2)} ms`];
    return `| ${cells.join(" | ")} |`;
  });
  await recordResults(
    "Rendering",
    [
      `\`deno run -A tests/bench/render.ts\`: whole cold processes, medians of ${RUNS} that take turns; each`,
      `generates ${PIPELINES} pipelines (a Packer template, three stages, each after the one before or behind a`,
      "gate) and writes them. Ours are validated as Concourse's server does. Wanted, of the chained: no",
      `longer than the peer, ${PEER}, and at most 0.5 ms for one more.`,
      "",
      "| Command | A pipeline | All | One more |",
      "| ------- | ---------- | --- | -------- |",
      ...rows,
    ].join("\n"),
  );
} finally {
  await Deno.remove(folder, { recursive: true });
}
