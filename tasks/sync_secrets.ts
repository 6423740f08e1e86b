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
    "A dry run unless --apply. Shows key names and the lengths of values, never values. Vault is found",
    "by VAULT_ADDR, VAULT_TOKEN, VAULT_NAMESPACE and VAULT_CACERT, the keys by SOPS_AGE_KEY,",
    "SOPS_AGE_KEY_FILE or SOPS_AGE_KEY_CMD.",
  ].join("\n"),
  flags: z.strictObject({
    context: z.array(z.string()).default([]).describe("Folder under secrets/; default all"),
    env: z.enum(["ci", "qa", "production"]).describe("Environment"),
    apply: z.boolean().default(false).describe("Write; otherwise only plan"),
    adopt: z.boolean().default(false).describe("Take over secrets that someone else wrote"),
    digest: z.string().optional().describe("With --apply: only if the plan has this digest"),
  }),
  examples: ["sync-secrets --context xqwatcher --env ci", "sync-secrets --env qa --apply"],
  async run({ flags, io }) {
    const { ROOT } = await import("lib/cli/root.ts");
    const { organization } = await import("lib/organization.ts");
    const { Problem, UsageProblem } = await import("lib/schema/problem.ts");
    const { environmentNamed } = await import("lib/schema/environment.ts");
    const { listContexts, readContext } = await import("lib/secrets/context.ts");
    const planning = await import("lib/secrets/plan.ts");
    const { applyPlan, readHeld } = await import("lib/secrets/apply.ts");
    const { connectVault } = await import("lib/vault/connect.ts");

    if (flags.digest && !flags.apply) throw new UsageProblem("--digest goes with --apply");
    const contexts = flags.context.length > 0 ? flags.context : await listContexts(ROOT);
    const wanted = [];
    for (const name of new Set(contexts)) {
      wanted.push(...await readContext(ROOT, name, flags.env, io.env));
    }
    const { vaultAddress } = organization.environments[environmentNamed(flags.env)!];
    const vault = await connectVault(io.env, vaultAddress, io.signal);
    try {
      const plan = planning.planSync(wanted, await readHeld(vault, wanted), flags.adopt);
      const pending = planning.isPending(plan);
      if (!flags.json) io.out(planning.formatPlan(plan));
      for (const { mount, path } of planning.conflictsOf(plan)) {
        io.err(`${mount}/${path} was written by someone else: take it over with --adopt`);
      }
      if (flags.digest && flags.digest !== plan.digest) {
        throw new Problem(
          `The plan is now ${plan.digest}, not ${flags.digest}: sources or Vault changed: plan again`,
        );
      }
      const applied = flags.apply ? await applyPlan(vault, plan, wanted, io.signal) : [];
      for (const { problem } of applied) if (problem) io.err(`error: ${problem}`);
      const written = applied.filter(({ outcome }) => outcome === "written").length;
      if (flags.json) io.out(JSON.stringify({ ...plan, applied }));
      else if (flags.apply) io.out(pending ? `${written} written` : "In sync");
      else if (pending) {
        io.out(`Plan ${plan.digest}: write it with --apply --digest ${plan.digest}`);
      } else io.out("In sync");
      if (planning.conflictsOf(plan).length > 0 || written < applied.length) return Exit.Failed;
      return pending && !flags.apply ? Exit.Pending : Exit.Ok;
    } finally {
      vault.close();
    }
  },
});

if (import.meta.main) await runTask(task);
