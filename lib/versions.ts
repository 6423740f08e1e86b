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
  /** Concourse's command line: the same as the servers' release below. */
  fly: "8.1.1",
  /** The Concourse of the tests: the same. */
  concourse: "8.1.1",
  /** The Consul of the tests: what Debian has of it. */
  consul: "1.8.7",
  /** The consul-template of the tests. */
  consulTemplate: "0.42.1",
  /** The Nomad of the tests. */
  nomad: "1.11.2",
  /** The Traefik of the tests. */
  traefik: "3.7.1",
  /** The Alloy of the tests. */
  alloy: "1.18.1",
  /** The Vector of the tests. */
  vector: "0.50.0",
} as const;

/** The Deno that everything runs on: later ones crash natively under gRPC. */
export const DENO = "2.8.3";

/** A release that images install, with the digest of its amd64 archive for Linux. */
export interface Release {
  /** Upstream's version, without `v`. */
  readonly version: string;
  /** When it came out, or was pinned here where that is not known: `YYYY-MM-DD`. */
  readonly published: string;
  /** Where the archive is; `{version}` stands for the version. */
  readonly url: string;
  /** SHA-256 of the archive, in hex. */
  readonly sha256: string;
}

const hashicorp = (name: string) =>
  `https://releases.hashicorp.com/${name}/{version}/${name}_{version}_linux_amd64.zip`;

/** Releases that images install; HashiCorp's digests are those of its own Homebrew tap. */
export const RELEASES = {
  vault: {
    version: "2.0.3",
    published: "2026-06-18",
    url: hashicorp("vault"),
    sha256: "1e0ffb7a82491219c7242da6e05e2d756b05d1097c29799a42228661f229bc2a",
  },
  consul: {
    version: "2.0.2",
    published: "2026-07-08",
    url: hashicorp("consul"),
    sha256: "96e56c9d06b4a15bfa316afa39af926c1b67d189f66388dc1eecbb7c26faeed4",
  },
  consulTemplate: {
    version: "0.42.1",
    published: "2026-07-08",
    url: hashicorp("consul-template"),
    sha256: "ab86817a4acf619c6612d99b8e11496a81027f2b84632887c941c3e7d43cbaa7",
  },
  nomad: {
    version: "2.0.4",
    published: "2026-07-08",
    url: hashicorp("nomad"),
    sha256: "f6b0d555f65de7d81ef3274d7d7dfcad6ff24d6e6214a806deb5c50b909e47b7",
  },
  concourse: {
    version: "8.1.1",
    published: "2026-11-23",
    url:
      "https://github.com/concourse/concourse/releases/download/v{version}/concourse-{version}-linux-amd64.tgz",
    sha256: "6497d7861d595ca4988d9807b389b573df01dc430992b69b36532d18cfe3a0bf",
  },
  alloy: {
    version: "1.18.1",
    published: "2026-11-23",
    url: "https://github.com/grafana/alloy/releases/download/v{version}/alloy-linux-amd64.zip",
    sha256: "fac853cbc3983a50a2368f9a685b31f74392ae86dd6155461b11a911c07b483c",
  },
  traefik: {
    version: "3.7.1",
    published: "2026-11-23",
    url:
      "https://github.com/traefik/traefik/releases/download/v{version}/traefik_v{version}_linux_amd64.tar.gz",
    sha256: "e92bcfb03fa1e6a70c4e7ad4eb4f1604967e6fa3c21d8e7605aca5407a40162c",
  },
  vector: {
    version: "0.50.0",
    published: "2026-11-23",
    url:
      "https://github.com/vectordotdev/vector/releases/download/v{version}/vector-{version}-x86_64-unknown-linux-gnu.tar.gz",
    sha256: "951ceb14f2382c1438696552745221c5584d6895f9aa2b0e12ff0e30271d4b0e",
  },
} as const satisfies Record<string, Release>;

/** Helm charts of the operators that clusters run, by name. */
export const CHARTS = {
  "vault-secrets-operator": { repository: "https://helm.releases.hashicorp.com", version: "1.4.1" },
  apisix: { repository: "https://apache.github.io/apisix-helm-chart", version: "2.14.0" },
  "external-dns": {
    repository: "https://kubernetes-sigs.github.io/external-dns",
    version: "1.19.0",
  },
  "cert-manager": { repository: "https://charts.jetstack.io", version: "v1.21.1" },
  keda: { repository: "https://kedacore.github.io/charts", version: "2.20.2" },
  "cluster-autoscaler": {
    repository: "https://kubernetes.github.io/autoscaler",
    version: "9.57.0",
  },
} as const;

/** Container images that pipelines run in, or that run beside applications, by tag. */
export const CONTAINERS = {
  /** Where this repository's own tasks run: all they need is Node. */
  node: { repository: "node", tag: "24.11.1-bookworm" },
  /** Builds container images. @see https://github.com/concourse/oci-build-task */
  ociBuildTask: { repository: "concourse/oci-build-task", tag: "0.13.0" },
  /** AWS's own command line. */
  awsCli: { repository: "amazon/aws-cli", tag: "2.22.0" },
  /** In front of web servers, in their pods; it needs no privileges. */
  nginx: { repository: "nginxinc/nginx-unprivileged", tag: "1.29.3" },
} as const;

/**
 * Resource types that workers do not bring along, by name. Where a tag is `latest`, upstream publishes no
 * other: a mirror with tags of its own is what pins it, and this is the place to name it.
 */
export const RESOURCE_TYPES = {
  /** @see https://github.com/arbourd/concourse-slack-alert-resource */
  "slack-notification": { repository: "arbourd/concourse-slack-alert-resource", tag: "v0.15.0" },
  /** @see https://github.com/jdub/ami-resource */
  "amazon-ami": { repository: "jdub/ami-resource", tag: "latest" },
  /** @see https://github.com/cf-platform-eng/concourse-pypi-resource */
  pypi: { repository: "cfplatformeng/concourse-pypi-resource", tag: "latest" },
  /** @see https://github.com/mitodl/ol-concourse for all of mitodl's */
  "github-issues": { repository: "mitodl/concourse-github-issues-resource", tag: "latest" },
  "github-deployments": {
    repository: "mitodl/concourse-github-deployments-resource",
    tag: "latest",
  },
  release: { repository: "mitodl/concourse-release-resource", tag: "latest" },
  "packer-validator": { repository: "mitodl/concourse-packer-resource", tag: "latest" },
  "packer-builder": { repository: "mitodl/concourse-packer-resource-builder", tag: "latest" },
  "pulumi-provisioner": {
    repository: "mitodl/concourse-pulumi-resource-provisioner",
    tag: "latest",
  },
  fastly: { repository: "mitodl/concourse-fastly-resource", tag: "latest" },
  "hashicorp-release": { repository: "mitodl/hashicorp-release-resource", tag: "latest" },
  rclone: { repository: "mitodl/concourse-rclone-resource", tag: "latest" },
  "s3-sync": { repository: "mitodl/concourse-s3-sync-resource", tag: "latest" },
} as const satisfies Record<string, { readonly repository: string; readonly tag: string }>;
