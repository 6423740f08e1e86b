/** Caddy, from Debian: a web server that gets its own certificates. */
import { z } from "zod";
import { httpAnswers, unitRuns } from "lib/images/check.ts";
import { defineComponent } from "lib/images/component.ts";
import * as apt from "lib/images/operations/apt.ts";
import * as files from "lib/images/operations/files/mod.ts";
import * as systemd from "lib/images/operations/systemd.ts";
import { Port } from "images/components/schema.ts";

const Settings = z.strictObject({
  site: z.string().regex(/^[^\s{}]+$/, "is no site address").default(":80").describe(
    "What it serves: a host name, or a port",
  ),
  upstream: z.string().regex(/^[^\s{}]+$/, "is no upstream").optional().describe(
    "Where requests go; default none: it answers itself",
  ),
  adminPort: Port.default(2019).describe("Its own interface, on loopback"),
  healthPort: Port.default(8089).describe("Health, on loopback"),
});

/** The server with one site. */
export const caddy = defineComponent({
  name: "caddy",
  settings: Settings,
  needs: ["baseline"],
  ports: (settings) => [settings.adminPort, settings.healthPort],

  async steps(host, settings) {
    // Written first: the package starts its service as soon as it is installed.
    const configured = await host.run(
      "Write the configuration",
      files.template({
        dest: "/etc/caddy/Caddyfile",
        source: "images/components/caddy.ts",
        template: `{
	admin 127.0.0.1:{{ adminPort }}
}

http://127.0.0.1:{{ healthPort }} {
	bind 127.0.0.1
	respond "ok"
}

{{ site }} {
	{{ action }}
}
`,
        variables: {
          adminPort: settings.adminPort,
          healthPort: settings.healthPort,
          site: settings.site,
          action: settings.upstream === undefined
            ? 'respond "ready" 200'
            : `reverse_proxy ${settings.upstream}`,
        },
        mode: "644",
      }),
    );
    const installed = await host.run(
      "Install the package",
      apt.packages({ packages: ["caddy"], cacheTime: 86_400 }),
    );
    await host.run(
      "Run the service",
      systemd.service({
        unit: "caddy",
        enabled: true,
        reloaded: configured.changed && !installed.changed,
      }),
    );
  },

  checks: (settings) => [
    unitRuns("caddy"),
    httpAnswers(`http://127.0.0.1:${settings.healthPort}/`),
  ],
});
