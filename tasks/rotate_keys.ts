/**
 * Gives secret files the recipients of their creation rule, and a new data key.
 *
 * @module
 */
import { z } from "zod";
import { defineTask, Exit, runTask } from "lib/cli/task.ts";

/** `deno task rotate-keys` */
export const task = defineTask({
  name: "rotate-keys",
  summary: "Give secret files the recipients of their creation rule and a new data key",
  description: [
    "A dry run unless --apply: it then only says which recipients would come and go. With --apply every",
    "file is prepared on a copy (sops updatekeys, sops rotate) and has to hold the same as before; only",
    "when all do, they take the place of the old ones. Git's history keeps the old files, which the old",
    "keys open for ever: when a key has leaked, the secrets themselves have to be changed.",
  ].join("\n"),
  flags: z.strictObject({
    context: z.array(z.string()).default([]).describe("Folder under secrets/; default all"),
    env: z.enum(["ci", "qa", "production"]).describe("Environment: its key has to be at hand"),
    apply: z.boolean().default(false).describe("Write; otherwise only plan"),
  }),
  examples: ["rotate-keys --env ci", "rotate-keys --context xqwatcher --env ci --apply"],
  async run({ flags, io }) {
    const { ROOT } = await import("lib/cli/root.ts");
    const { count } = await import("lib/cli/table.ts");
    const { listContexts, loadContext } = await import("lib/secrets/context.ts");
    const { planRotation, rotate } = await import("lib/secrets/write/rotate.ts");

    const contexts = flags.context.length > 0 ? flags.context : await listContexts(ROOT);
    const files = [];
    for (const name of new Set(contexts)) {
      const context = await loadContext(ROOT, name);
      for (const file of Object.keys(context.files)) {
        const path = `${ROOT}/secrets/${name}/${file}.${flags.env}.yaml`;
        if (!await Deno.lstat(path).then(() => true, () => false)) continue;
        files.push({ context: name, name: file, environment: flags.env });
      }
    }
    const planned = await planRotation(ROOT, files);
    if (flags.apply) await rotate(ROOT, planned, io.env, io.signal);
    if (flags.json) io.out(JSON.stringify({ applied: flags.apply, files: planned }));
    else {
      for (const { file, adds, removes } of planned) {
        const changes = [...adds.map((one) => `+${one}`), ...removes.map((one) => `-${one}`)];
        io.out([file, "new data key", ...changes].join("  "));
      }
      io.out(`${count(planned.length, "file")} ${flags.apply ? "rotated" : "to rotate: --apply"}`);
    }
    if (flags.apply && planned.length > 0) {
      io.err(
        "Git's history still holds the old files, which the old keys open: when a key has leaked, change " +
          "the secrets themselves too",
      );
    }
    return !flags.apply && planned.length > 0 ? Exit.Pending : Exit.Ok;
  },
});

if (import.meta.main) await runTask(task);
