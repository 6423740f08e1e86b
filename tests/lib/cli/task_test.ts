import assert from "node:assert/strict";
import { z } from "zod";
import { defineTask, Exit } from "lib/cli/task.ts";
import { Problem, Problems } from "lib/schema/problem.ts";
import { runWith } from "tests/support/io.ts";

const greet = defineTask({
  name: "greet",
  summary: "Greet someone",
  args: z.strictObject({
    whom: z.enum(["world", "moon"]).describe("Whom"),
    others: z.array(z.string()).default([]).describe("Whom else"),
  }),
  flags: z.strictObject({
    times: z.int().min(1).default(1).describe("How often"),
    dryRun: z.boolean().default(false).describe("Only plan"),
    level: z.enum(["low", "high"]).optional().describe("How loud"),
    tag: z.array(z.string()).default([]).describe("A tag"),
    phase: z.array(z.enum(["waxing", "waning"])).default([]).describe("A phase"),
  }),
  run({ args, flags, io }) {
    if (args.others.includes("fail")) throw new Problem("Cannot greet: it failed: try again");
    if (args.others.includes("many")) throw new Problems(["first", "second"]);
    if (args.others.includes("defect")) throw new TypeError("a defect");
    io.out(JSON.stringify({ args, flags }));
    return Promise.resolve(Exit.Ok);
  },
});

const rows: [words: string, code: Exit, says: RegExp][] = [
  ["world", Exit.Ok, /"whom":"world"/],
  ["world --times 3 --dry-run", Exit.Ok, /"times":3,"dryRun":true/],
  ["world --times=3 --no-dry-run", Exit.Ok, /"times":3,"dryRun":false/],
  ["world a b --tag x --tag y", Exit.Ok, /"others":\["a","b"\].*"tag":\["x","y"\]/],
  ["world --level HIGH", Exit.Ok, /"level":"high"/],
  ["world -- --times", Exit.Ok, /"others":\["--times"\]/],
  ["world --json", Exit.Ok, /"json":true/],
  ["", Exit.Usage, /WHOM is required/],
  ["word", Exit.Usage, /WHOM "word" is not one of world, moon: did you mean "world"\?/],
  ["world --time 3", Exit.Usage, /Unknown flag --time: did you mean "--times"\?/],
  ["world --tmies 3", Exit.Usage, /Unknown flag --tmies: did you mean "--times"\?/],
  ["world --xyzzy", Exit.Usage, /Unknown flag --xyzzy$/m],
  ["world -x", Exit.Usage, /Unknown flag -x/],
  ["world --times", Exit.Usage, /--times needs a value/],
  ["world --times --dry-run", Exit.Usage, /--times needs a value/],
  ["world --times many", Exit.Usage, /--times: /],
  ["world --times 0", Exit.Usage, /--times: /],
  ["world --times 1 --times 2", Exit.Usage, /--times is given twice/],
  ["world --dry-run=yes", Exit.Usage, /--dry-run takes no value/],
  ["world --level loud", Exit.Usage, /--level "loud" is not one of low, high/],
  [
    "world --phase wanin",
    Exit.Usage,
    /--phase "wanin" is not one of waxing, waning: did you mean "waning"/,
  ],
  ["world fail", Exit.Failed, /^error: Cannot greet: it failed: try again$/],
  ["world many", Exit.Failed, /^error: first\nerror: second$/],
];

for (const [words, code, says] of rows) {
  Deno.test(`greet ${words} exits ${code} and says ${says}`, async () => {
    const result = await runWith(greet, words.split(" ").filter((word) => word !== ""));
    assert.equal(result.code, code, result.stderr);
    assert.match(code === Exit.Ok ? result.stdout : result.stderr, says);
    if (code === Exit.Usage) assert.match(result.stderr, /See: deno task greet --help/);
  });
}

Deno.test("--help shows usage, arguments, flags with defaults, and exit codes", async () => {
  const { code, stdout } = await runWith(greet, ["--help"]);
  assert.equal(code, Exit.Ok);
  assert.match(stdout, /^Greet someone\n\nUsage: deno task greet WHOM \[OTHERS…\] \[FLAGS\]/);
  assert.match(stdout, /--times N +How often \(default 1\)/);
  assert.match(stdout, /--level low\|high +How loud/);
  assert.match(stdout, /--tag TAG +A tag \(may be repeated\)/);
  assert.match(stdout, /--json +Print the result as JSON/);
  assert.match(stdout, /Exit codes: 0 done/);
});

Deno.test("a task without arguments refuses one", async () => {
  const task = defineTask({ name: "x", summary: "X", run: () => Promise.resolve(Exit.Ok) });
  const { code, stderr } = await runWith(task, ["surplus"]);
  assert.equal(code, Exit.Usage);
  assert.match(stderr, /Unexpected argument "surplus": this task takes none/);
});

Deno.test("an unexpected error is not swallowed", async () => {
  await assert.rejects(runWith(greet, ["world", "defect"]), TypeError);
});
