import { type ExecOptions, execOrThrow } from "lib/cli/exec.ts";
import { Problem } from "lib/schema/problem.ts";
import type { PulumiPackage } from "lib/pulumi/packages.ts";
import { z } from "zod";

/** What `pulumi plugin ls --json` prints. */
const InstalledPlugins = z.array(z.looseObject({
  name: z.string(),
  kind: z.string(),
  version: z.string().optional(),
}));

/**
 * The providers whose plugin is not installed in exactly its SDK's version.
 *
 * @param pulumi The CLI's path
 * @param env Its environment
 */
export async function missingPlugins(
  pulumi: string,
  env: Readonly<Record<string, string>>,
  packages: readonly PulumiPackage[],
): Promise<PulumiPackage[]> {
  const text = await execOrThrow(pulumi, ["plugin", "ls", "--json"], { env: { ...env } });
  const installed = InstalledPlugins.parse(JSON.parse(text || "[]"));
  return packages.filter(({ name, version }) =>
    !installed.some((plugin) =>
      plugin.kind === "resource" && plugin.name === name && plugin.version === version
    )
  );
}

/**
 * Makes sure that each provider's plugin is installed: the CLI would otherwise fetch it in the middle of a
 * deployment, or take another from PATH.
 *
 * @throws {Problem} with all that are missing, and the task that installs them
 */
export async function requirePlugins(
  pulumi: string,
  env: Readonly<Record<string, string>>,
  packages: readonly PulumiPackage[],
): Promise<void> {
  const missing = await missingPlugins(pulumi, env, packages);
  if (missing.length === 0) return;
  const names = missing.map(({ name, version }) => `${name} ${version}`).join(", ");
  throw new Problem(
    `Providers' plugins are not installed: ${names}: run deno task setup --plugins`,
  );
}

/**
 * Installs a provider's plugin, from where Pulumi publishes it.
 *
 * @throws {Problem} with the CLI's words
 */
export async function installPlugin(
  pulumi: string,
  { name, version }: PulumiPackage,
  options: Pick<ExecOptions, "env" | "signal">,
): Promise<void> {
  await execOrThrow(pulumi, ["plugin", "install", "resource", name, version], options);
}
