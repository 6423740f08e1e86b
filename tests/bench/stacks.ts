/**
 * Thirty stacks of fifty resources: evaluated offline, by Pulumi's mocks under Node, and by the real
 * engine; and deployed to a sandbox: `deno run -A tests/bench/stacks.ts`
 *
 * @module
 */
import { execOrThrow } from "lib/cli/exec.ts";
import { ROOT } from "lib/cli/root.ts";
import { formatTable } from "lib/cli/table.ts";
import { resolveEngine } from "lib/engines/resolve.ts";
import { type Dag, topologicalOrder } from "lib/graph/dag.ts";
import { runSchedule } from "lib/graph/schedule.ts";
import { runFleet, type StackOutcome } from "lib/pulumi/deploy/deploy.ts";
import { openSandbox } from "lib/pulumi/engine/backend.ts";
import { loadFleet } from "lib/pulumi/fleet.ts";
import { generateFleet, resourcesSource, TEN_PROJECTS } from "tests/support/generated_fleet.ts";
import { median, recordResults, timeCommand } from "./results.ts";

const RUNS = 3;
const STACKS = 30;
const root = await Deno.makeTempDir({ prefix: "bench-" });
const rows: [what: string, measured: string, wanted: string][] = [];
const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(1)} s`;
const config = `${ROOT}/deno.json`;

try {
  await generateFleet(root, TEN_PROJECTS);
  const small = `${root}/small`;
  await Deno.mkdir(small);
  await generateFleet(small, { ...TEN_PROJECTS, resources: 10 });
  const evaluate = `${root}/evaluate.ts`;
  await Deno.writeTextFile(
    evaluate,
    `import { loadFleet } from "lib/pulumi/fleet.ts";
import { isSound, previewFleet } from "lib/pulumi/evaluate/fleet.ts";
const fleet = await loadFleet(Deno.args[0]);
const previews = await previewFleet(fleet, [...fleet.stacks.keys()]);
if (previews.length !== ${STACKS} || !previews.every(isSound)) {
  throw new Error(previews.flatMap(({ problems, findings }) => [...problems, ...findings.map(({ message }) => message)]).join("\\n"));
}
`,
  );
  const offline = (
    folder: string,
  ) => ["run", "-A", "-q", "--no-check", "--config", config, evaluate, folder];

  await Deno.writeTextFile(`${root}/resources.mjs`, resourcesSource(TEN_PROJECTS));
  await Deno.writeTextFile(
    `${root}/mocks.mjs`,
    `import pulumi from "@pulumi/pulumi";
import aws from "@pulumi/aws";
import { make } from "./resources.mjs";
for (let stack = 0; stack < ${STACKS}; stack++) {
  await pulumi.runtime.setMocks({
    newResource: ({ name, inputs }) => ({ id: name + "-id", state: { ...inputs, arn: "arn:" + name } }),
    call: ({ inputs }) => inputs,
  }, "project", "stack" + stack, true);
  const { arn } = make(aws, "p" + stack, undefined);
  await new Promise((done) => arn.apply(done));
  await pulumi.runtime.disconnect();
}
`,
  );
  const { imports } = JSON.parse(await Deno.readTextFile(config));
  const pinned = ["@pulumi/pulumi", "@pulumi/aws"].map((name) =>
    imports[name].slice("npm:".length)
  );
  await execOrThrow("npm", ["install", "--silent", "--ignore-scripts", ...pinned], { cwd: root });

  const times = { offline: [] as number[], small: [] as number[], mocks: [] as number[] };
  for (let run = 0; run <= RUNS; run++) {
    const taken = {
      offline: await timeCommand(Deno.execPath(), offline(root)),
      small: await timeCommand(Deno.execPath(), offline(small)),
      mocks: await timeCommand("node", ["mocks.mjs"], { cwd: root }),
    };
    if (run > 0) {
      for (const key of ["offline", "small", "mocks"] as const) times[key].push(taken[key]);
    }
  }
  const ours = median(times.offline);
  const marginal = (ours - median(times.small)) / (STACKS * 40);
  rows.push(
    ["offline preview of 30 × 50 resources, cold", seconds(ours), "≤ 3 s"],
    ["each further resource", `${marginal.toFixed(2)} ms`, "≤ 1.6 ms"],
    ["its peak memory", `${await peakMemory(Deno.execPath(), offline(root))} MB`, "≤ 600 MB"],
    ["the same with Pulumi's mocks under Node", seconds(median(times.mocks)), ""],
    ["times faster than these", (median(times.mocks) / ours).toFixed(1), "≥ 2"],
  );

  const fleet = await loadFleet(root);
  const ids = [...fleet.stacks.keys()];
  const { path: pulumi } = await resolveEngine("pulumi");
  const backend = await openSandbox(root);
  const engineRun = async (operation: "preview" | "up", slots: number, name: string) => {
    const started = performance.now();
    const outcomes = await runFleet({
      fleet,
      ids,
      operation,
      engine: { root, pulumi, backend, runDir: `${backend.runs}/${name}`, narrate: () => {} },
      limits: { stacks: slots, classes: {} },
      observe: () => {},
    });
    const failed = outcomes.flatMap(({ problems }) => problems);
    if (failed.length > 0) throw new Error(failed.join("\n"));
    return { outcomes, elapsed: performance.now() - started };
  };
  const previewed = await engineRun("preview", 1, "preview");
  rows.push(
    ["the real engine previewing them one after another", seconds(previewed.elapsed), ""],
    ["times faster than that", (previewed.elapsed / ours).toFixed(0), "≥ 20"],
  );

  await clear();
  const alone = await engineRun("up", 1, "alone");
  await clear();
  const together = await engineRun("up", 2, "together");
  const cli = (outcome: StackOutcome) => outcome.result!.cliElapsed;
  const total = together.outcomes.reduce((sum, outcome) => sum + cli(outcome), 0);
  const bound = Math.max(criticalPath(fleet.graph, together.outcomes), total / 2);
  const overhead = together.outcomes.map(({ result }) => result!.elapsed - result!.cliElapsed);
  rows.push(
    ["sandbox deployment of the 30, two at a time", seconds(together.elapsed), ""],
    ["× max(critical path, CLI time ÷ 2)", (together.elapsed / bound).toFixed(2), "≤ 1.2"],
    ["times faster than one at a time", (alone.elapsed / together.elapsed).toFixed(2), "≥ 1.6"],
    [
      "own overhead of a stack, alone",
      `${
        median(alone.outcomes.map(({ result }) => result!.elapsed - result!.cliElapsed)).toFixed(0)
      } ms`,
      "≤ 600 ms",
    ],
    ["own overhead of a stack, two at a time", `${median(overhead).toFixed(0)} ms`, ""],
  );

  rows.push(["scheduling 2,000 stacks", `${(await schedule(2000)).toFixed(0)} ms`, "≤ 1000 ms"]);
  rows.push([
    "memory of the scheduler at 300 stacks",
    `${await schedulerMemory(300)} MB`,
    "≤ 250 MB",
  ]);

  const table = [
    "| What | Measured | Wanted |",
    "| - | - | - |",
    ...rows.map((row) => `| ${row.join(" | ")} |`),
  ];
  await recordResults(
    "Stacks",
    `\`deno run -A tests/bench/stacks.ts\`: medians of ${RUNS} cold runs where it says cold; the engine once.\n\n${
      table.join("\n")
    }`,
  );
  // deno-lint-ignore no-console
  console.log(formatTable(rows));
} finally {
  await Deno.remove(root, { recursive: true });
}

