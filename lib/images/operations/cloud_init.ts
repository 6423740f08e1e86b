/** cloud-init. @module */
import type { Operation } from "lib/images/operation.ts";
import { put } from "lib/images/operations/files/put.ts";
import { stringifyYaml } from "lib/schema/yaml.ts";
import { Problem } from "lib/schema/problem.ts";

/**
 * Settings for cloud-init, in a file of their own under `/etc/cloud/cloud.cfg.d`; later names win.
 *
 * @param options `name`: `90-users`, without `.cfg`; `settings`: what the file says
 * @see {@link https://cloudinit.readthedocs.io/en/latest/reference/modules.html}
 */
export function config(
  options: { name: string; settings: Readonly<Record<string, unknown>> },
): Operation {
  if (!/^\d{2}[\w-]+$/.test(options.name)) {
    throw new Problem(`"${options.name}" does not start with two digits, as 90-users does`);
  }
  return {
    ...put({
      dest: `/etc/cloud/cloud.cfg.d/${options.name}.cfg`,
      content: `#cloud-config\n${stringifyYaml(options.settings)}`,
      mode: "644",
    }),
    kind: "cloudInit.config",
  };
}
