import { exec } from "lib/cli/exec.ts";
import { type CommandResult, ConnectionLost, type Target } from "lib/images/target.ts";

/**
 * A root folder as a machine that is not booted: files, packages and users can be changed, units
 * enabled, nothing started. Needs root.
 */
export class ChrootTarget implements Target {
  readonly name: string;

  /** @param root The root folder */
  constructor(readonly root: string) {
    this.name = `chroot ${root}`;
  }

  async run(
    shell: string,
    options: { stdin?: string | Uint8Array; timeout?: number } = {},
  ): Promise<CommandResult> {
    const result = await exec("chroot", [this.root, "sh", "-c", shell], {
      stdin: options.stdin ?? "",
      clearEnv: true,
      env: { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", HOME: "/root" },
    });
    if (result.code === 125) throw new ConnectionLost(this.name, result.stderr.trim());
    return result;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
