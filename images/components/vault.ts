/** HashiCorp Vault, or anything that speaks its protocol, as a server with integrated storage. */
import { z } from "zod";
import { httpAnswers, pathIs, unitRuns } from "lib/images/check.ts";
import { defineComponent } from "lib/images/component.ts";
import { RELEASES } from "lib/versions.ts";
import { runDaemon } from "images/components/daemon.ts";
import { hashicorpSettings, installHashicorp } from "images/components/hashicorp.ts";
import { AbsolutePath, Port } from "images/components/schema.ts";

const Settings = z.strictObject({
  ...hashicorpSettings(RELEASES.vault),
  port: Port.default(8200).describe("The API's port"),
  clusterPort: Port.default(8201).describe("The port for the other servers"),
  address: z.string().default("127.0.0.1").describe("Where the API listens"),
  dataPath: AbsolutePath.default("/var/lib/vault").describe("Where Raft's data is"),
  tlsCertificate: AbsolutePath.optional().describe("PEM file; needs tlsKey"),
  tlsKey: AbsolutePath.optional().describe("PEM file; needs tlsCertificate"),
}).refine((s) => (s.tlsCertificate === undefined) === (s.tlsKey === undefined), {
  path: ["tlsKey"],
  message: "tlsCertificate and tlsKey belong together",
}).refine((s) => s.tlsKey !== undefined || ["127.0.0.1", "[::1]"].includes(s.address), {
  path: ["address"],
  message: "without TLS, Vault may only listen on 127.0.0.1 or [::1]",
});

/** What every server of the image is told, whatever its environment. */
export function vaultConfiguration(settings: z.output<typeof Settings>): string {
  const tls = settings.tlsKey === undefined
    ? { tls_disable: true }
    : { tls_cert_file: settings.tlsCertificate, tls_key_file: settings.tlsKey };
  const scheme = settings.tlsKey === undefined ? "http" : "https";
  const host = settings.tlsKey === undefined ? settings.address : "{{ GetPrivateIP }}";
  const value = {
    api_addr: `${scheme}://${host}:${settings.port}`,
    cluster_addr: `https://${host}:${settings.clusterPort}`,
    disable_mlock: true,
    listener: {
      tcp: {
        address: `${settings.address}:${settings.port}`,
        cluster_address: `${settings.address}:${settings.clusterPort}`,
        ...tls,
      },
    },
    storage: { raft: { path: settings.dataPath } },
    telemetry: { disable_hostname: true, prometheus_retention_time: "60s" },
    ui: true,
  };
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

/**
 * The server's program, user, configuration and unit. What differs per environment (the seal, the
 * peers) is added to `/etc/vault` at first boot.
 */
export const vault = defineComponent({
  name: "vault",
  settings: Settings,
  needs: ["baseline"],
  ports: (settings) => [settings.port],
  state: (settings) => [{ unit: "vault", path: settings.dataPath }],

  async steps(host, settings) {
    const program = await host.run("Install the release", installHashicorp("vault", settings));
    await runDaemon(host, {
      name: "vault",
      description: "Vault",
      documentation: "https://developer.hashicorp.com/vault/docs",
      dataPath: settings.dataPath,
      configuration: { "00-vault.json": vaultConfiguration(settings) },
      command: "/usr/local/bin/vault server -config=/etc/vault",
      reloadCommand: "/bin/kill -HUP $MAINPID",
      service: { KillSignal: "SIGINT", LimitCORE: 0 },
    }, program.changed);
  },

  checks: (settings) => [
    unitRuns("vault"),
    pathIs("/etc/vault/00-vault.json", "root:vault 640"),
    // 501: not initialised yet, 503: sealed: both are a server that works.
    httpAnswers(
      `${
        settings.tlsKey === undefined ? "http" : "https"
      }://127.0.0.1:${settings.port}/v1/sys/health`,
      [200, 429, 472, 473, 501, 503],
    ),
  ],
});
