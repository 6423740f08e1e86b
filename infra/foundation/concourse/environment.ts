import * as pulumi from "@pulumi/pulumi";
import { Problem } from "lib/schema/problem.ts";

/**
 * A file that systemd reads a service's environment from.
 *
 * @param values Settings without `CONCOURSE_`
 * @throws {Problem} for a value of more than one line, naming its key alone
 * @see https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html#EnvironmentFile=
 */
export function environmentFile(
  values: Readonly<Record<string, pulumi.Input<string | number | boolean>>>,
): pulumi.Output<string> {
  return pulumi.output({ ...values }).apply((known) =>
    Object.entries(known).map(([key, value]) => {
      const text = String(value);
      if (/[\r\n]/.test(text)) throw new Problem(`CONCOURSE_${key} has more than one line`);
      return `CONCOURSE_${key}="${text.replaceAll(/[\\"`$]/g, "\\$&")}"\n`;
    }).join("")
  );
}
