import assert from "node:assert/strict";
import { hasChanges, readEvents } from "lib/pulumi/engine/events.ts";

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
