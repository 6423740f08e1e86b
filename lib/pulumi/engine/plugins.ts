import { execOrThrow } from "lib/cli/exec.ts";
import { Problems } from "lib/schema/problem.ts";
import type { PulumiPackage } from "lib/pulumi/packages.ts";
import { z } from "zod";

/** What `pulumi plugin ls --json` prints. */
const InstalledPlugins = z.array(z.looseObject({
  name: z.string(),
  kind: z.string(),
  version: z.string().optional(),
}));

/**
 * Makes sure that each provider's plugin is installed in exactly its SDK's version: the CLI would
 * otherwise fetch it in the middle of a deployment, or take another from PATH.
 *
 * @param pulumi The CLI's path
 * @param env Its environment
 * @throws {Problems} one line for each plugin that is missing, with the command that installs it
 */
export async function requirePlugins(
  pulumi: string,
  env: Readonly<Record<string, string>>,
  packages: readonly PulumiPackage[],
): Promise<void> {
  const text = await execOrThrow(pulumi, ["plugin", "ls", "--json"], { env: { ...env } });
  const installed = InstalledPlugins.parse(JSON.parse(text || "[]"));
  const missing = packages.filter(({ name, version }) =>
    !installed.some((plugin) =>
      plugin.kind === "resource" && plugin.name === name && plugin.version === version
    )
  );
  if (missing.length === 0) return;
  throw new Problems(
    missing.map(({ name, version }) =>
      `Plugin ${name} ${version} is not installed: run ${pulumi} plugin install resource ${name} ${version}`
    ),
  );
}