async function clear(): Promise<void> {
  await Deno.remove(`${root}/.cache`, { recursive: true });
  await openSandbox(root);
}

/** The longest way through the graph, by the CLI's time. */
function criticalPath(graph: Dag, outcomes: readonly StackOutcome[]): number {
  const took = new Map(outcomes.map(({ id, result }) => [id, result!.cliElapsed]));
  const ends = new Map<string, number>();
  for (const id of topologicalOrder(graph)) {
    const before = Math.max(0, ...graph.get(id)!.map((needed) => ends.get(needed)!));
    ends.set(id, before + took.get(id)!);
  }
  return Math.max(...ends.values());
}

/** Megabytes that a command has in memory at most. */
async function peakMemory(command: string, args: readonly string[]): Promise<number> {
  const script = [
    "import resource, subprocess, sys",
    "subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)",
    "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)",
  ].join("\n");
  return Number(await execOrThrow("python3", ["-c", script, command, ...args]));
}

/** Milliseconds that it takes to schedule stacks that each need two others. */
async function schedule(stacks: number): Promise<number> {
  const graph = new Map<string, string[]>();
  for (let index = 0; index < stacks; index++) {
    graph.set(`s${index}`, index < 2 ? [] : [`s${index - 1}`, `s${Math.floor(index / 2)}`]);
  }
  const started = performance.now();
  await runSchedule({ graph, concurrency: 8, run: () => Promise.resolve() });
  return performance.now() - started;
}

/** Megabytes of a scheduler that destroys so many stacks with a stand-in for the CLI. */
async function schedulerMemory(stacks: number): Promise<number> {
  const folder = `${root}/many`;
  await Deno.mkdir(folder);
  const width = Math.ceil(stacks / 3 / 4);
  await generateFleet(folder, { layers: [width, width, width, width], resources: 1 });
  const standIn = `${folder}/pulumi`;
  await Deno.writeTextFile(
    standIn,
    `#!/bin/sh
while [ $# -gt 0 ]; do [ "$1" = --event-log ] && log=$2; shift; done
[ -n "$log" ] && echo '{"summaryEvent":{"resourceChanges":{"delete":50}}}' > "$log"
sleep 0.1
`,
    { mode: 0o755 },
  );
  await Deno.writeTextFile(
    `${folder}/run.ts`,
    `import { runFleet } from "lib/pulumi/deploy/deploy.ts";
import { openBackend } from "lib/pulumi/engine/backend.ts";
import { stateFileIn } from "lib/pulumi/engine/state_folder.ts";
import { loadFleet } from "lib/pulumi/fleet.ts";
const [root] = Deno.args;
const fleet = await loadFleet(root);
const ids = [...fleet.stacks.keys()];
await Deno.mkdir(root + "/state", { recursive: true });
const backend = openBackend(root, () => "file://" + root + "/state");
for (const { info } of fleet.stacks.values()) {
  const path = stateFileIn(backend.stateFolder, info);
  await Deno.mkdir(path.replace(/\\/[^/]*$/, ""), { recursive: true });
  await Deno.writeTextFile(path, '{"version":3,"checkpoint":{"latest":{"resources":[]}}}');
}
const outcomes = await runFleet({
  fleet, ids, operation: "destroy",
  engine: { root, pulumi: root + "/pulumi", backend, runDir: root + "/runs/1", narrate: () => {} },
  limits: { stacks: 8, classes: {} }, observe: () => {},
});
if (outcomes.length < ${stacks} || outcomes.some(({ verdict }) => verdict !== "done")) {
  throw new Error(outcomes.flatMap(({ problems }) => problems).join("\\n"));
}
`,
  );
  const args = ["run", "-A", "-q", "--no-check", "--config", config, `${folder}/run.ts`, folder];
  return await peakMemory(Deno.execPath(), args);
}
