import assert from "node:assert/strict";
import { ROOT } from "lib/cli/root.ts";

/** What the compiler has to refuse, each row as the body of a step, a job or a pipeline. */
const REFUSED: readonly (readonly [what: string, type: string, value: string])[] = [
  ["a step of two kinds", "Step", `{ get: "a", put: "b" }`],
  ["a step of no kind", "Step", `{ timeout: "1h" }`],
  ["a get with a key of a put", "Step", `{ get: "a", no_get: true }`],
  ["a put that triggers", "Step", `{ put: "a", trigger: true }`],
  ["a mistyped key", "Step", `{ get: "a", triger: true }`],
  ["a version that is neither latest nor every", "Step", `{ get: "a", version: "everyy" }`],
  ["inputs that are neither all nor detect", "Step", `{ put: "a", inputs: "detecc" }`],
  ["a task with file and config", "Step", `{ task: "a", file: "f", config: CONFIG }`],
  ["a task with neither file nor config", "Step", `{ task: "a" }`],
  ["vars without a file", "Step", `{ task: "a", config: CONFIG, vars: {} }`],
  ["a task without a platform", "Step", `{ task: "a", config: { run: { path: "sh" } } }`],
  ["outputs misspelt", "TaskConfig", `{ ...CONFIG, ouputs: [] }`],
  ["an input without a name", "TaskConfig", `{ ...CONFIG, inputs: [{ path: "a" }] }`],
  ["a duration in words", "Step", `{ get: "a", timeout: "2 hours" }`],
  ["a number as duration", "Step", `{ get: "a", timeout: 60 }`],
  ["set_pipeline without a file", "Step", `{ set_pipeline: "a" }`],
  ["an unknown format", "Step", `{ load_var: "a", file: "f", format: "toml" }`],
  [
    "fail_fast on the var of across",
    "Step",
    `{ get: "a", across: [{ var: "x", values: [], fail_fast: true }] }`,
  ],
  ["a hook that is a list", "Step", `{ get: "a", ensure: [{ get: "b" }] }`],
  ["a hook of two kinds", "Step", `{ get: "a", ensure: { get: "b", task: "c" } }`],
  ["aggregate", "Step", `{ aggregate: [] }`],
  ["in_parallel with steps beside it", "Step", `{ in_parallel: [], limit: 2 }`],
  ["a run without a prototype", "Step", `{ run: "message" }`],
  ["a job without a plan", "Job", `{ name: "a" }`],
  ["a job with retention of old", "Job", `{ name: "a", plan: [], build_logs_to_retain: 1 }`],
  ["a resource without a source", "Resource", `{ name: "a", type: "git" }`],
  ["vault without its URL", "VarSource", `{ name: "a", type: "vault", config: {} }`],
  ["an unknown kind of var source", "VarSource", `{ name: "a", type: "credhub", config: {} }`],
  ["a pipeline without jobs", "Pipeline", `{ resources: [] }`],
  ["a key that pipelines lack", "Pipeline", `{ jobs: [], resorces: [] }`],
];

/** What it has to take. */
const TAKEN: readonly (readonly [what: string, type: string, value: string])[] = [
  [
    "every modifier and hook",
    "Step",
    `{
    get: "a", resource: "b", version: { ref: "1" }, passed: ["x-*"], trigger: true, attempts: 2,
    timeout: "1h30m", across: [{ var: "x", values: ["1"], max_in_flight: "all" }], fail_fast: true,
    on_success: { put: "s" }, on_failure: { try: { put: "s" } }, on_abort: { do: [] },
    on_error: { in_parallel: { steps: [], limit: 1, fail_fast: true } },
    ensure: { load_var: "v", file: "f", format: "trim" } }`,
  ],
  ["a task from a file", "Step", `{ task: "t", file: "a/b.yml", vars: { a: 1 }, image: "i" }`],
  ["a task with its configuration", "Step", `{ task: "t", config: CONFIG, hermetic: true }`],
  ["a timeout that is a var", "Step", `{ put: "a", timeout: "((timeout))", inputs: ["a"] }`],
  ["readonly lists", "Job", `{ name: "a", plan: [] as readonly Step[], serial_groups: ["s"] }`],
];

/** The lines of a module that the compiler complains about. */
async function complaints(rows: readonly (readonly [string, string, string])[]): Promise<string[]> {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  const head = [
    `// deno-lint-ignore-file`,
    `import type { Job, Pipeline, Resource, Step, TaskConfig, VarSource } from "lib/concourse/model/mod.ts";`,
    `export type Used = [Job, Pipeline, Resource, Step, TaskConfig, VarSource];`,
    `const CONFIG = { platform: "linux", run: { path: "sh" } } as const;`,
  ];
  const lines = rows.map(([, type, value], index) =>
    `export const value${index}: ${type} = ${value.replace(/\s+/g, " ")};`
  );
  try {
    await Deno.writeTextFile(file, [...head, ...lines, "export { CONFIG };"].join("\n"));
    const { stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--config", `${ROOT}/deno.json`, file],
      env: { NO_COLOR: "1" },
    }).output();
    const text = new TextDecoder().decode(stderr);
    const at = new Set([...text.matchAll(/\.ts:(\d+):\d+$/gm)].map(([, line]) => Number(line)));
    return rows.flatMap(([what], index) => at.has(head.length + 1 + index) ? [what] : []);
  } finally {
    await Deno.remove(file);
  }
}

Deno.test("the compiler refuses wrong combinations and takes what Concourse takes", async () => {
  assert.deepEqual(await complaints([...REFUSED, ...TAKEN]), REFUSED.map(([what]) => what));
});
