import assert from "node:assert/strict";
import { Duration, Identifier, Pipeline, Step } from "lib/concourse/model/mod.ts";
import { describeIssues } from "lib/schema/parse.ts";

const CONFIG = { platform: "linux", run: { path: "sh" } };

/** What is said of a value; nothing if it fits. */
function issues(value: unknown): string[] {
  const result = Step.safeParse(value);
  return result.success ? [] : describeIssues(result.error);
}

Deno.test("a step is read as the kind that it is meant to be", () => {
  const rows: readonly (readonly [step: unknown, expected: RegExp | undefined])[] = [
    [{ get: "a", trigger: true, timeout: "1h" }, undefined],
    [{ get: "a", trigger: "yes" }, /^trigger: .*expected boolean/],
    [{ get: "a", triger: true }, /^triger: unknown key/],
    [{ put: "a", get: "b" }, /^get: unknown key/],
    [{ do: [{ try: { task: "t", config: CONFIG } }] }, undefined],
    [{ do: [{ try: { put: "a", no_get: 1 } }] }, /^do\[0\]\.try\.no_get: /],
    [
      { get: "a", ensure: { nothing: true } },
      /^ensure: is no step: expected one of the keys run, /,
    ],
    [null, /is no step/],
  ];
  for (const [step, expected] of rows) {
    const found = issues(step);
    if (expected === undefined) assert.deepEqual(found, [], JSON.stringify(step));
    else assert.match(found.join("\n"), expected, JSON.stringify(step));
  }
});

Deno.test("durations are those of Go", () => {
  const good = ["0", "1h", "1h30m", "1.5h", ".5s", "-1ns", "300ms", "1µs", "((timeout))"];
  const bad = ["", "1", "1 h", "2 hours", "1d", "h", "1h 30m", "."];
  assert.deepEqual(good.filter((text) => !Duration.safeParse(text).success), []);
  assert.deepEqual(bad.filter((text) => Duration.safeParse(text).success), []);
});

Deno.test("identifiers are those that Concourse takes without a warning", () => {
  const good = ["a", "1a", "été", "ひ", "a.b-c_d", "0-1"];
  const bad = ["", "1", "123", "A", "aB", "-a", "_a", "a b", "a/b", "a\n"];
  assert.deepEqual(good.filter((text) => !Identifier.safeParse(text).success), []);
  assert.deepEqual(bad.filter((text) => Identifier.safeParse(text).success), []);
});

Deno.test("a pipeline is read whole, and every fault is named by its place", () => {
  const result = Pipeline.safeParse({
    jobs: [{ name: "A b", plan: [{ get: "a", passd: [] }], on_failure: [] }],
    var_sources: [{ name: "v", type: "vault", config: {} }],
    extra: 1,
  });
  assert.ok(!result.success);
  assert.deepEqual(
    describeIssues(result.error).map((line) => line.split(":")[0]).sort(),
    [
      "extra",
      "jobs[0].name",
      "jobs[0].on_failure",
      "jobs[0].plan[0].passd",
      "var_sources[0].config.url",
    ],
  );
});
