/** `lint-iam` in a process that says at its end how much memory it took at most. */
import { processIo } from "lib/cli/io.ts";
import { task } from "tasks/lint_iam.ts";

const io = processIo(new AbortController().signal);
await task.main(Deno.args, { ...io, err: () => {} });
const status = await Deno.readTextFile("/proc/self/status");
io.err(/VmHWM:\s+(\d+) kB/.exec(status)![1]);
