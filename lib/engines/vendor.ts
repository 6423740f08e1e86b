import type { Platform } from "lib/engines/platform.ts";

/** A processor as Go's releases name it: `amd64`, `arm64`. */
export const goArch = ({ arch }: Platform): string => arch === "aarch64" ? "arm64" : "amd64";

/** Where the files of a GitHub release are, without a slash at its end. */
export const githubRelease = (repository: string, tag: string): string =>
  `https://github.com/${repository}/releases/download/${tag}`;
