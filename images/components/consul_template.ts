/** HashiCorp consul-template: files from Consul and Vault. */
import { z } from "zod";
import { commandSucceeds } from "lib/images/check.ts";
import { defineComponent } from "lib/images/component.ts";
import { RELEASES } from "lib/versions.ts";
import { runDaemon } from "images/components/daemon.ts";
import { hashicorpSettings, installHashicorp } from "images/components/hashicorp.ts";

const Settings = z.strictObject({
  ...hashicorpSettings(RELEASES.consulTemplate),
  consulAddress: z.string().default("127.0.0.1:8500").describe("The agent that it asks"),
  vaultAddress: z.url().optional().describe("The Vault that it asks; default none"),
});

/**
 * The program and its unit. Other components add templates to `/etc/consul-template/templates`, and
 * say where they go in `/etc/consul-template/conf.d`, of which every file is read as configuration.
 */
export const consulTemplate = defineComponent({
  name: "consul-template",
  settings: Settings,
  needs: ["baseline"],

  async steps(host, settings) {
    const program = await host.run(
      "Install the release",
      installHashicorp("consul-template", settings),
    );
    const configuration = {
      consul: { address: settings.consulAddress },
      ...(settings.vaultAddress === undefined
        ? {}
        : { vault: { address: settings.vaultAddress, renew_token: true } }),
      log_level: "info",
    };
    await runDaemon(host, {
      name: "consul-template",
      description: "Files from Consul and Vault",
      documentation: "https://github.com/hashicorp/consul-template",
      // Its templates belong to many users, and reload other services.
      asRoot: true,
      configurationFolders: ["conf.d", "templates"],
      configuration: { "conf.d/00-base.json": `${JSON.stringify(configuration, undefined, 2)}\n` },
      command: "/usr/local/bin/consul-template -config=/etc/consul-template/conf.d",
      reloadCommand: "/bin/kill -HUP $MAINPID",
      // Without its first template it has nothing to do and ends.
      startNow: false,
      // To anything else it only says that it does not know the signal.
      service: { Restart: "always", KillSignal: "SIGINT" },
    }, program.changed);
  },

  checks: () => [commandSucceeds("consul-template runs", "consul-template -version")],
});
