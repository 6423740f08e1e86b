/**
 * Checks that every secret in the repository is encrypted, and to the right recipients; needs no key.
 *
 * @module
 */
import { z } from "zod";
import { defineTask, Exit, runTask } from "lib/cli/task.ts";

/** `deno task check-secrets` */
export const task = defineTask({
  name: "check-secrets",
  summary: "Check, without any key, that every secret is encrypted and to the right recipients",
  description: [
    "Under secrets/ every value and comment must be encrypted, to exactly the recipients of the creation",
    "rule for the path, and the keys must be those of the schema. Anywhere else tokens of known formats, texts as random as a key, conflict markers",
    "and links that lead out are findings. What is meant to be is allowed in secrets/.allow.yaml, with a",
    "reason. Values are never shown.",
  ].join("\n"),
  flags: z.strictObject({
    staged: z.boolean().default(false).describe("Only what the next commit adds, as it is staged"),
    installHook: z.boolean().default(false).describe("Make git run this before every commit"),
  }),
  examples: ["check-secrets", "check-secrets --staged", "check-secrets --install-hook"],
  async run({ flags, io }) {
    const { ROOT } = await import("lib/cli/root.ts");
    const { count } = await import("lib/cli/table.ts");
    const { UsageProblem } = await import("lib/schema/problem.ts");
    const { formatFinding } = await import("lib/secrets/scan/finding.ts");
    const { scanFiles } = await import("lib/secrets/scan/scan.ts");
    const { scanShapes } = await import("lib/secrets/scan/shape.ts");
    const { stagedFiles, treeFiles } = await import("lib/secrets/scan/sources.ts");

    if (flags.installHook) {
      if (flags.staged) throw new UsageProblem("--install-hook goes without --staged");
      const { installHook } = await import("lib/secrets/scan/hook.ts");
      io.out(await installHook(ROOT));
      return Exit.Ok;
    }
    const files = await (flags.staged ? stagedFiles(ROOT) : treeFiles(ROOT));
    const isWhole = !flags.staged;
    const scanned = await scanFiles(files, { root: ROOT, isWhole, signal: io.signal });
    // Schemas are modules on disk: what is staged is not always what is there.
    const shapes = isWhole ? await scanShapes(ROOT, files.map(({ path }) => path)) : [];
    const result = { ...scanned, findings: [...scanned.findings, ...shapes] };
    if (flags.json) io.out(JSON.stringify(result));
    else {
      for (const finding of result.findings) io.out(formatFinding(finding));
      io.err(
        `${count(result.files, "file")}, ${
          count(result.secretFiles, "of them a SOPS file", "of them SOPS files")
        }: ${count(result.findings.length, "finding")}`,
      );
    }
    return result.findings.length > 0 ? Exit.Failed : Exit.Ok;
  },
});

if (import.meta.main) await runTask(task);
