import { type Env, processEnv } from "lib/schema/env.ts";
import { Problem } from "lib/schema/problem.ts";

/** What an executable is built for. */
export interface Platform {
  /** As Deno names it: `linux`, `darwin`. */
  readonly os: string;
  /** As Deno names it: `x86_64`, `aarch64`. */
  readonly arch: string;
}

/** The machine this runs on. */
export const PLATFORM: Platform = { os: Deno.build.os, arch: Deno.build.arch };

/**
 * The folder that `deno task setup` installs into and every clone of this user finds engines in:
 * `$XDG_CACHE_HOME/infrastructure-engines`, by default under `~/.cache`.
 *
 * @throws {Problem} when neither `XDG_CACHE_HOME` nor `HOME` is set
 */
export function engineCacheDir(env: Env = processEnv): string {
  const home = env("HOME");
  const cache = env("XDG_CACHE_HOME") ?? (home && `${home}/.cache`);
  if (!cache) {
    throw new Problem(
      "No cache folder for engines: neither XDG_CACHE_HOME nor HOME is set: set one",
    );
  }
  return `${cache}/infrastructure-engines`;
}
