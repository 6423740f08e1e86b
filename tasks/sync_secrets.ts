/**
 * Makes Vault hold what the SOPS files of a context say.
 *
 * @module
 */
import { z } from "zod";
import { defineTask, Exit, runTask } from "lib/cli/task.ts";

/** `deno task sync-secrets` */
export const task = defineTask({
  name: "sync-secrets",
  summary: "Make Vault hold what the SOPS files say",
  description: [
    "A dry run unless --apply. Shows key names and the lengths of values, never values. What someone else",
    "wrote is left alone without --adopt; what no file says any more, without --delete.",
    "",
    "Vault is found by VAULT_ADDR, VAULT_NAMESPACE and VAULT_CACERT, and logged in to as VAULT_AUTH_METHOD says;",
    "with _CI, _QA or _PRODUCTION after its name a variable is that environment's alone. The keys of the files",
    "are found by SOPS_AGE_KEY, SOPS_AGE_KEY_FILE or SOPS_AGE_KEY_CMD.",
    "",
    "With --apply the exit code is 3 where Vault went away before the end: run it again, as after Ctrl-C.",
  ].join("\n"),
  flags: z.strictObject({
    context: z.array(z.string()).default([]).describe("Folder under secrets/; default all"),
    env: z.array(z.enum(["ci", "qa", "production"])).min(1).describe("Environment"),
    apply: z.boolean().default(false).describe("Write; otherwise only plan"),
    adopt: z.boolean().default(false).describe("Take over secrets that someone else wrote"),
    delete: z.boolean().default(false).describe("Delete ours that no file says any more"),
    maxDeletes: z.number().int().min(0).optional().describe(
      "Deletions at most; default 10, and a fifth of what is ours",
    ),
    full: z.boolean().default(false).describe(
      "Open every file and read every value, also where version and file are as we left them",
    ),
    digest: z.string().regex(/^[0-9a-f]{32}$/, "must be a plan's: 32 hexadecimal digits").optional()
      .describe(
        "With --apply: only if the plan has this digest",
      ),
    kv1Lock: z.string().optional().describe(
      "Take KV v1 mounts too, under a lock at this MOUNT/PATH of a KV v2 mount",
    ),
    concurrency: z.number().int().min(1).max(64).default(32).describe("Requests at once, at most"),
  }),
  examples: [
    "sync-secrets --context xqwatcher --env ci",
    "sync-secrets --env qa --env production --json",
    "sync-secrets --env qa --apply --delete",
  ],
  async run({ flags, io }) {
    const { ROOT } = await import("lib/cli/root.ts");
    const { Problem, UsageProblem } = await import("lib/schema/problem.ts");
    const { prepareSync } = await import("lib/secrets/sync/run.ts");
    const { parseLockPlace } = await import("lib/secrets/sync/lock.ts");
    const { conflictsOf, pendingOf } = await import("lib/secrets/sync/plan.ts");
    const report = await import("lib/secrets/sync/report.ts");

    if (flags.digest !== undefined && !flags.apply) {
      throw new UsageProblem("--digest goes with --apply");
    }
    if (flags.maxDeletes !== undefined && !flags.delete) {
      throw new UsageProblem("--max-deletes goes with --delete");
    }
    await using sync = await prepareSync({
      root: ROOT,
      contexts: flags.context,
      environments: [...new Set(flags.env)],
      adopt: flags.adopt,
      delete: flags.delete,
      full: flags.full,
      ...(flags.kv1Lock === undefined ? {} : { kv1Lock: parseLockPlace(flags.kv1Lock) }),
      bounds: { max: flags.maxDeletes },
      concurrency: flags.concurrency,
      env: io.env,
      signal: io.signal,
    });
    const { plan } = sync;
    const pending = pendingOf(plan);
    const conflicts = conflictsOf(plan);
    if (!flags.json) io.out(report.formatPlan(plan));
    for (const mount of sync.unlisted) {
      io.err(`warning: ${mount} may not be listed: what no file says any more is not known`);
    }
    for (const { mount, path, reason } of conflicts) {
      io.err(`${mount}/${path} was ${reason}: take it over with --adopt`);
    }
    if (flags.digest !== undefined && flags.digest !== plan.digest) {
      throw new Problem(
        `The plan is now ${plan.digest}, not ${flags.digest}: files or Vault changed: plan again`,
      );
    }
    const stopping = () => io.err("Stopping: what is begun is ended, the rest is left");
    io.signal.addEventListener("abort", stopping, { once: true });
    const applied = flags.apply ? await sync.apply() : [];
    io.signal.removeEventListener("abort", stopping);
    for (const { problem } of applied) if (problem) io.err(`error: ${problem}`);
    if (flags.json) io.out(JSON.stringify({ ...plan, applied }));
    else if (pending.length === 0) io.out(conflicts.length === 0 ? "In sync" : "Nothing to write");
    else if (flags.apply) io.out(report.summarize(applied));
    else io.out(`Plan ${plan.digest}: write it with --apply --digest ${plan.digest}`);

    if (applied.some(({ outcome }) => outcome === "left")) return Exit.Pending;
    if (conflicts.length > 0 || applied.some(({ problem }) => problem)) return Exit.Failed;
    return pending.length > 0 && !flags.apply ? Exit.Pending : Exit.Ok;
  },
});

if (import.meta.main) await runTask(task);
