/**
 * Says which project, stack, pipeline and Vault path uses which secret file.
 *
 * @module
 */
import { z } from "zod";
import { defineTask, Exit, runTask } from "lib/cli/task.ts";

/** `deno task secret-map` */
export const task = defineTask({
  name: "secret-map",
  summary: "Say which project, stack, pipeline and Vault path uses which secret file",
  description:
    "Derived from the manifests and the schemas; needs no key and no Vault. Exits 1 when a file is\n" +
    "missing, a manifest names no context, or two files go to one path.",
  flags: z.strictObject({
    context: z.array(z.string()).default([]).describe("Folder under secrets/; default all"),
    env: z.enum(["ci", "qa", "production"]).optional().describe("Environment; default all"),
  }),
  examples: ["secret-map", "secret-map --context xqwatcher --env qa --json"],
  async run({ flags, io }) {
    const { ROOT } = await import("lib/cli/root.ts");
    const { formatTable } = await import("lib/cli/table.ts");
    const { organization } = await import("lib/organization.ts");
    const { loadFleet } = await import("lib/pulumi/fleet.ts");
    const { environmentNamed } = await import("lib/schema/environment.ts");
    const { listContexts, loadContext } = await import("lib/secrets/context.ts");
    const { mapSecrets } = await import("lib/secrets/map.ts");

    const names = await listContexts(ROOT);
    const contexts = [];
    for (const name of names) contexts.push(await loadContext(ROOT, name));
    for (const name of flags.context) await loadContext(ROOT, name);
    const files = new Set<string>();
    for (const name of names) {
      for await (const entry of Deno.readDir(`${ROOT}/secrets/${name}`)) {
        if (entry.isFile) files.add(`secrets/${name}/${entry.name}`);
      }
    }
    const fleet = await loadFleet(ROOT);
    const readers = fleet.projects.map((found) => ({
      project: found.project.name,
      pipeline: found.folder.split("/").at(-1)!,
      secrets: found.project.secrets,
      stacks: [...fleet.stacks.values()].filter(({ on }) => on === found).map(({ info }) => info),
    }));
    const addresses = Object.entries(organization.environments).map(([name, settings]) =>
      [name, settings.vaultAddress] as const
    );
    const map = mapSecrets(contexts, readers, files, Object.fromEntries(addresses) as never);

    const environment = flags.env && environmentNamed(flags.env);
    const secrets = map.secrets.filter((secret) =>
      (flags.context.length === 0 || flags.context.includes(secret.context)) &&
      (environment === undefined || secret.environment === environment)
    );
    if (flags.json) io.out(JSON.stringify({ secrets, problems: map.problems }));
    else {
      io.out(formatTable([
        ["FILE", "VAULT", "STACKS", "PIPELINES"],
        ...secrets.map((secret) => [
          secret.exists ? secret.file : `${secret.file} (missing)`,
          `${secret.vaultAddress} ${secret.vaultPath}`,
          secret.stacks.join(", ") || "-",
          secret.pipelines.join(", ") || "-",
        ]),
      ]));
    }
    for (const problem of map.problems) io.err(`error: ${problem}`);
    return map.problems.length > 0 ? Exit.Failed : Exit.Ok;
  },
});

if (import.meta.main) await runTask(task);
