/**
 * Every pinned upstream version, in one place.
 *
 * @module
 */

/** Engines that the tasks drive. */
export const ENGINES = {
  /** The Pulumi CLI. */
  pulumi: "3.256.0",
  /** HashiCorp Packer. */
  packer: "1.15.0",
  /** Packer's Amazon plugin. */
  packerPluginAmazon: "1.2.1",
  /** SOPS. */
  sops: "3.13.3",
  /** OpenBao, which speaks Vault's protocol: the server of the tests. */
  bao: "2.7.2",
  /** The Kubernetes API server of the tests. */
  kubernetes: "1.34.2",
  /** The store below that API server, as its release was tested with. */
  etcd: "3.6.4",
  /** Concourse's command line. */
  fly: "8.2.5",
} as const;

/** The Deno that everything runs on: later ones crash natively under gRPC. */
export const DENO = "2.8.3";
