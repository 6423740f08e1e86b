/**
 * Lints IAM policies: files, or whatever any stack of the repository would deploy.
 *
 * @module
 */
import { z } from "zod";
import { defineTask, Exit, runTask } from "lib/cli/task.ts";

const Severity = z.enum(["LOW", "MEDIUM", "HIGH", "CRITICAL"]);

/** `deno task lint-iam` */
export const task = defineTask({
  name: "lint-iam",
  summary: "Lint IAM policies: files, or every policy that a stack would deploy",
  description: [
    "Suppressions lie beside a policy: policy.json has its own in policy.ignore.json, a list of",
    "{id, action?, resource?, sid?, reason, expires}. Without FILE the stacks are evaluated offline and",
    "every role's, user's and group's policies are also looked at together.",
  ].join("\n"),
  args: z.strictObject({
    file: z.array(z.string()).default([]).describe("Policies in JSON; default those of all stacks"),
  }),
  flags: z.strictObject({
    type: z.enum(["identity", "resource", "trust", "session", "scp", "rcp", "endpoint"]).optional()
      .describe("What kind of policy the files hold; default inferred"),
    failOn: Severity.default("MEDIUM").describe("The mildest severity that fails"),
    sarif: z.boolean().default(false).describe("Print a SARIF 2.1.0 log"),
  }),
  examples: ["lint-iam", "lint-iam policy.json --type trust", "lint-iam *.json --sarif"],
  async run({ args, flags, io }) {
    const { UsageProblem } = await import("lib/schema/problem.ts");
    const report = await import("lib/iam/report.ts");
    if (flags.json && flags.sarif) throw new UsageProblem("--json and --sarif exclude each other");
    if (flags.type && args.file.length === 0) {
      throw new UsageProblem(
        "--type goes with files: a stack's policies have the type of their resource",
      );
    }
    const { policies, problems } = args.file.length > 0
      ? await lintFiles(args.file, flags)
      : await lintStacks(io);

    if (flags.sarif) io.out(report.policiesAsSarif(policies));
    else {
      const lines = policies.flatMap((policy) =>
        flags.json ? [report.policyAsJson(policy, flags.failOn)] : report.formatPolicy(policy)
      );
      if (lines.length > 0) io.out(lines.join("\n"));
    }
    for (const problem of problems) io.err(`error: ${problem}`);
    const failing = policies.filter((policy) => !report.isSound(policy, flags.failOn)).length;
    io.err(`${policies.length} policies, ${failing} with findings at ${flags.failOn} or above`);
    return failing > 0 || problems.length > 0 ? Exit.Failed : Exit.Ok;
  },
});

type Context = Parameters<Parameters<typeof defineTask>[0]["run"]>[0];
type PolicyType = import("lib/iam/mod.ts").PolicyType;
interface Linted {
  readonly policies: import("lib/iam/files.ts").LintedPolicy[];
  readonly problems: readonly string[];
}

async function lintFiles(files: readonly string[], flags: { type?: PolicyType }): Promise<Linted> {
  const { lintFile } = await import("lib/iam/files.ts");
  const { Problem } = await import("lib/schema/problem.ts");
  const result = { policies: [] as Linted["policies"], problems: [] as string[] };
  for (const file of files) {
    try {
      result.policies.push(lintFile(file, { type: flags.type }));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      result.problems.push(error.message);
    }
  }
  return result;
}

async function lintStacks(io: Context["io"]): Promise<Linted> {
  const { ROOT } = await import("lib/cli/root.ts");
  const { loadFleet } = await import("lib/pulumi/fleet.ts");
  const { previewFleet } = await import("lib/pulumi/evaluate/fleet.ts");
  const { containsUnknown, unwrap } = await import("lib/pulumi/simulate/wire.ts");
  const { suppressionsIn } = await import("lib/iam/files.ts");
  const { lintResources } = await import("lib/iam/resource_set.ts");
  const { organization: { iamSuppressions } } = await import("lib/organization.ts");

  const fleet = await loadFleet(ROOT);
  const previews = await previewFleet(fleet, [...fleet.stacks.keys()], { signal: io.signal });
  const policies = previews.flatMap(({ stack, evaluation }) => {
    const resources = (evaluation?.resources ?? []).map(({ urn, type, inputs, outputs }) => ({
      urn,
      type,
      inputs: unwrap(inputs) as Record<string, unknown>,
      outputs: unwrap(outputs) as Record<string, unknown>,
    }));
    const ignore = [...iamSuppressions, ...suppressionsIn(`${ROOT}/${stack.on.folder}`)];
    return lintResources(resources, containsUnknown, ignore).map(({ file, findings }) => ({
      file: `${stack.id}:${file}`,
      findings,
    }));
  });
  const problems = previews.flatMap(({ stack, verdict, problems }) =>
    verdict === "evaluated" ? [] : problems.map((problem) => `${stack.id}: ${problem}`)
  );
  return { policies, problems };
}

if (import.meta.main) await runTask(task);
