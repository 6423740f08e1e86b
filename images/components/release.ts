/** Settings and steps that every component with a released program shares. */
import { z } from "zod";
import { unpackRelease } from "lib/images/operations/files/mod.ts";
import type { Operation } from "lib/images/operation.ts";
import type { Release } from "lib/versions.ts";

/** What is installed: a pinned release, or another one whose digest has to be given with it. */
export const releaseSettings = (release: Release) => ({
  version: z.string().regex(/^\d+\.\d+\.\d+([-+.]\w+)*$/, "is not a version such as 1.2.3")
    .default(release.version).describe("The release"),
  url: z.string().regex(/^https?:\/\//, "is not an http or https address")
    .default(release.url).describe("Its archive; {version} stands for the version"),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, "is not a SHA-256 in lower-case hex")
    .default(release.sha256).describe("The archive's SHA-256"),
});

/** The settings that {@linkcode releaseSettings} makes. */
export interface ReleaseSettings {
  readonly version: string;
  readonly url: string;
  readonly sha256: string;
}

/** The archive's address with its version in place. */
export const archiveUrl = ({ url, version }: ReleaseSettings): string =>
  url.replaceAll("{version}", version);

/** Installs one program of a release to `/usr/local/bin`. */
export const installProgram = (
  program: string,
  settings: ReleaseSettings,
  member = program,
): Operation =>
  unpackRelease({
    url: archiveUrl(settings),
    sha256: settings.sha256,
    member,
    to: `/usr/local/bin/${program}`,
  });
