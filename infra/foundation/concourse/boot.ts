import type * as pulumi from "@pulumi/pulumi";
import { type BootFiles, bootFileScripts } from "infra/components/boot_files.ts";
import { firstBoot } from "infra/components/first_boot.ts";
import type { PolicyDocumentObject } from "lib/iam/mod.ts";
import { readPolicyFile } from "lib/pulumi/policy_file.ts";

/** What the machines of a kind of node may do. */
export const policyOf = async (node: "web" | "worker") =>
  JSON.parse(
    await readPolicyFile(new URL(`./concourse_${node}_policy.json`, import.meta.url)),
  ) as PolicyDocumentObject;

/** What a machine does at its first start: it fetches its files, and starts Concourse with them. */
export async function bootOf(files: BootFiles): Promise<pulumi.Output<string>> {
  const scripts = await bootFileScripts();
  return files.command.apply((command) =>
    firstBoot({ files: scripts, script: [command, "systemctl restart concourse"] })
  );
}
