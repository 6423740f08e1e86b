import { Problem } from "lib/schema/problem.ts";

/** A file that cloud-init writes before services start. */
export interface BootFile {
  /** From the root. */
  readonly path: string;
  /** User and group: `root:vault`. Default `root:root`. */
  readonly owner?: string;
  /** In octal: `0640`, the default. */
  readonly permissions?: string;
  /** Never a secret: whoever may describe the machine reads it. */
  readonly content: string;
}

/** What a machine does when it starts for the first time. */
export interface FirstBoot {
  /** Default none. */
  readonly files?: readonly BootFile[];
  /** Lines of a shell script that stops at the first failure. */
  readonly script: readonly string[];
}

/** Bytes of user data that EC2 takes. @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html */
const LIMIT = 16_384;

/**
 * User data for cloud-init.
 *
 * @throws {Problem} for more than EC2 takes
 * @see https://cloudinit.readthedocs.io/en/latest/reference/modules.html
 */
export function firstBoot({ files = [], script }: FirstBoot): string {
  const config = {
    write_files: files.map((file) => ({ owner: "root:root", permissions: "0640", ...file })),
    runcmd: [["sh", "-euc", script.join("\n")]],
  };
  const text = `#cloud-config\n${JSON.stringify(config)}\n`;
  const { length } = new TextEncoder().encode(text);
  if (length > LIMIT) {
    throw new Problem(
      `User data has ${length} bytes, and EC2 takes ${LIMIT}: let the image hold more`,
    );
  }
  return text;
}
