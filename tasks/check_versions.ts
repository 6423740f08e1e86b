#!/usr/bin/env -S deno run --allow-read --allow-env --allow-net
/** Says which pinned upstream versions are behind. */
import { z } from "zod";
import { defineTask, Exit, runTask } from "lib/cli/task.ts";

const Flags = z.strictObject({
  offline: z.boolean().default(false).describe("Ask nobody: only how old each pin is"),
});

/** `deno task check-versions`. */
export const task = defineTask({
  name: "check-versions",
  summary: "List the pinned upstream versions: their age, and which are behind",
  description: "Asks GitHub for the latest release of each, unless --offline or it cannot be " +
    "reached. Exits 3 when one is behind.",
  flags: Flags,

  async run({ flags, io }) {
    const { checkVersions, formatVersions } = await import("lib/images/upstream.ts");
    const rows = await checkVersions({
      now: new Date(),
      latest: flags.offline ? undefined : fetchLatest(io.signal),
    });
    if (!flags.offline && rows.every((row) => row.latest === undefined)) {
      io.err("GitHub cannot be asked, or answers nobody without a token: only the ages are known");
    }
    io.out(flags.json ? JSON.stringify(rows, undefined, 2) : formatVersions(rows));
    return rows.some((row) => row.state === "behind") ? Exit.Pending : Exit.Ok;
  },
});

/** Asks GitHub which release of a repository is the latest; `undefined` where it cannot be asked. */
const fetchLatest = (signal: AbortSignal) => async (repository: string) => {
  try {
    const response = await fetch(`https://api.github.com/repos/${repository}/releases/latest`, {
      headers: { accept: "application/vnd.github+json" },
      signal: AbortSignal.any([signal, AbortSignal.timeout(5000)]),
    });
    if (!response.ok) return undefined;
    return ((await response.json()) as { tag_name?: string }).tag_name;
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
};

if (import.meta.main) await runTask(task);
