/**
 * What images install, as engines: for the tests of the components that install it.
 *
 * @module
 */
import type { Engine } from "lib/engines/catalog.ts";
import { githubRelease, goArch } from "lib/engines/vendor.ts";
import { ENGINES as VERSIONS } from "lib/versions.ts";

const hashicorp = (name: string, version: string): Engine["release"] => (platform) => {
  const base = `https://releases.hashicorp.com/${name}/${version}/${name}_${version}`;
  return {
    url: `${base}_${platform.os}_${goArch(platform)}.zip`,
    checksums: `${base}_SHA256SUMS`,
    member: name,
  };
};

/** See the module's description. All are optional. */
export const SERVICES: readonly Engine[] = [
  {
    name: "consul",
    purpose: "the agent of the consul component's test",
    version: VERSIONS.consul,
    optional: true,
    executable: () => "consul",
    versionArgs: ["version"],
    env: { CHECKPOINT_DISABLE: "1" },
    release: hashicorp("consul", VERSIONS.consul),
    source: {
      kind: "deb",
      suite: "bullseye",
      package: `consul=${VERSIONS.consul}+dfsg1-2+b3`,
      member: "usr/bin/consul",
    },
  },
  {
    name: "consul-template",
    purpose: "the daemon of the consul-template component's test",
    version: VERSIONS.consulTemplate,
    optional: true,
    executable: () => "consul-template",
    versionArgs: ["-version"],
    release: hashicorp("consul-template", VERSIONS.consulTemplate),
    source: {
      kind: "go",
      dir: `${import.meta.dirname}/consul-template`,
      package: "github.com/hashicorp/consul-template",
    },
  },
  {
    name: "nomad",
    purpose: "the agent of the nomad component's test",
    version: VERSIONS.nomad,
    optional: true,
    executable: () => "nomad",
    versionArgs: ["version"],
    env: { CHECKPOINT_DISABLE: "1" },
    release: hashicorp("nomad", VERSIONS.nomad),
    source: {
      kind: "go",
      dir: `${import.meta.dirname}/nomad`,
      package: "github.com/hashicorp/nomad",
    },
  },
  {
    name: "traefik",
    purpose: "the proxy of the traefik component's test",
    version: VERSIONS.traefik,
    optional: true,
    executable: () => "traefik",
    versionArgs: ["version"],
    release: (platform) => {
      const base = githubRelease("traefik/traefik", `v${VERSIONS.traefik}`);
      return {
        url: `${base}/traefik_v${VERSIONS.traefik}_${platform.os}_${goArch(platform)}.tar.gz`,
        checksums: `${base}/traefik_v${VERSIONS.traefik}_checksums.txt`,
        member: "traefik",
      };
    },
    source: { kind: "pip", dir: `${import.meta.dirname}/traefik`, member: "bin/traefik" },
  },
  {
    name: "alloy",
    purpose: "the collector of the alloy component's test",
    version: VERSIONS.alloy,
    optional: true,
    executable: () => "alloy",
    versionArgs: ["--version"],
    release: (platform) => {
      const base = githubRelease("grafana/alloy", `v${VERSIONS.alloy}`);
      const member = `alloy-${platform.os}-${goArch(platform)}`;
      return { url: `${base}/${member}.zip`, checksums: `${base}/SHA256SUMS`, member };
    },
  },
  {
    name: "vector",
    purpose: "the agent of the vector component's test",
    version: VERSIONS.vector,
    optional: true,
    executable: () => "vector",
    versionArgs: ["--version"],
    release: (platform) => {
      if (platform.os !== "linux") return undefined;
      const base = githubRelease("vectordotdev/vector", `v${VERSIONS.vector}`);
      const triple = `${platform.arch}-unknown-linux-gnu`;
      return {
        url: `${base}/vector-${VERSIONS.vector}-${triple}.tar.gz`,
        checksums: `${base}/vector-${VERSIONS.vector}-SHA256SUMS`,
        member: `./vector-${triple}/bin/vector`,
      };
    },
  },
  {
    name: "concourse",
    purpose: "the web node of the concourse component's test",
    version: VERSIONS.concourse,
    optional: true,
    executable: () => "concourse",
    versionArgs: ["--version"],
    release: (platform) => {
      if (platform.os !== "linux") return undefined;
      const base = githubRelease("concourse/concourse", `v${VERSIONS.concourse}`);
      const file = `concourse-${VERSIONS.concourse}-linux-${goArch(platform)}.tgz`;
      return {
        url: `${base}/${file}`,
        // Beside the files there are only SHA-1 sums; GitHub itself publishes the SHA-256 ones.
        checksums:
          `https://api.github.com/repos/concourse/concourse/releases/tags/v${VERSIONS.concourse}`,
        member: "concourse/bin/concourse",
      };
    },
  },
];
