import { createHash } from "node:crypto";
import { Problem } from "lib/schema/problem.ts";
import type { StackInfo } from "lib/pulumi/stack_info.ts";

/** Whose AMI is asked for. */
export interface AmiKey {
  /** A folder under `images/`; named in the manifest's `images`. */
  readonly image: string;
  /** One of the image's node types: `server`, `web`, `worker`. */
  readonly nodeType: string;
  /** Where the machine starts: `us-east-1`. */
  readonly region: string;
}

/**
 * The AMI that was released for the stack's environment: pinned by the record of its build, never the
 * most recent one.
 *
 * @returns Its id; in `preview` and in a sandbox, where none was released yet, one that is made up
 * @throws {Problem} for an image that the manifest does not name, and in a deployment when there is no
 * release
 */
export type AmiFor = (key: AmiKey) => Promise<string>;

/**
 * The `amiFor` of one stack's program.
 *
 * @param declared The images that the manifest names
 * @param real Whether machines are really started
 */
export function openAmis(declared: readonly string[], info: StackInfo, real: boolean): AmiFor {
  return async ({ image, nodeType, region }) => {
    if (!declared.includes(image)) {
      throw new Problem(
        `Stack "${info.name}" of ${info.project} starts machines of images/${image}, which its ` +
          `manifest does not name: add "${image}" to its images`,
      );
    }
    const { readRelease, releasedAmi } = await import("lib/images/release.ts");
    const key = { image, nodeType, environment: info.environment };
    if (real || await readRelease(key).then(() => true, () => false)) {
      return await releasedAmi({ ...key, region });
    }
    const seed = [image, nodeType, info.environment, region].join();
    return `ami-${createHash("sha256").update(seed).digest("hex").slice(0, 17)}`;
  };
}
