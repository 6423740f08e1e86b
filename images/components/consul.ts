/** HashiCorp Consul as a server or a client agent. */
import { z } from "zod";
import { httpAnswers, pathIs, unitRuns } from "lib/images/check.ts";
import { defineComponent } from "lib/images/component.ts";
import { RELEASES } from "lib/versions.ts";
import { runDaemon } from "images/components/daemon.ts";
import { hashicorpSettings, installHashicorp } from "images/components/hashicorp.ts";
import { AbsolutePath, Port } from "images/components/schema.ts";

const Settings = z.strictObject({
  ...hashicorpSettings(RELEASES.consul),
  mode: z.enum(["server", "client"]).default("client").describe("What the agent is"),
  datacenter: z.string().regex(/^[a-z0-9-]+$/).default("dc1").describe("Its datacenter"),
  servers: z.int().min(1).max(7).default(3).describe("How many servers elect a leader"),
  bindAddress: z.string().default('{{ or GetPrivateIP "127.0.0.1" }}').describe(
    "Where the agent talks to others; a go-sockaddr template",
  ),
  httpPort: Port.default(8500).describe("The API's port, on loopback"),
  dnsPort: Port.default(8600).describe("The DNS port, on loopback"),
  serfPort: Port.default(8301).describe("The gossip port"),
  serverPort: Port.default(8300).describe("The port for server RPC"),
  dataPath: AbsolutePath.default("/var/lib/consul").describe("Where its data is"),
});

function configuration(settings: z.output<typeof Settings>): string {
  const value = {
    server: settings.mode === "server",
    ...(settings.mode === "server" ? { bootstrap_expect: settings.servers } : {}),
    datacenter: settings.datacenter,
    data_dir: settings.dataPath,
    bind_addr: settings.bindAddress,
    client_addr: "127.0.0.1",
    ports: {
      http: settings.httpPort,
      dns: settings.dnsPort,
      serf_lan: settings.serfPort,
      serf_wan: -1,
      server: settings.serverPort,
      grpc: -1,
    },
    disable_update_check: true,
    leave_on_terminate: settings.mode === "client",
    telemetry: { disable_hostname: true, prometheus_retention_time: "60s" },
  };
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

/** The agent. Whom to join, and with what key, is added to `/etc/consul` at first boot. */
export const consul = defineComponent({
  name: "consul",
  settings: Settings,
  needs: ["baseline"],
  ports: (settings) => [
    settings.httpPort,
    settings.dnsPort,
    settings.serfPort,
    ...(settings.mode === "server" ? [settings.serverPort] : []),
  ],
  state: (settings) => [{ unit: "consul", path: settings.dataPath }],

  async steps(host, settings) {
    const program = await host.run("Install the release", installHashicorp("consul", settings));
    await runDaemon(host, {
      name: "consul",
      description: `Consul ${settings.mode}`,
      documentation: "https://developer.hashicorp.com/consul/docs",
      dataPath: settings.dataPath,
      configuration: { "00-consul.json": configuration(settings) },
      command: "/usr/local/bin/consul agent -config-dir=/etc/consul",
      reloadCommand: "/bin/kill -HUP $MAINPID",
      service: { KillSignal: settings.mode === "server" ? "SIGTERM" : "SIGINT" },
    }, program.changed);
  },

  checks: (settings) => [
    unitRuns("consul"),
    pathIs("/etc/consul/00-consul.json", "root:consul 640"),
    httpAnswers(`http://127.0.0.1:${settings.httpPort}/v1/agent/self`),
  ],
});
