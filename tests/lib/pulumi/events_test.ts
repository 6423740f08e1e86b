import assert from "node:assert/strict";
import { describeChanges } from "lib/pulumi/deploy/report.ts";
import { changedOutputs, hasChanges, readEvents } from "lib/pulumi/engine/events.ts";

const URN = "urn:pulumi:CI::p::aws:s3/bucket:Bucket::data";
const STACK = "urn:pulumi:CI::p::pulumi:pulumi:Stack::p-CI";

const log = (...events: unknown[]) => events.map((event) => JSON.stringify(event)).join("\n");
const pre = (op: string, urn = URN, rest = {}) => ({
  resourcePreEvent: { metadata: { op, urn, ...rest } },
});
const post = (op: string, urn = URN, rest = {}) => ({
  resOutputsEvent: { metadata: { op, urn, ...rest } },
});

Deno.test("an update is a step with the keys that differ", () => {
  const { steps, changes, complete } = readEvents(log(
    pre("update", URN, { detailedDiff: { "tags.a": { diffKind: "update" } } }),
    { summaryEvent: { resourceChanges: { update: 1, same: 3 } } },
  ));
  assert.deepEqual(
    steps.map(({ operation, name, differences }) => [operation, name, differences]),
    [
      ["update", "data", ["tags.a"]],
    ],
  );
  assert.deepEqual(changes, { update: 1, same: 3 });
  assert.ok(complete);
});

Deno.test("a replacement is one step, not three", () => {
  const events = log(pre("create-replacement"), pre("replace"), pre("delete-replaced"));
  assert.deepEqual(readEvents(events).steps.map(({ operation }) => operation), ["replace"]);
});

Deno.test("a refresh is a step only where it found a difference", () => {
  const same = log(pre("refresh"), post("refresh"));
  assert.deepEqual(readEvents(same).steps, []);
  const drifted = log(pre("refresh"), post("update", URN, { diffs: ["tags"] }));
  const [step] = readEvents(drifted).steps;
  assert.deepEqual([step.operation, step.differences], ["update", ["tags"]]);
});

Deno.test("the stack itself, providers and references are no steps", () => {
  const provider = "urn:pulumi:CI::p::pulumi:providers:aws::default";
  assert.deepEqual(readEvents(log(pre("create", STACK), pre("create", provider))).steps, []);
});

Deno.test("outputs are the stack's, and messages lose their colours", () => {
  const report = readEvents(log(
    post("create", STACK, { new: { outputs: { id: "vpc-1", token: "[secret]" } } }),
    { diagnosticEvent: { severity: "error", message: "<{%fg 1%}>broken<{%reset%}>\n" } },
    { diagnosticEvent: { severity: "warning", message: "\u001b[33mcareful\u001b[0m" } },
  ));
  assert.deepEqual(report.outputs, { id: "vpc-1", token: "[secret]" });
  assert.deepEqual(report.errors, ["broken"]);
  assert.deepEqual(report.warnings, ["careful"]);
});

Deno.test("a log that was cut in the middle of a line is read as far as it goes", () => {
  const whole = log(pre("create"), { summaryEvent: { resourceChanges: { create: 1 } } });
  const cut = readEvents(whole.slice(0, whole.length - 5));
  assert.equal(cut.steps.length, 1);
  assert.equal(cut.complete, false);
});

Deno.test("reads and sames are no changes", () => {
  const report = readEvents(log({ summaryEvent: { resourceChanges: { same: 2, read: 1 } } }));
  assert.equal(hasChanges(report), false);
});

const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
type Outputs = Record<string, unknown>;

const outputRows: [what: string, before: Outputs | undefined, after: Outputs, says: string][] = [
  ["the same value", { word: { a: 1, b: 2 } }, { word: { b: 2, a: 1 } }, "no changes"],
  ["another value", { word: "a", url: "x" }, { word: "b", url: "x" }, "output word"],
  ["a new one", { word: "a" }, { word: "a", url: "x" }, "output url"],
  ["one that is gone", { word: "a", url: "x" }, { word: "a" }, "output url"],
  ["one that is not known yet", { list: ["a"] }, { list: [UNKNOWN] }, "output list"],
  ["a masked secret", { token: "[secret]" }, { token: "[secret]" }, "no changes"],
  ["one that becomes secret", { token: "hunter2" }, { token: "[secret]" }, "output token"],
  ["a new stack's", undefined, { word: "a", url: "x" }, "outputs word, url"],
  [
    "more than a line takes",
    {},
    { a: 1, b: 2, c: 3, d: 4, e: 5, f: 6 },
    "outputs a, b, c, d and 2 more",
  ],
];

for (const [what, before, outputs, says] of outputRows) {
  Deno.test(`output: ${what}: ${says}`, () => {
    const old = before === undefined ? null : { outputs: before };
    const report = readEvents(log(
      post("same", STACK, { old, new: { outputs } }),
      { summaryEvent: { resourceChanges: { same: 2 } } },
    ));
    assert.equal(describeChanges(report), says);
    assert.equal(hasChanges(report), says !== "no changes");
  });
}

Deno.test("outputs of a stack that is destroyed are no change of their own", () => {
  const report = readEvents(log(post("delete", STACK, { old: { outputs: { a: 1 } }, new: null })));
  assert.deepEqual(changedOutputs(report), []);
});
