import { exec } from "lib/cli/exec.ts";
import type { Env } from "lib/schema/env.ts";
import { Problem } from "lib/schema/problem.ts";
import { parseWith } from "lib/schema/parse.ts";
import { z } from "zod";

/** Which Concourse is spoken to, and by which `fly`. */
export interface FlyOptions {
  /** The executable; it has to be of the server's version: `fly sync` sees to that. */
  readonly fly: string;
  /** A target of `~/.flyrc`, as `fly login` makes it. */
  readonly target: string;
  /** Default the target's. */
  readonly team?: string;
  readonly signal?: AbortSignal;
}

/** A pipeline as the server lists it. */
export const ServerPipeline = z.object({
  name: z.string(),
  paused: z.boolean(),
  archived: z.boolean(),
  /** Set by a `set_pipeline` step of this job, where it was. */
  parent_job_id: z.int().optional(),
  instance_vars: z.record(z.string(), z.unknown()).optional(),
});
/** See the fields. */
export type ServerPipeline = z.infer<typeof ServerPipeline>;

/** How a pipeline's configuration is read. */
export interface PipelineSource {
  readonly name: string;
  /** A file of YAML or JSON. */
  readonly file: string;
  /** YAML files with values for vars; a value never stands on a command line. */
  readonly varFiles: readonly string[];
  /** Whether the credential manager has to have every var. */
  readonly checkCredentials: boolean;
}

/** A set of a pipeline, done or only rehearsed. */
export interface SetResult {
  /** Whether there was anything to set. */
  readonly changed: boolean;
  /** What `fly` said of it: the differences by item, warnings. */
  readonly report: string;
}

/** One Concourse team, through the real `fly`. */
export interface Fly {
  /** Every pipeline of the team, archived ones too. */
  list(): Promise<ServerPipeline[]>;
  /** Compares with the server, and sets nothing. */
  rehearse(source: PipelineSource): Promise<SetResult>;
  /** Sets; a pipeline that is new, or was archived, is paused then. */
  set(source: PipelineSource): Promise<SetResult>;
  /** Starts no more builds of it. */
  pause(name: string): Promise<void>;
  /** Lets it start builds again. */
  unpause(name: string): Promise<void>;
}

/** What `fly` prints where the server has what it would set. */
const UNCHANGED = /^no changes to apply$/m;

/** Escape sequences of a terminal: `fly` prints some whether there is one or not. */
// deno-lint-ignore no-control-regex
const ESCAPES = /\u001b\[[0-9;]*m/g;

/** Speaks to a Concourse. Every method throws a {@linkcode Problem} with what `fly` said when it fails. */
export function openFly({ fly, target, team, signal }: FlyOptions): Fly {
  const run = async (command: string, args: readonly string[]): Promise<string> => {
    const ofTeam = team === undefined ? [] : ["--team", team];
    const words = ["--target", target, command, ...args, ...ofTeam];
    const { code, stdout, stderr } = await exec(fly, words, { signal });
    const plain = (text: string) => text.replace(ESCAPES, "").trim();
    if (code === 0) return [plain(stdout), plain(stderr)].filter((text) => text !== "").join("\n");
    const said = plain(stderr) || plain(stdout) || `exit code ${code}`;
    const hint = /unknown target/.test(said)
      ? `: log in first, fly --target ${target} login --concourse-url URL`
      : "";
    throw new Problem(`fly ${command} failed on target "${target}": ${said}${hint}`);
  };
  const setArgs = ({ name, file, varFiles, checkCredentials }: PipelineSource) => [
    ...["--pipeline", name, "--config", file, "--no-color"],
    ...varFiles.flatMap((path) => ["--load-vars-from", path]),
    ...(checkCredentials ? ["--check-creds"] : []),
  ];
  const set = async (source: PipelineSource, mode: string): Promise<SetResult> => {
    const report = await run("set-pipeline", [...setArgs(source), mode]);
    return { changed: !UNCHANGED.test(report), report };
  };
  return {
    async list() {
      const text = await run("pipelines", ["--include-archived", "--json"]);
      return parseList(text);
    },
    rehearse: (source) => set(source, "--dry-run"),
    set: (source) => set(source, "--non-interactive"),
    pause: async (name) => void await run("pause-pipeline", ["--pipeline", name]),
    unpause: async (name) => void await run("unpause-pipeline", ["--pipeline", name]),
  };
}

function parseList(text: string): ServerPipeline[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Problem(`fly pipelines printed no JSON: ${text.slice(0, 200)}`, { cause: error });
  }
  return parseWith(z.array(ServerPipeline), value ?? [], "fly pipelines");
}

/**
 * Finds `fly`: as named, else on PATH, else the engine that `deno task setup fly` put into the cache.
 *
 * @param named By a flag; default the variable `FLY`
 * @throws {Problem} where there is none
 */
export async function findFly(
  named: string | undefined,
  env: Env,
): Promise<string> {
  const explicit = named ?? env("FLY");
  if (explicit !== undefined) return explicit;
  for (const folder of (env("PATH") ?? "").split(":").filter((part) => part.startsWith("/"))) {
    const file = await Deno.stat(`${folder}/fly`).catch(() => undefined);
    if (file?.isFile) return `${folder}/fly`;
  }
  const { resolveEngine } = await import("lib/engines/resolve.ts");
  return (await resolveEngine("fly", { env })).path;
}
