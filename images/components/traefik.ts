/** Traefik: TLS and routing in front of a service on the same machine. */
import { z } from "zod";
import { httpAnswers, unitRuns } from "lib/images/check.ts";
import { defineComponent } from "lib/images/component.ts";
import { RELEASES } from "lib/versions.ts";
import { stringifyYaml } from "lib/schema/yaml.ts";
import { runDaemon } from "images/components/daemon.ts";
import { installProgram, releaseSettings } from "images/components/release.ts";
import { Port } from "images/components/schema.ts";

const Settings = z.strictObject({
  ...releaseSettings(RELEASES.traefik),
  httpPort: Port.default(80).describe("Sends everyone to HTTPS"),
  httpsPort: Port.default(443).describe("Where the service is reached"),
  pingPort: Port.default(8082).describe("Health, on loopback"),
});

/** The proxy; routes and certificates are added to `/etc/traefik/routes` at first boot. */
export const traefik = defineComponent({
  name: "traefik",
  settings: Settings,
  needs: ["baseline"],
  ports: (settings) => [settings.httpPort, settings.httpsPort, settings.pingPort],

  async steps(host, settings) {
    const program = await host.run("Install the release", installProgram("traefik", settings));
    await runDaemon(host, {
      name: "traefik",
      description: "TLS and routing",
      documentation: "https://doc.traefik.io/traefik",
      configuration: {
        "traefik.yaml": stringifyYaml({
          global: { checkNewVersion: false, sendAnonymousUsage: false },
          entryPoints: {
            http: {
              address: `:${settings.httpPort}`,
              http: { redirections: { entryPoint: { to: "https", scheme: "https" } } },
            },
            https: { address: `:${settings.httpsPort}` },
            ping: { address: `127.0.0.1:${settings.pingPort}` },
          },
          ping: { entryPoint: "ping" },
          providers: { file: { directory: "/etc/traefik/routes", watch: true } },
          accessLog: { format: "json" },
        }),
      },
      // Traefik does not see a folder that is made after its start.
      configurationFolders: ["routes"],
      command: "/usr/local/bin/traefik --configFile=/etc/traefik/traefik.yaml",
      service: { AmbientCapabilities: "CAP_NET_BIND_SERVICE" },
    }, program.changed);
  },

  checks: (settings) => [
    unitRuns("traefik"),
    httpAnswers(`http://127.0.0.1:${settings.pingPort}/ping`),
  ],
});
