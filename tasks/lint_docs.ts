/**
 * Checks that the public modules document what they export.
 *
 * @module
 */
import { defineTask, Exit, runTask } from "lib/cli/task.ts";

/** The modules that others are meant to import from, each with its reason to be public. */
const PUBLIC = [
  "lib/cli/task.ts",
  "lib/graph/dag.ts",
  "lib/graph/schedule.ts",
  "lib/organization.ts",
  "lib/pulumi/aws_base.ts",
  "lib/pulumi/project.ts",
  "lib/pulumi/stack_info.ts",
  "lib/versions.ts",
];

/** Folders whose every module is public. */
const PUBLIC_FOLDERS = ["lib/schema", "infra/components"];

/** `deno task lint-docs` */
export const task = defineTask({
  name: "lint-docs",
  summary: "Check the public modules' docstrings",
  description:
    "Runs deno doc --lint and keeps what it says of missing documentation: its demand for\n" +
    "explicit types cannot be met by types that are inferred from a zod schema.",
  async run({ flags, io }) {
    const { ROOT } = await import("lib/cli/root.ts");
    const { exec } = await import("lib/cli/exec.ts");
    const { count } = await import("lib/cli/table.ts");

    const { stderr } = await exec(
      Deno.execPath(),
      ["doc", "--lint", ...await publicModules(ROOT)],
      {
        cwd: ROOT,
        env: { NO_COLOR: "1" },
        signal: io.signal,
      },
    );
    const missing = [...stderr.matchAll(/^error\[missing-jsdoc\].*\n\s*--> (.+:\d+):\d+$/gm)]
      .map(([, place]) => place.replace(`${ROOT}/`, ""));

    io.out(flags.json ? JSON.stringify({ missing }) : missing.join("\n") || "All documented");
    if (missing.length > 0) io.err(`${count(missing.length, "export")} without documentation`);
    return missing.length === 0 ? Exit.Ok : Exit.Failed;
  },
});

async function publicModules(root: string): Promise<string[]> {
  const modules = [...PUBLIC];
  for (const area of await filesIn(`${root}/lib`)) {
    const path = `lib/${area}/mod.ts`;
    if (await Deno.stat(`${root}/${path}`).then(() => true, () => false)) modules.push(path);
  }
  for (const folder of PUBLIC_FOLDERS) {
    for (const name of await filesIn(`${root}/${folder}`)) {
      if (name.endsWith(".ts")) modules.push(`${folder}/${name}`);
    }
  }
  return modules;
}

async function filesIn(folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(folder)) names.push(entry.name);
  return names.sort();
}

if (import.meta.main) await runTask(task);
