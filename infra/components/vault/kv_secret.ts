import * as pulumi from "@pulumi/pulumi";
import * as vault from "@pulumi/vault";
import { z } from "zod";
import { VaultPath } from "infra/components/vault_k8s_secret.ts";
import { parseWith } from "lib/schema/parse.ts";

/** What a {@linkcode VaultKvSecret} is made from, beside the values. */
export const VaultKvSecretArgs = z.strictObject({
  /** The key-value engine: `secret-learn`. */
  mount: VaultPath,
  /** Whether the engine is made here, as version 2; false where it is another's. */
  createMount: z.boolean().default(false),
  /** How many versions of each secret are kept, with `createMount`. */
  maxVersions: z.int().min(1).max(100).default(10),
  /** Below the mount, without `data/`: `web`. */
  path: VaultPath,
  /** Whether the versions go with the resource; otherwise the last is only marked deleted. */
  deleteAllVersions: z.boolean().default(false),
});
/** Arguments as they are given. */
export type VaultKvSecretArgs = z.input<typeof VaultKvSecretArgs> & {
  /** The secret's keys and values; secret whatever they are given as. */
  readonly data: Readonly<Record<string, pulumi.Input<string>>>;
};

/**
 * A secret of Vault's key-value engine that holds what only the deployment knows: an address, a token
 * that it made. What people know is kept in `secrets/` and brought to Vault by `sync-secrets`.
 *
 * Creates: the secret; with `createMount` the engine.
 */
export class VaultKvSecret extends pulumi.ComponentResource {
  /** The mount, known when it is made. */
  readonly mount: pulumi.Output<string>;
  /** As policies name it: `secret-learn/data/web`. */
  readonly policyPath: string;

  /**
   * Makes the secret.
   *
   * @param name Starts every child's name
   * @param args See {@linkcode VaultKvSecretArgs}
   * @throws {Problems} for arguments that {@linkcode VaultKvSecretArgs} refuses, or no values
   */
  constructor(name: string, args: VaultKvSecretArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ol:vault:KvSecret", name, {}, opts);
    const { data, ...given } = args;
    const settings = parseWith(VaultKvSecretArgs, given, `VaultKvSecret ${name}`);
    const Values = z.record(z.string(), z.unknown()).refine(
      (values) => Object.keys(values).length > 0,
      "must hold a value",
    );
    parseWith(z.object({ data: Values }), { data }, `VaultKvSecret ${name}`);
    const parent = { parent: this };
    this.mount = pulumi.output(settings.mount);
    if (settings.createMount) {
      const mount = new vault.Mount(name, {
        path: settings.mount,
        type: "kv",
        options: { version: "2" },
        description: `Secrets that ${name} keeps`,
      }, parent);
      const versions = new vault.kv.SecretBackendV2(name, {
        mount: mount.path,
        maxVersions: settings.maxVersions,
      }, parent);
      this.mount = versions.mount;
    }
    new vault.kv.SecretV2(name, {
      mount: this.mount,
      name: settings.path,
      deleteAllVersions: settings.deleteAllVersions,
      dataJson: pulumi.secret(pulumi.jsonStringify(data)),
    }, parent);
    this.policyPath = `${settings.mount}/data/${settings.path}`;
    this.registerOutputs({ mount: this.mount });
  }
}
