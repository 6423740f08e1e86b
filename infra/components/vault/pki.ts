import * as pulumi from "@pulumi/pulumi";
import * as vault from "@pulumi/vault";
import { z } from "zod";
import { VaultPath } from "infra/components/vault_k8s_secret.ts";
import { parseWith } from "lib/schema/parse.ts";

const DAY = 86_400;

/** Whom a role signs for. */
const PkiRole = z.strictObject({
  /** Domains whose names are signed. */
  allowedDomains: z.array(z.string().regex(/^[a-z0-9.-]+$/, "must be a domain")).min(1),
  /** Whether names below them are. */
  allowSubdomains: z.boolean().default(false),
  /** Whether they are themselves. */
  allowBareDomains: z.boolean().default(true),
  /** What the certificates are for. */
  usage: z.enum(["server", "client", "both"]).default("server"),
  /** Days that one is valid. */
  days: z.int().min(1).max(397, "must be at most 397: no client trusts a longer one").default(30),
});

/** What a {@linkcode VaultPki} is made from. */
export const VaultPkiArgs = z.strictObject({
  /** Starts the mounts: `pki-operations` makes `pki-operations-root` and `pki-operations`. */
  path: VaultPath,
  /** The name of the authority: `Operations QA`. */
  commonName: z.string().min(1).max(58, "must have at most 58 characters: X.509 allows 64"),
  /** The organization in every certificate. */
  organization: z.string().min(1),
  /** Days that the root is valid. */
  rootDays: z.int().min(365).max(7300).default(3650),
  /** Days that the intermediate authority is valid, which signs. */
  intermediateDays: z.int().min(90).max(3650).default(1825),
  /** Where Vault answers; certificates say where the issuer and the revocations are. */
  vaultAddress: z.url(),
  /** Who may have certificates, by the name under which they are asked for. */
  roles: z.record(z.string().regex(/^[a-z0-9-]+$/), PkiRole),
}).superRefine(({ rootDays, intermediateDays, roles }, context) => {
  const issue = (path: (string | number)[], message: string) =>
    context.addIssue({ code: "custom", path, message });
  if (intermediateDays >= rootDays) issue(["intermediateDays"], "must be less than rootDays");
  for (const [name, { days }] of Object.entries(roles)) {
    if (days >= intermediateDays) issue(["roles", name, "days"], "outlives the intermediate");
  }
});
/** Arguments as they are given. */
export type VaultPkiArgs = z.input<typeof VaultPkiArgs>;

/**
 * A certificate authority in Vault: a root that signs nothing but an intermediate, and the intermediate,
 * which signs for roles. Neither key ever leaves Vault.
 *
 * Creates: two PKI engines, the root's certificate, the intermediate's request and signed certificate, the
 * addresses of issuer and revocations, and a role for each kind of certificate.
 */
export class VaultPki extends pulumi.ComponentResource {
  /** The mount that signs: `pki-operations`. */
  readonly path: pulumi.Output<string>;
  /** The certificate to trust, in PEM. */
  readonly rootCertificate: pulumi.Output<string>;

  /**
   * Makes the authority.
   *
   * @param name Starts every child's name
   * @param args See {@linkcode VaultPkiArgs}
   * @throws {Problems} for arguments that {@linkcode VaultPkiArgs} refuses
   */
  constructor(name: string, args: VaultPkiArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ol:vault:Pki", name, {}, opts);
    const settings = parseWith(VaultPkiArgs, args, `VaultPki ${name}`);
    const { organization } = settings;
    const parent = { parent: this };
    const key = { keyType: "ec", keyBits: 384 };
    const rootSeconds = settings.rootDays * DAY;
    const seconds = settings.intermediateDays * DAY;

    const rootMount = this.#mount(
      `${name}-root`,
      `${settings.path}-root`,
      settings.vaultAddress,
      rootSeconds,
    );
    const root = new vault.pkisecret.SecretBackendRootCert(`${name}-root`, {
      ...key,
      backend: rootMount.path,
      type: "internal",
      commonName: `${settings.commonName} Root`,
      organization,
      ttl: `${rootSeconds}s`,
    }, { ...parent, dependsOn: [rootMount.urls] });
    const mount = this.#mount(name, settings.path, settings.vaultAddress, seconds);
    const request = new vault.pkisecret.SecretBackendIntermediateCertRequest(name, {
      ...key,
      backend: mount.path,
      type: "internal",
      commonName: settings.commonName,
      organization,
    }, { ...parent, dependsOn: [mount.urls] });
    const signed = new vault.pkisecret.SecretBackendRootSignIntermediate(name, {
      backend: rootMount.path,
      csr: request.csr,
      commonName: settings.commonName,
      organization,
      maxPathLength: 0,
      ttl: `${seconds}s`,
    }, { ...parent, dependsOn: [root] });
    const installed = new vault.pkisecret.SecretBackendIntermediateSetSigned(name, {
      backend: mount.path,
      certificate: pulumi.interpolate`${signed.certificate}\n${root.certificate}`,
    }, parent);
    for (const [role, wanted] of Object.entries(settings.roles)) {
      new vault.pkisecret.SecretBackendRole(`${name}-${role}`, {
        ...key,
        keyBits: 256,
        backend: mount.path,
        name: role,
        allowedDomains: wanted.allowedDomains,
        allowSubdomains: wanted.allowSubdomains,
        allowBareDomains: wanted.allowBareDomains,
        serverFlag: wanted.usage !== "client",
        clientFlag: wanted.usage !== "server",
        organizations: [organization],
        ttl: `${wanted.days * DAY}`,
        maxTtl: `${wanted.days * DAY}`,
      }, { ...parent, dependsOn: [installed] });
    }
    this.path = mount.path;
    this.rootCertificate = root.certificate;
    this.registerOutputs({ path: this.path });
  }

  /** An engine that tells, in what it signs, where the issuer and the revocations are. */
  #mount(name: string, path: string, vaultAddress: string, seconds: number) {
    const parent = { parent: this };
    const mount = new vault.Mount(name, {
      path,
      type: "pki",
      defaultLeaseTtlSeconds: DAY,
      maxLeaseTtlSeconds: seconds,
    }, parent);
    const urls = new vault.pkisecret.SecretBackendConfigUrls(name, {
      backend: mount.path,
      issuingCertificates: [`${vaultAddress}/v1/${path}/ca`],
      crlDistributionPoints: [`${vaultAddress}/v1/${path}/crl`],
    }, parent);
    return { path: mount.path, urls };
  }
}
