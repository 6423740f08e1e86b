/**
 * Installs the engines that the other tasks drive into the user's cache: see `--help`.
 *
 * @module
 */
import { z } from "zod";
import { defineTask, Exit, type Io, runTask } from "lib/cli/task.ts";

/** `deno task setup`. */
export const task = defineTask({
  name: "setup",
  summary: "Install the engines that the other tasks drive",
  description:
    "Takes each engine's release from its vendor, or builds it from its pinned source with Go or " +
    "Python where the vendor cannot be reached. What is on PATH in the right version stays as it " +
    "is. Other clones of this user find what was installed.",
  args: z.strictObject({
    name: z.array(z.string()).default([]).describe("Engines; default all but the optional ones"),
  }),
  flags: z.strictObject({
    plugins: z.boolean().default(false).describe(
      "Also Pulumi's provider plugins, which deployments need outside a sandbox",
    ),
  }),
  examples: ["setup", "setup pulumi sops", "setup pulumi --plugins", "setup fly"],
  async run({ args, flags, io }) {
    const { parseEngineNames, setupEngines } = await import("lib/engines/setup.ts");
    const { formatTable } = await import("lib/cli/table.ts");
    const rows = await setupEngines(parseEngineNames(args.name), io);
    if (flags.plugins) await setupPlugins(io);
    if (flags.json) io.out(JSON.stringify(rows, null, 2));
    else io.out(formatTable(rows.map((row) => [row.name, row.version, row.origin, row.path])));
    return Exit.Ok;
  },
});

/** Installs the providers' plugins that are missing, by the CLI. */
async function setupPlugins(io: Io): Promise<void> {
  const { runSteps } = await import("lib/cli/progress.ts");
  const { resolveEngine } = await import("lib/engines/resolve.ts");
  const { installPlugin, missingPlugins } = await import("lib/pulumi/engine/plugins.ts");
  const { CLI_SETTINGS } = await import("lib/pulumi/engine/backend.ts");
  const { pulumiPackages } = await import("lib/pulumi/packages.ts");

  const { path } = await resolveEngine("pulumi");
  const missing = await missingPlugins(path, CLI_SETTINGS, await pulumiPackages());
  await runSteps(
    missing.map((one) => ({
      title: `Install the plugin of ${one.name} ${one.version}`,
      run: () => installPlugin(path, one, { env: CLI_SETTINGS, signal: io.signal }),
    })),
    io,
  );
}

if (import.meta.main) await runTask(task);
