import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { checkedInput } from "infra/components/checked_input.ts";
import { customResource } from "infra/components/crds/define.ts";
import {
  RestartTarget,
  VaultDuration,
  VaultDynamicSecret,
  VaultStaticSecret,
} from "infra/components/crds/vault.ts";
import { parseWith } from "lib/schema/parse.ts";

/** A path of Vault, without a slash at either end. */
export const VaultPath = z.string().regex(
  /^[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)*$/,
  "must be a path such as creds/app, without a slash at either end",
);

const common = {
  /** Below the mount, without `data/`: `web`, `creds/app`. */
  path: VaultPath,
  /** The Kubernetes secret that is written; default the component's name. */
  secretName: z.string().max(253).regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, "must be a name")
    .optional(),
  /** Workloads that are restarted when the secret changes. */
  restartTargets: z.array(RestartTarget).default([]),
};

/** A secret of a key-value engine. */
const StaticSecret = z.strictObject({
  type: z.literal("static"),
  ...common,
  /** The engine's version. */
  mountType: z.enum(["kv-v1", "kv-v2"]).default("kv-v2"),
  /** How often Vault is asked. */
  refreshAfter: VaultDuration.default("1h"),
});

/** A secret that an engine makes on request, such as a database's. */
const DynamicSecret = z.strictObject({
  type: z.literal("dynamic"),
  ...common,
  /** Sent with the request. */
  params: z.record(z.string(), z.string()).optional(),
  /** The share of the lease after which it is renewed, in percent; at most 90. */
  renewalPercent: z.int().min(0).max(90, "must be at most 90").default(67),
  /** Whether the lease is revoked when the object is deleted. */
  revoke: z.boolean().default(true),
  /** How often it is asked for, where the engine gives no lease. */
  refreshAfter: VaultDuration.optional(),
});

/** What an {@linkcode OLVaultK8SSecret} is made from, beside what other resources tell. */
export const OLVaultK8SSecretArgs = z.discriminatedUnion("type", [StaticSecret, DynamicSecret]);
/** Arguments as they are given. */
export type OLVaultK8SSecretArgs = z.input<typeof OLVaultK8SSecretArgs> & {
  /** Where the engine is mounted: `secret-learn`, `Database.vaultPath`. */
  readonly mount: pulumi.Input<string>;
  /** Where the secret is wanted. */
  readonly namespace: pulumi.Input<string>;
  /** The `VaultAuth` of that namespace: `EksAuthBinding.vaultAuth`. */
  readonly vaultAuth: pulumi.Input<string>;
  /**
   * Keys of the secret and the Go templates of their values, with Vault's keys in `.Secrets`:
   * `postgres://{{ .Secrets.username }}…`. With templates, Vault's own keys are left out. Default
   * Vault's keys as they are.
   */
  readonly templates?: Readonly<Record<string, pulumi.Input<string>>>;
};

/**
 * A Kubernetes secret that the Vault Secrets Operator keeps equal to one of Vault's: its value never
 * passes through Pulumi.
 *
 * Creates: a `VaultStaticSecret` or a `VaultDynamicSecret`.
 */
export class OLVaultK8SSecret extends pulumi.ComponentResource {
  /** The Kubernetes secret's name; it exists some time after the operator has read Vault. */
  readonly secretName: pulumi.Output<string>;

  /**
   * Makes the secret.
   *
   * @param name The object's name, and the secret's unless `secretName` says otherwise
   * @param args See {@linkcode OLVaultK8SSecretArgs}
   * @throws {Problems} for arguments that {@linkcode OLVaultK8SSecretArgs} refuses
   */
  constructor(name: string, args: OLVaultK8SSecretArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ol:kubernetes:VaultSecret", name, {}, opts);
    const { mount, namespace, vaultAuth, templates = {}, ...given } = args;
    const settings = parseWith(OLVaultK8SSecretArgs, given, `OLVaultK8SSecret ${name}`);
    const secretName = settings.secretName ?? name;
    const shared = {
      vaultAuthRef: vaultAuth,
      mount: checkedInput(VaultPath, mount, `OLVaultK8SSecret ${name}`, "mount"),
      path: settings.path,
      destination: {
        name: secretName,
        create: true,
        overwrite: true,
        ...(Object.keys(templates).length > 0 ? { transformation: templated(templates) } : {}),
      },
      ...(settings.restartTargets.length > 0
        ? { rolloutRestartTargets: settings.restartTargets }
        : {}),
      ...(settings.refreshAfter ? { refreshAfter: settings.refreshAfter } : {}),
    };
    const metadata = { name, namespace };
    const parent = { parent: this };
    const object = settings.type === "static"
      ? customResource(VaultStaticSecret, name, {
        metadata,
        spec: { ...shared, type: settings.mountType },
      }, parent)
      : customResource(VaultDynamicSecret, name, {
        metadata,
        spec: {
          ...shared,
          renewalPercent: settings.renewalPercent,
          revoke: settings.revoke,
          ...(settings.params ? { params: settings.params } : {}),
        },
      }, parent);
    // Whoever mounts the secret waits for the object that makes it.
    this.secretName = object.id.apply(() => secretName);
    this.registerOutputs({ secretName: this.secretName });
  }
}

function templated(templates: Readonly<Record<string, pulumi.Input<string>>>) {
  return {
    excludeRaw: true,
    excludes: [".*"],
    templates: Object.fromEntries(
      Object.entries(templates).map(([key, text]) => [key, { name: key, text }]),
    ),
  };
}
