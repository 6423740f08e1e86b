/** Grafana Alloy: collects metrics, logs and traces. */
import { z } from "zod";
import { httpAnswers, unitRuns } from "lib/images/check.ts";
import { defineComponent } from "lib/images/component.ts";
import { RELEASES } from "lib/versions.ts";
import { runDaemon } from "images/components/daemon.ts";
import { installProgram, releaseSettings } from "images/components/release.ts";
import { AbsolutePath, Port } from "images/components/schema.ts";

const Settings = z.strictObject({
  ...releaseSettings(RELEASES.alloy),
  port: Port.default(12_345).describe("Its own page and metrics, on loopback"),
  dataPath: AbsolutePath.default("/var/lib/alloy").describe("Where it buffers"),
});

/** The collector, with the machine's own metrics; where they go is added at first boot. */
export const alloy = defineComponent({
  name: "alloy",
  settings: Settings,
  needs: ["baseline"],
  ports: (settings) => [settings.port],
  state: (settings) => [{ unit: "alloy", path: settings.dataPath }],

  async steps(host, settings) {
    const program = await host.run(
      "Install the release",
      installProgram("alloy", settings, "alloy-linux-amd64"),
    );
    await runDaemon(host, {
      name: "alloy",
      description: "Metrics, logs and traces",
      documentation: "https://grafana.com/docs/alloy",
      groups: ["systemd-journal"],
      dataPath: settings.dataPath,
      configuration: { "00-machine.alloy": 'prometheus.exporter.unix "machine" { }\n' },
      command:
        `/usr/local/bin/alloy run --disable-reporting --server.http.listen-addr=127.0.0.1:${settings.port} --storage.path=${settings.dataPath} /etc/alloy`,
      reloadCommand: "/bin/kill -HUP $MAINPID",
    }, program.changed);
  },

  checks: (settings) => [
    unitRuns("alloy"),
    httpAnswers(`http://127.0.0.1:${settings.port}/-/ready`),
  ],
});
