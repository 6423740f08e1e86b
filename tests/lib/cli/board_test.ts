import assert from "node:assert/strict";
import { openBoard } from "lib/cli/board.ts";
import { fakeIo } from "tests/support/io.ts";

async function drawn(style?: "lines" | "jsonl"): Promise<string[]> {
  const io = fakeIo();
  const board = await openBoard(io, ["a"], style);
  board.start("a");
  board.say("a", "half");
  board.end("a", false, "✖ a: failed");
  await board.close();
  return io.stderr;
}

Deno.test("progress is a line an event where there is no terminal", async () => {
  assert.deepEqual(await drawn(), ["… a", "  a: half", "✖ a: failed"]);
});

Deno.test("progress as JSON lines has time, event, item and outcome", async () => {
  const events = (await drawn("jsonl")).map((line) => JSON.parse(line));
  assert.deepEqual(events.map(({ event, item, ok, text }) => [event, item, ok, text]), [
    ["start", "a", undefined, undefined],
    ["note", "a", undefined, "half"],
    ["end", "a", false, "✖ a: failed"],
  ]);
  assert.ok(events.every(({ time }) => !Number.isNaN(Date.parse(time))));
});
