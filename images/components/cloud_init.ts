/** cloud-init: what an instance learns of itself at first boot. */
import { z } from "zod";
import { commandSucceeds } from "lib/images/check.ts";
import { defineComponent } from "lib/images/component.ts";
import * as apt from "lib/images/operations/apt.ts";
import * as cloudInitOperations from "lib/images/operations/cloud_init.ts";

const Settings = z.strictObject({
  datasources: z.array(z.string()).min(1).default(["Ec2", "None"]).describe(
    "Where it looks for this instance's data, in order",
  ),
});

/** The package, its data sources, and host keys that differ on every instance. */
export const cloudInit = defineComponent({
  name: "cloud-init",
  settings: Settings,
  needs: ["baseline"],

  async steps(host, settings) {
    await host.run(
      "Install the package",
      apt.packages({ packages: ["cloud-init"], cacheTime: 86_400 }),
    );
    await host.run(
      "Set the data sources",
      cloudInitOperations.config({
        name: "90-datasources",
        settings: {
          datasource_list: settings.datasources,
          datasource: { Ec2: { max_wait: 30, timeout: 5 } },
          disable_root: false,
          ssh_deletekeys: true,
        },
      }),
    );
  },

  checks: () => [
    commandSucceeds(
      "cloud-init's settings are valid",
      "cloud-init schema --config-file /etc/cloud/cloud.cfg.d/90-datasources.cfg",
    ),
  ],
});
