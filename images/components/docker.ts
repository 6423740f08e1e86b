/** The Docker engine, from Debian. */
import { z } from "zod";
import { commandSucceeds, pathIs, unitRuns } from "lib/images/check.ts";
import { defineComponent } from "lib/images/component.ts";
import * as docker from "lib/images/operations/docker.ts";
import * as server from "lib/images/operations/server/mod.ts";

const Settings = z.strictObject({
  logSize: z.string().regex(/^\d+[kmg]$/).default("50m").describe("One log file's size"),
  logFiles: z.int().min(1).default(3).describe("How many log files a container keeps"),
  addressPool: z.cidrv4().default("172.30.0.0/16").describe("Where container networks come from"),
  liveRestore: z.boolean().default(true).describe("Keep containers while the engine restarts"),
});

/** The engine, its settings, and what the kernel has to let through. */
export const dockerEngine = defineComponent({
  name: "docker",
  settings: Settings,
  needs: ["baseline"],
  needsMachine: "runs containers",

  async steps(host, settings) {
    await host.run(
      "Install the engine",
      docker.install({
        settings: {
          "default-address-pools": [{ base: settings.addressPool, size: 24 }],
          "live-restore": settings.liveRestore,
          "log-driver": "json-file",
          "log-opts": { "max-file": String(settings.logFiles), "max-size": settings.logSize },
          "no-new-privileges": true,
        },
      }),
    );
    await host.run(
      "Let packets through to containers",
      server.sysctl({ key: "net.ipv4.ip_forward", value: 1 }),
    );
  },

  checks: () => [
    unitRuns("docker"),
    pathIs("/etc/docker/daemon.json", "root:root 644"),
    commandSucceeds("the engine answers", "docker info --format '{{.ServerVersion}}'", 60),
  ],
});
