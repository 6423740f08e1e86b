import assert from "node:assert/strict";
import { runSteps, type Step } from "lib/cli/progress.ts";
import { Problem, Problems } from "lib/schema/problem.ts";
import { fakeIo } from "tests/support/io.ts";

const good = (title: string): Step<string> => ({ title, run: () => Promise.resolve(title) });
const bad = (title: string, error: Error): Step<string> => ({
  title,
  run: () => Promise.reject(error),
});
const marks = (lines: string[]) =>
  lines.map((line) => line.replace(/ \(.*\)$/, "")).filter((line) => !line.startsWith("…"));

Deno.test("Steps give their results in order, however they overlap", async () => {
  const late = Promise.withResolvers<string>();
  const steps: Step<string>[] = [
    { title: "late", run: () => late.promise },
    { title: "early", run: () => (late.resolve("late"), Promise.resolve("early")) },
  ];
  assert.deepEqual(await runSteps(steps, fakeIo(), 2), ["late", "early"]);
});

Deno.test("A step that fails keeps later ones from starting", async () => {
  const io = fakeIo();
  const error = new Problem("Broken");
  await assert.rejects(runSteps([bad("a", error), good("b")], io), (thrown) => thrown === error);
  assert.deepEqual(marks(io.stderr), ["✖ a"]);
});

Deno.test("With keepGoing the others run, and all problems are reported", async () => {
  const io = fakeIo();
  const steps = [bad("a", new Problem("One")), good("b"), bad("c", new Problem("Two"))];
  await assert.rejects(runSteps(steps, io, 1, { keepGoing: true }), (thrown) => {
    assert(thrown instanceof Problems);
    assert.deepEqual(thrown.messages, ["One", "Two"]);
    return true;
  });
  assert.deepEqual(marks(io.stderr), ["✖ a", "✔ b", "✖ c"]);
});

Deno.test("A defect among problems is thrown as it is, with its stack", async () => {
  const defect = new TypeError("undefined is no function");
  const steps = [bad("a", new Problem("One")), bad("b", defect)];
  const run = runSteps(steps, fakeIo(), 1, { keepGoing: true });
  await assert.rejects(run, (thrown) => thrown === defect);
});

Deno.test("An interrupt keeps later steps from starting, with keepGoing too", async () => {
  const controller = new AbortController();
  const reason = new Problem("Interrupted");
  const io = fakeIo({ signal: controller.signal });
  const first: Step<string> = {
    title: "a",
    run: () => (controller.abort(reason), Promise.resolve("a")),
  };
  const run = runSteps([first, good("b")], io, 1, { keepGoing: true });
  await assert.rejects(run, (thrown) => thrown === reason);
  assert.deepEqual(marks(io.stderr), ["✔ a"]);
});
