/**
 * `--help` of each task against `deno eval 1`, in the same run: `deno run -A tests/bench/help.ts`
 *
 * @module
 */
import { ROOT } from "lib/cli/root.ts";
import { formatTable } from "lib/cli/table.ts";
import { median, recordResults, timeCommand } from "./results.ts";

const RUNS = 11;
const deno = Deno.execPath();

const { tasks } = JSON.parse(await Deno.readTextFile(`${ROOT}/deno.json`));
const commands = Object.entries<{ command: string }>(tasks).flatMap(([name, { command }]) => {
  const words = command.split(" ");
  return words[0] === "deno" && words[1] === "run" && words.at(-1)!.startsWith("tasks/")
    ? [{ name, args: [...words.slice(1), "--help"] }]
    : [];
});

// Interleaved, so that what else the machine does hits all alike.
const base: number[] = [];
const times = new Map<string, number[]>(commands.map(({ name }) => [name, []]));
for (let run = 0; run <= RUNS; run++) {
  const baseline = await timeCommand(deno, ["eval", "1"]);
  if (run > 0) base.push(baseline);
  for (const { name, args } of commands) {
    const elapsed = await timeCommand(deno, args, { cwd: ROOT });
    if (run > 0) times.get(name)!.push(elapsed);
  }
}

const unit = median(base);
const rows = [...times].map(([name, all]) => [
  `| ${name}`,
  `${median(all).toFixed(0)} ms`,
  `${(median(all) / unit).toFixed(2)} |`,
]);
const table = ["| Task | `--help` | × `deno eval 1` |", "| - | - | - |"].concat(
  rows.map((row) => row.join(" | ")),
);
const body = [
  `\`deno run -A tests/bench/help.ts\`: median of ${RUNS} runs; \`deno eval 1\` took ${
    unit.toFixed(0)
  } ms.`,
  "",
  ...table,
].join("\n");
await recordResults("Command line", body);
// deno-lint-ignore no-console
console.log(formatTable(rows));
