import type { Engine } from "lib/engines/catalog.ts";
import { exec } from "lib/cli/exec.ts";
import { messageOf } from "lib/schema/problem.ts";

/**
 * Finds the version in what a program printed about itself.
 *
 * @param text `v3.256.0`, `Packer v1.15.0`, `{"version":"1.2.1",…}`, …
 * @returns The first `major.minor.patch` with its pre-release and build parts, without `v`;
 *   `undefined` when there is none
 */
export function parseVersion(text: string): string | undefined {
  return /(?<![\w.])v?(\d+\.\d+\.\d+(?:[-+][\w.+-]+)?)(?!\.?\d)/.exec(text)?.[1];
}

/**
 * Compares two versions by major, minor and patch; a pre-release is below its release.
 *
 * @returns Negative, zero or positive, as for `Array.sort`
 */
export function compareVersions(a: string, b: string): number {
  const parts = (version: string) => version.split(/[-+]/)[0].split(".").map(Number);
  const [left, right] = [parts(a), parts(b)];
  for (const index of [0, 1, 2]) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return Number(b.includes("-")) - Number(a.includes("-"));
}

/** Whether a version will do for an engine: the pinned one, or at least its `minimum`. */
export function acceptsVersion(
  engine: Pick<Engine, "version" | "minimum">,
  version: string,
): boolean {
  if (version === engine.version) return true;
  return engine.minimum !== undefined && compareVersions(version, engine.minimum) >= 0;
}

/** How long a program may take to print its version, in milliseconds. */
const VERSION_TIMEOUT = 15_000;

/**
 * Starts a program and asks it for its version.
 *
 * @returns The version, or the reason why there is none, fit to follow the program's path: `prints
 *   no version`, `does not start: …`
 */
export async function readVersion(
  engine: Pick<Engine, "versionArgs" | "env">,
  path: string,
): Promise<{ version: string } | { reason: string }> {
  try {
    const { code, stdout, stderr } = await exec(path, engine.versionArgs, {
      env: { ...engine.env },
      signal: AbortSignal.timeout(VERSION_TIMEOUT),
    });
    const version = parseVersion(stdout) ?? parseVersion(stderr);
    if (version !== undefined) return { version };
    return { reason: code === 0 ? "prints no version" : `fails with exit code ${code}` };
  } catch (error) {
    if (error instanceof DOMException) return { reason: "does not answer" };
    return { reason: `does not start: ${messageOf(error)}` };
  }
}
