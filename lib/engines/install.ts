import { buildEngine } from "lib/engines/build.ts";
import type { Engine, EngineName } from "lib/engines/catalog.ts";
import { withLock } from "lib/engines/lock.ts";
import { PLATFORM, type Platform } from "lib/engines/platform.ts";
import { runBuild } from "lib/engines/process.ts";
import { fetchRelease, ReleaseUnavailable } from "lib/engines/release.ts";
import { engineDir, resolveEngine } from "lib/engines/resolve.ts";
import { readVersion } from "lib/engines/version.ts";
import { type Env, processEnv } from "lib/schema/env.ts";
import { Problem } from "lib/schema/problem.ts";

/** Where an installed engine came from. */
export type Origin = "release" | "source" | "present";

/** What an installation did. */
export interface Installed {
  /** Which engine. */
  readonly name: EngineName;
  /** The executable's absolute path. */
  readonly path: string;
  /** Its version, without `v`. */
  readonly version: string;
  /** The vendor's release, the pinned source, or it was there before. */
  readonly origin: Origin;
}

/** How to install. */
export interface InstallOptions {
  /** Default this process's environment. */
  readonly env?: Env;
  /** Default this machine. */
  readonly platform?: Platform;
  /** Stops the installation when aborted; nothing of it stays. */
  readonly signal?: AbortSignal;
  /** Told which step it is at. */
  readonly say?: (note: string) => void;
}

/** The start of the names of folders that an installation works in. */
const PARTIAL = ".partial-";

/**
 * Puts an engine into the user's cache: its vendor's release, else a build from its pinned source.
 *
 * Work is done in a folder beside the final one, which appears complete or not at all. One process
 * at a time installs an engine; another waits and then finds it there. What an interrupted
 * installation left is removed by the next.
 *
 * @throws {Problem} when neither can be had, or what was had is not the pinned version
 */
export async function installEngine(
  engine: Engine,
  options: InstallOptions = {},
): Promise<Installed> {
  const { env = processEnv, platform = PLATFORM, signal, say } = options;
  const final = engineDir(engine, env, platform);
  const parent = final.slice(0, final.lastIndexOf("/"));
  const path = `${final}/${engine.executable(platform)}`;
  const installed = (origin: Origin) => ({
    name: engine.name,
    path,
    version: engine.version,
    origin,
  });
  await Deno.mkdir(parent, { recursive: true });
  return await withLock(`${parent}/.lock`, async () => {
    if (await isVersion(engine, path)) return installed("present");
    await sweep(parent);
    const work = await Deno.makeTempDir({ dir: parent, prefix: PARTIAL });
    try {
      const { executable, origin } = await obtain(engine, work, { ...options, platform });
      const complete = `${work}/complete`;
      await place(engine, executable, complete, { ...options, platform });
      const answer = await readVersion(engine, `${complete}/${engine.executable(platform)}`);
      signal?.throwIfAborted();
      if (!("version" in answer) || answer.version !== engine.version) {
        const got = "version" in answer ? `says ${answer.version}` : answer.reason;
        throw new Problem(`Installing ${engine.name} ${engine.version}: what came ${got}`);
      }
      await removeBroken(final, work);
      await Deno.rename(complete, final);
      return installed(origin);
    } finally {
      await remove(work);
    }
  }, { signal, onWait: (owner) => say?.(`waiting for process ${owner}, which installs it`) });
}

async function isVersion(engine: Engine, path: string): Promise<boolean> {
  const answer = await readVersion(engine, path);
  return "version" in answer && answer.version === engine.version;
}

async function obtain(
  engine: Engine,
  dir: string,
  options: InstallOptions & { platform: Platform },
): Promise<{ executable: string; origin: Origin }> {
  const { env, platform, signal, say } = options;
  const release = engine.release(platform);
  let why = `its vendor has no release for ${platform.os} on ${platform.arch}`;
  if (release !== undefined) {
    try {
      say?.("asking its vendor");
      return { executable: await fetchRelease(release, dir, { signal, say }), origin: "release" };
    } catch (error) {
      if (!(error instanceof ReleaseUnavailable)) throw error;
      why = error.message;
    }
  }
  if (engine.source === undefined) {
    throw new Problem(
      `Cannot install ${engine.name} ${engine.version}: ${why}, and there is no source to build: ` +
        "put it on PATH, or try again where its vendor can be reached",
    );
  }
  const instead = {
    go: "building it",
    pip: "taking its Python package",
    deb: "taking Debian's package",
  };
  say?.(`${why}; ${instead[engine.source.kind]}`);
  return {
    executable: await buildEngine(engine, engine.source, { dir, env, signal, say }),
    origin: "source",
  };
}

/** Lays out an engine's folder as it will be found. */
async function place(
  engine: Engine,
  executable: string,
  dir: string,
  options: InstallOptions & { platform: Platform },
): Promise<void> {
  await Deno.mkdir(dir);
  await Deno.chmod(executable, 0o755);
  if (engine.name !== "packer-plugin-amazon") {
    await Deno.rename(executable, `${dir}/${engine.executable(options.platform)}`);
    return;
  }
  const packer = await resolveEngine("packer", { env: options.env, platform: options.platform });
  const args = ["plugins", "install", "--path", executable, "github.com/hashicorp/amazon"];
  await runBuild(packer.path, args, {
    cwd: dir,
    env: { ...packer.env, PACKER_PLUGIN_PATH: dir, PACKER_CONFIG_DIR: `${dir}/..` },
    signal: options.signal,
  });
}

async function sweep(parent: string): Promise<void> {
  for await (const entry of Deno.readDir(parent)) {
    // One that cannot be removed does no harm and is tried again by the next.
    if (entry.name.startsWith(PARTIAL)) await remove(`${parent}/${entry.name}`).catch(() => {});
  }
}

async function removeBroken(final: string, work: string): Promise<void> {
  try {
    await Deno.rename(final, `${work}/broken`);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

async function remove(dir: string): Promise<void> {
  try {
    await Deno.remove(dir, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
