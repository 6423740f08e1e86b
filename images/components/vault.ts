/** HashiCorp Vault, or anything that speaks its protocol, as a server with integrated storage. */
import { z } from "zod";
import { httpAnswers, pathIs, unitRuns } from "lib/images/check.ts";
import { defineComponent } from "lib/images/component.ts";
import * as files from "lib/images/operations/files/mod.ts";
import * as server from "lib/images/operations/server/mod.ts";
import * as systemd from "lib/images/operations/systemd.ts";
import { installProgram, releaseSettings } from "images/components/release.ts";
import { RELEASES } from "lib/versions.ts";

const Port = z.int().min(1).max(65_535);

const Settings = z.strictObject({
  ...releaseSettings(RELEASES.vault),
  port: Port.default(8200).describe("The API's port"),
  clusterPort: Port.default(8201).describe("The port for the other servers"),
  address: z.string().default("127.0.0.1").describe("Where the API listens"),
  dataPath: z.string().startsWith("/").default("/var/lib/vault").describe("Where Raft's data is"),
  tlsCertificate: z.string().startsWith("/").optional().describe("PEM file; needs tlsKey"),
  tlsKey: z.string().startsWith("/").optional().describe("PEM file; needs tlsCertificate"),
}).refine((s) => (s.tlsCertificate === undefined) === (s.tlsKey === undefined), {
  path: ["tlsKey"],
  message: "tlsCertificate and tlsKey belong together",
}).refine((s) => s.tlsKey !== undefined || ["127.0.0.1", "[::1]"].includes(s.address), {
  path: ["address"],
  message: "without TLS, Vault may only listen on 127.0.0.1 or [::1]",
});

const CONFIG = "/etc/vault/00-vault.json";

function configuration(settings: z.output<typeof Settings>): string {
  const tls = settings.tlsKey === undefined
    ? { tls_disable: true }
    : { tls_cert_file: settings.tlsCertificate, tls_key_file: settings.tlsKey };
  const scheme = settings.tlsKey === undefined ? "http" : "https";
  const host = settings.tlsKey === undefined ? settings.address : "{{ GetPrivateIP }}";
  return JSON.stringify(
    {
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
    },
    undefined,
    2,
  ) + "\n";
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

  async steps(host, settings) {
    await host.run(
      "Add the user",
      server.user({
        user: "vault",
        home: settings.dataPath,
        shell: "/usr/sbin/nologin",
        system: true,
        ensureHome: false,
      }),
    );
    await host.run(
      "Make room for the data",
      files.directory({ path: settings.dataPath, user: "vault", group: "vault", mode: "700" }),
    );
    const program = await host.run("Install the release", installProgram("vault", settings));
    await host.run(
      "Make room for the configuration",
      files.directory({ path: "/etc/vault", user: "root", group: "vault", mode: "750" }),
    );
    const configured = await host.run(
      "Write the configuration",
      files.put({
        dest: CONFIG,
        content: configuration(settings),
        user: "root",
        group: "vault",
        mode: "640",
      }),
    );
    const unit = await host.run(
      "Write the unit",
      systemd.unit({
        unit: "vault",
        sections: {
          Unit: {
            Description: "Vault",
            Documentation: "https://developer.hashicorp.com/vault/docs",
            After: "network-online.target",
            Wants: "network-online.target",
            ConditionFileNotEmpty: CONFIG,
          },
          Service: {
            User: "vault",
            Group: "vault",
            ExecStart: "/usr/local/bin/vault server -config=/etc/vault",
            ExecReload: "/bin/kill -HUP $MAINPID",
            KillSignal: "SIGINT",
            Restart: "on-failure",
            RestartSec: 5,
            LimitNOFILE: 65_536,
            LimitCORE: 0,
            ProtectSystem: "full",
            ProtectHome: "read-only",
            PrivateTmp: true,
            NoNewPrivileges: true,
          },
          Install: { WantedBy: "multi-user.target" },
        },
      }),
    );
    await host.run(
      "Run the service",
      systemd.service({
        unit: "vault",
        enabled: true,
        restarted: program.changed || configured.changed || unit.changed,
      }),
    );
  },

  checks: (settings) => [
    unitRuns("vault"),
    pathIs(CONFIG, "root:vault 640"),
    // 501: not initialised yet, 503: sealed: both are a server that works.
    httpAnswers(
      `${
        settings.tlsKey === undefined ? "http" : "https"
      }://127.0.0.1:${settings.port}/v1/sys/health`,
      [200, 429, 472, 473, 501, 503],
    ),
  ],
});
