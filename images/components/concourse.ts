/** Concourse, as a web node or a worker. */
import { z } from "zod";
import { commandSucceeds } from "lib/images/check.ts";
import { defineComponent } from "lib/images/component.ts";
import * as apt from "lib/images/operations/apt.ts";
import * as files from "lib/images/operations/files/mod.ts";
import { RELEASES } from "lib/versions.ts";
import { runDaemon } from "images/components/daemon.ts";
import { archiveUrl, releaseSettings } from "images/components/release.ts";
import { AbsolutePath, Port } from "images/components/schema.ts";

const Settings = z.strictObject({
  ...releaseSettings(RELEASES.concourse),
  node: z.enum(["web", "worker"]).describe("What the machine is"),
  port: Port.default(8080).describe("A web node's port"),
  tsaPort: Port.default(2222).describe("Where workers register with a web node"),
  workPath: AbsolutePath.default("/var/concourse/worker").describe("A worker's volumes"),
  runtime: z.enum(["containerd", "guardian"]).default("containerd").describe("A worker's runtime"),
});

const PROGRAM = "/usr/local/concourse/bin/concourse";
const SITE_SETTINGS = "/etc/concourse/site.env";

const environment = (values: Readonly<Record<string, string | number | boolean>>) =>
  Object.entries(values).map(([name, value]) => `CONCOURSE_${name}=${value}\n`).join("");

/**
 * The program and its service. Keys, the database's address and who may log in are written to
 * `/etc/concourse/site.env` at first boot, before which the service does not start.
 */
export const concourse = defineComponent({
  name: "concourse",
  settings: Settings,
  needs: ["baseline"],
  ports: (settings) => settings.node === "web" ? [settings.port, settings.tsaPort] : [],

  async steps(host, settings) {
    const program = await host.run(
      "Install the release",
      files.unpackRelease({
        url: archiveUrl(settings),
        sha256: settings.sha256,
        to: "/usr/local/concourse",
        tree: { strip: 1 },
      }),
    );
    const { node } = settings;
    if (node === "worker") {
      await host.run(
        "Install what containers' networks take",
        apt.packages({ packages: ["iptables"], cacheTime: 86_400 }),
      );
    }
    const values: Record<string, string | number | boolean> = node === "web"
      ? {
        BIND_PORT: settings.port,
        TSA_BIND_PORT: settings.tsaPort,
        ENABLE_GLOBAL_RESOURCES: true,
        EMIT_TO_LOGS: true,
      }
      : {
        WORK_DIR: settings.workPath,
        RUNTIME: settings.runtime,
        BAGGAGECLAIM_DRIVER: "overlay",
        CONTAINERD_DNS_PROXY_ENABLE: false,
      };
    await runDaemon(host, {
      name: "concourse",
      description: `Concourse ${node}`,
      documentation: "https://concourse-ci.org/docs.html",
      // A worker makes cgroups, mounts and network interfaces.
      asRoot: node === "worker",
      dataPath: node === "worker" ? settings.workPath : undefined,
      configuration: { "concourse.env": environment(values) },
      command: `${PROGRAM} ${node}`,
      awaits: SITE_SETTINGS,
      service: {
        EnvironmentFile: ["/etc/concourse/concourse.env", SITE_SETTINGS],
        KillSignal: node === "worker" ? "SIGUSR2" : "SIGTERM",
        TimeoutStopSec: node === "worker" ? 600 : 60,
        ...(node === "worker" ? { Delegate: true, TasksMax: "infinity" } : {}),
      },
    }, program.changed);
  },

  checks: (settings) => [
    ...(settings.node === "worker"
      ? [commandSucceeds("containerd finds iptables", "command -v iptables")]
      : []),
    commandSucceeds(
      `concourse is ${settings.version}`,
      `${PROGRAM} --version | grep -qF ${settings.version}`,
    ),
    commandSucceeds("concourse starts at boot", "systemctl is-enabled concourse"),
  ],
});
