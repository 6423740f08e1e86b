/** HashiCorp Nomad as a server or a client. */
import { z } from "zod";
import { httpAnswers, unitRuns } from "lib/images/check.ts";
import { defineComponent } from "lib/images/component.ts";
import { RELEASES } from "lib/versions.ts";
import { runDaemon } from "images/components/daemon.ts";
import { hashicorpSettings, installHashicorp } from "images/components/hashicorp.ts";
import { AbsolutePath, Port } from "images/components/schema.ts";

const Settings = z.strictObject({
  ...hashicorpSettings(RELEASES.nomad),
  mode: z.enum(["server", "client"]).default("client").describe("What the agent is"),
  datacenter: z.string().regex(/^[a-z0-9-]+$/).default("dc1").describe("Its datacenter"),
  servers: z.int().min(1).max(7).default(3).describe("How many servers elect a leader"),
  advertiseAddress: z.string().default('{{ or GetPrivateIP "127.0.0.1" }}').describe(
    "Where others reach the agent; a go-sockaddr template",
  ),
  httpAddress: z.string().default("127.0.0.1").describe("Where the API listens"),
  httpPort: Port.default(4646).describe("The API's port"),
  rpcPort: Port.default(4647).describe("The port for agents"),
  serfPort: Port.default(4648).describe("The port for servers' gossip"),
  dataPath: AbsolutePath.default("/var/lib/nomad").describe("Where its data is"),
});

/** The agent; whom to join is added to `/etc/nomad` at first boot. */
export const nomad = defineComponent({
  name: "nomad",
  settings: Settings,
  needs: ["baseline"],
  ports: (settings) => [
    settings.httpPort,
    ...(settings.mode === "server" ? [settings.rpcPort, settings.serfPort] : []),
  ],
  state: (settings) => [{ unit: "nomad", path: settings.dataPath }],

  async steps(host, settings) {
    const isServer = settings.mode === "server";
    const configuration = {
      datacenter: settings.datacenter,
      data_dir: settings.dataPath,
      advertise: {
        http: settings.advertiseAddress,
        rpc: settings.advertiseAddress,
        serf: settings.advertiseAddress,
      },
      addresses: { http: settings.httpAddress },
      ports: { http: settings.httpPort, rpc: settings.rpcPort, serf: settings.serfPort },
      disable_update_check: true,
      server: { enabled: isServer, ...(isServer ? { bootstrap_expect: settings.servers } : {}) },
      client: { enabled: !isServer },
    };
    const program = await host.run("Install the release", installHashicorp("nomad", settings));
    await runDaemon(host, {
      name: "nomad",
      description: `Nomad ${settings.mode}`,
      documentation: "https://developer.hashicorp.com/nomad/docs",
      // A client makes cgroups and mounts for its tasks.
      asRoot: !isServer,
      // In a build container it may not.
      startNow: isServer,
      dataPath: settings.dataPath,
      configuration: { "00-nomad.json": `${JSON.stringify(configuration, undefined, 2)}\n` },
      command: "/usr/local/bin/nomad agent -config=/etc/nomad",
      reloadCommand: "/bin/kill -HUP $MAINPID",
      service: { KillSignal: "SIGINT", KillMode: "process", Delegate: true, TasksMax: "infinity" },
    }, program.changed);
  },

  checks: (settings) => [
    unitRuns("nomad"),
    // A client is not healthy before it knows servers, whom it meets at first boot.
    httpAnswers(
      `http://127.0.0.1:${settings.httpPort}/v1/agent/${
        settings.mode === "server" ? "health" : "self"
      }`,
    ),
  ],
});
