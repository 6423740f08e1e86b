import { CATALOG, type Engine, type EngineName } from "lib/engines/catalog.ts";
import { engineCacheDir, PLATFORM, type Platform } from "lib/engines/platform.ts";
import { acceptsVersion, readVersion } from "lib/engines/version.ts";
import { type Env, processEnv } from "lib/schema/env.ts";
import { Problem } from "lib/schema/problem.ts";

/** An engine that can be started. */
export interface FoundEngine {
  /** Which one. */
  readonly name: EngineName;
  /** The executable's absolute path. */
  readonly path: string;
  /** Its version, without `v`. */
  readonly version: string;
  /** Who said where it is: an environment variable or flag, `PATH`, or the user's cache. */
  readonly source: "explicit" | "path" | "cache";
  /** Environment to start it with, on top of the process's own. */
  readonly env: Readonly<Record<string, string>>;
}

/** An executable that was passed over. */
export interface SkippedEngine {
  /** Its absolute path. */
  readonly path: string;
  /** Fit to follow the path: `is version 3.1.0`, `does not start: …`. */
  readonly reason: string;
}

/** What a search found. */
export interface EngineLookup {
  /** What was looked for. */
  readonly engine: Engine;
  /** The first that will do; `undefined` when there is none. */
  readonly found?: FoundEngine;
  /** Those passed over on the way, in search order. */
  readonly skipped: readonly SkippedEngine[];
}

/** Where to look. */
export interface LookupOptions {
  /** An executable named by a flag; it wins over everything and has to be of the right version. */
  readonly explicit?: string;
  /** Default this process's environment. */
  readonly env?: Env;
  /** Default this machine. */
  readonly platform?: Platform;
  /** Start what is in the cache too, to see that it works; default false, since it was when put. */
  readonly verify?: boolean;
}

/** No executable will do, or the one named does not. */
export class EngineProblem extends Problem {
  /** For those who only see the name. */
  override readonly name = "EngineProblem";

  /** The engine in question. */
  readonly engine: EngineName;

  /**
   * Makes the problem of one engine.
   *
   * @param engine Which one
   * @param message What, where, what to do
   */
  constructor(engine: EngineName, message: string) {
    super(message);
    this.engine = engine;
  }
}

/** The environment variable that names an engine's executable: `ENGINE_KUBE_APISERVER`. */
export function engineVariable(name: EngineName): string {
  return `ENGINE_${name.toUpperCase().replaceAll("-", "_")}`;
}

/** An engine's folder in the cache, keyed by name, version and platform. */
export function engineDir(
  engine: Engine,
  env: Env = processEnv,
  platform: Platform = PLATFORM,
): string {
  const { os, arch } = platform;
  return `${engineCacheDir(env)}/${engine.name}/${engine.version}-${os}-${arch}`;
}

/**
 * Looks for an engine: the flag or `ENGINE_<NAME>`, then `PATH`, then the user's cache.
 *
 * An executable of another version is passed over on `PATH` and remembered in `skipped`.
 *
 * @throws {EngineProblem} when the flag or variable names something that will not do
 */
export async function lookupEngine(
  name: EngineName,
  options: LookupOptions = {},
): Promise<EngineLookup> {
  const engine = CATALOG[name];
  const env = options.env ?? processEnv;
  const platform = options.platform ?? PLATFORM;
  const named = options.explicit ?? env(engineVariable(name));
  if (named !== undefined) {
    const where = options.explicit === undefined ? engineVariable(name) : `The flag for ${name}`;
    return { engine, found: await checkNamed(engine, named, where), skipped: [] };
  }
  const skipped: SkippedEngine[] = [];
  for (const path of await candidatesOnPath(engine, platform, env)) {
    const answer = await readVersion(engine, path);
    if ("version" in answer && acceptsVersion(engine, answer.version)) {
      return { engine, found: found(engine, path, answer.version, "path"), skipped };
    }
    skipped.push({ path, reason: describe(answer) });
  }
  const cached = `${engineDir(engine, env, platform)}/${engine.executable(platform)}`;
  if (await isExecutable(cached)) {
    const answer = options.verify ? await readVersion(engine, cached) : { version: engine.version };
    if ("version" in answer && answer.version === engine.version) {
      return { engine, found: found(engine, cached, answer.version, "cache"), skipped };
    }
    skipped.push({ path: cached, reason: describe(answer) });
  }
  return { engine, skipped };
}

/**
 * Finds an engine or says how to get it.
 *
 * @throws {EngineProblem} when none will do; it names `deno task setup NAME`
 */
export async function resolveEngine(
  name: EngineName,
  options: LookupOptions = {},
): Promise<FoundEngine> {
  const lookup = await lookupEngine(name, options);
  if (lookup.found !== undefined) return lookup.found;
  const passed = lookup.skipped.map(({ path, reason }) => `${path} ${reason}`).join("; ");
  throw new EngineProblem(
    name,
    `Engine ${name} ${lookup.engine.version} is not installed` +
      `${passed && ` (passed over: ${passed})`}: run deno task setup ${name}`,
  );
}

function found(
  engine: Engine,
  path: string,
  version: string,
  source: FoundEngine["source"],
): FoundEngine {
  return { name: engine.name, path, version, source, env: { ...engine.env, ...pluginEnv(path) } };
}

/** Packer finds a plugin by the folder above `github.com/…`, not by its path. */
function pluginEnv(path: string): Record<string, string> {
  const root = /^(.+)\/github\.com\/[^/]+\/[^/]+\/packer-plugin-[^/]+$/.exec(path)?.[1];
  return root === undefined ? {} : { PACKER_PLUGIN_PATH: root };
}

async function checkNamed(engine: Engine, named: string, where: string): Promise<FoundEngine> {
  const path = named.startsWith("/") ? named : `${Deno.cwd()}/${named}`;
  const fix = `name an executable of ${engine.name} ${engine.version}, or none`;
  if (!await isExecutable(path)) {
    throw new EngineProblem(engine.name, `${where} names ${path}, which is no executable: ${fix}`);
  }
  const answer = await readVersion(engine, path);
  if (!("version" in answer) || !acceptsVersion(engine, answer.version)) {
    throw new EngineProblem(
      engine.name,
      `${where} names ${path}, which ${describe(answer)}: ${fix}`,
    );
  }
  const result = found(engine, path, answer.version, "explicit");
  if (engine.name.startsWith("packer-plugin-") && !("PACKER_PLUGIN_PATH" in result.env)) {
    throw new EngineProblem(
      engine.name,
      `${where} names ${path}, where packer does not look: ` +
        "name the file that packer plugins install made, below github.com/hashicorp/amazon/",
    );
  }
  return result;
}

const describe = (answer: { version: string } | { reason: string }) =>
  "version" in answer ? `is version ${answer.version}` : answer.reason;

async function candidatesOnPath(
  engine: Engine,
  platform: Platform,
  env: Env,
): Promise<string[]> {
  if (engine.onPath === false) return [];
  const candidates = (env("PATH") ?? "").split(":").filter((dir) => dir.startsWith("/"))
    .map((dir) => `${dir.replace(/\/+$/, "")}/${engine.executable(platform)}`);
  const there = await Promise.all(candidates.map(isExecutable));
  return [...new Set(candidates.filter((_, index) => there[index]))];
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    const info = await Deno.stat(path);
    return info.isFile && (info.mode === null || (info.mode & 0o111) !== 0);
  } catch (error) {
    if (
      error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied ||
      error instanceof Deno.errors.NotADirectory
    ) return false;
    throw error;
  }
}
