/** Vector: ships logs and metrics. */
import { z } from "zod";
import { pathIs, unitRuns } from "lib/images/check.ts";
import { defineComponent } from "lib/images/component.ts";
import { RELEASES } from "lib/versions.ts";
import { stringifyYaml } from "lib/schema/yaml.ts";
import { runDaemon } from "images/components/daemon.ts";
import { installProgram, releaseSettings } from "images/components/release.ts";
import { AbsolutePath } from "images/components/schema.ts";

const Settings = z.strictObject({
  ...releaseSettings(RELEASES.vector),
  dataPath: AbsolutePath.default("/var/lib/vector").describe("Where it buffers"),
  lokiEndpoint: z.url().optional().describe("Where logs go; default nowhere until first boot"),
});

/** The agent, reading the journal. Where it sends is settled here or at first boot. */
export const vector = defineComponent({
  name: "vector",
  settings: Settings,
  needs: ["baseline"],
  state: (settings) => [{ unit: "vector", path: settings.dataPath }],

  async steps(host, settings) {
    const program = await host.run(
      "Install the release",
      installProgram("vector", settings, "./vector-x86_64-unknown-linux-gnu/bin/vector"),
    );
    await runDaemon(host, {
      name: "vector",
      description: "Logs and metrics",
      documentation: "https://vector.dev/docs",
      groups: ["systemd-journal"],
      dataPath: settings.dataPath,
      configuration: {
        "vector.yaml": stringifyYaml({
          data_dir: settings.dataPath,
          sources: { journal: { type: "journald" } },
          sinks: settings.lokiEndpoint === undefined
            ? { nowhere: { type: "blackhole", inputs: ["journal"] } }
            : {
              loki: {
                type: "loki",
                inputs: ["journal"],
                endpoint: settings.lokiEndpoint,
                encoding: { codec: "json" },
                labels: { host: "{{ host }}", unit: "{{ _SYSTEMD_UNIT }}" },
              },
            },
        }),
      },
      command: "/usr/local/bin/vector --config-dir /etc/vector",
      reloadCommand: "/bin/kill -HUP $MAINPID",
    }, program.changed);
  },

  checks: () => [unitRuns("vector"), pathIs("/etc/vector/vector.yaml", "root:vector 640")],
});
