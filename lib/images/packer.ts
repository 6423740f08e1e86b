/** Packer: one build of a template, its own session, its output passed on line by line. @module */
import { z } from "zod";
import { exec } from "lib/cli/exec.ts";
import { type FoundEngine, resolveEngine } from "lib/engines/resolve.ts";
import { type Janitor, killGroup } from "lib/images/janitor.ts";
import type { Env } from "lib/schema/env.ts";
import { parseWith, readText } from "lib/schema/parse.ts";
import { Problem } from "lib/schema/problem.ts";

/** The builders that every image's template has. */
export type Builder = "amazon-ebs.ami" | "null.rootfs";

/** Packer with its plugin, ready to run. */
export interface Packer {
  readonly engine: FoundEngine;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Finds Packer and its Amazon plugin: without the plugin it refuses every template that names it.
 *
 * @param env Where to look; default this process's environment
 * @throws {EngineProblem} when either is missing
 */
export async function findPacker(env?: Env): Promise<Packer> {
  const [engine, plugin] = await Promise.all([
    resolveEngine("packer", { env }),
    resolveEngine("packer-plugin-amazon", { env }),
  ]);
  return {
    engine,
    env: { ...engine.env, ...plugin.env, CHECKPOINT_DISABLE: "1", PACKER_NO_COLOR: "1" },
  };
}

/** Values for a template's variables. */
export type Variables = Readonly<
  Record<string, string | number | readonly string[] | Readonly<Record<string, string>> | null>
>;

/**
 * Runs `packer validate`.
 *
 * @throws {Problem} with Packer's own words
 */
export async function validate(
  packer: Packer,
  folder: string,
  options: { variables?: Variables; only?: Builder; signal?: AbortSignal } = {},
): Promise<void> {
  const { code, stdout, stderr } = await exec(packer.engine.path, [
    "validate",
    ...(options.only ? [`-only=${options.only}`] : []),
    ...variableArguments(options.variables ?? {}),
    folder,
  ], { env: { ...packer.env }, signal: options.signal });
  if (code === 0) return;
  throw new Problem(`packer validate ${folder}: ${(stderr.trim() || stdout.trim()).slice(-3000)}`);
}

/** `-var name=value` words; `null` leaves the template's default. */
function variableArguments(variables: Variables): string[] {
  return Object.entries(variables).filter(([, value]) => value !== null).flatMap((
    [name, value],
  ) => ["-var", `${name}=${typeof value === "object" ? JSON.stringify(value) : value}`]);
}

const Manifest = z.object({
  last_run_uuid: z.string(),
  builds: z.array(z.object({
    builder_type: z.string(),
    artifact_id: z.string(),
    packer_run_uuid: z.string(),
  })),
});

/** What `packer build` is run with. */
export interface PackerBuild {
  /** The image's folder, with its template. */
  readonly folder: string;
  readonly only: Builder;
  readonly variables: Variables;
  /** The template's manifest is read from here. */
  readonly manifest: string;
  /** Told each line of output. */
  readonly onLine: (line: string) => void;
  readonly janitor: Janitor;
  /** How long Packer may take down what it started when it is interrupted, in seconds; default 60. */
  readonly grace?: number;
  /** Told that an interrupted Packer is waited for, and that it had to be killed. */
  readonly onInterrupt?: (state: "waiting" | "killed") => void;
  readonly signal?: AbortSignal;
}

// Packer goes on when nobody reads what it says any more, as `tee` does: what it started has to go. With a
// trap the shell waits for it, and gives no deafness on to it. A provisioner that outlives it goes last, by a
// second signal if the first one only made it think.
const SURVIVOR = `exec > >(trap '' INT TERM HUP; exec tee -p /dev/null) 2>&1
trap hit=1 INT TERM HUP
"$0" "$@"
code=$?
trap '' TERM
kill -s TERM 0
[ -z "$hit" ] || { sleep 1; kill -s TERM 0; }
exit $code`;

/**
 * Runs `packer build` in a process group of its own, ended as a whole when `signal` is aborted:
 * Packer gets SIGINT and its grace to take down what it started in the cloud, then the group is killed.
 * It has as long when this process ends before.
 *
 * @returns The artifact's id: `us-east-1:ami-…` for an AMI
 * @throws {Problem} with the output's end, or when Packer says it is done but built nothing
 */
export async function build(packer: Packer, options: PackerBuild): Promise<string> {
  const { grace = 60 } = options;
  const child = await options.janitor.spawn("bash", [
    "-c",
    SURVIVOR,
    packer.engine.path,
    "build",
    "-color=false",
    `-only=${options.only}`,
    ...variableArguments({ ...options.variables, manifest: options.manifest }),
    options.folder,
  ], {
    env: { ...packer.env },
    stdout: "piped",
    stderr: "piped",
    patience: grace,
  });
  let killer: ReturnType<typeof setTimeout> | undefined;
  const stop = () => {
    killGroup(child, "INT");
    options.onInterrupt?.("waiting");
    killer = setTimeout(() => {
      options.onInterrupt?.("killed");
      killGroup(child, "KILL");
    }, grace * 1000);
  };
  options.signal?.addEventListener("abort", stop, { once: true });
  if (options.signal?.aborted) stop();
  const last: string[] = [];
  const pass = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
    for await (const line of lines(stream)) {
      last.push(line);
      if (last.length > 120) last.shift();
      options.onLine(line);
    }
  };
  try {
    const [status] = await Promise.all([child.status, pass(child.stdout), pass(child.stderr)]);
    options.signal?.throwIfAborted();
    if (!status.success) {
      throw new Problem(`packer build failed with exit code ${status.code}: ${summary(last)}`);
    }
  } finally {
    clearTimeout(killer);
    options.signal?.removeEventListener("abort", stop);
    // Plugins that outlived Packer go too.
    await killGroup(child, "KILL");
    await options.janitor.ended(child);
  }
  return await readArtifact(options);
}

async function readArtifact(options: PackerBuild): Promise<string> {
  const text = await readText(options.manifest);
  const manifest = parseWith(Manifest, JSON.parse(text), options.manifest);
  const type = options.only.split(".")[0];
  const built = manifest.builds.find((build) =>
    build.packer_run_uuid === manifest.last_run_uuid && build.builder_type === type
  );
  if (built === undefined) {
    throw new Problem(`packer build ended well but built nothing for ${options.only}`);
  }
  return built.artifact_id;
}

const ERRORED = /^Build '[^']+' errored after [^:]+: /;

/** The part of the output that tells what went wrong: the provisioner's error, the builder's, or the end. */
function summary(last: readonly string[]): string {
  const clean = last.map((line) => line.replace(/^(==>)?\s*[\w-]+\.[\w-]+:\s?/, "").trimEnd());
  const at = clean.findIndex((line) => /^(error: |Error )/.test(line));
  if (at < 0) {
    const errored = clean.findIndex((line) => ERRORED.test(line));
    if (errored < 0) return clean.slice(-12).join("\n").trim();
    const rest = clean.slice(errored);
    rest[0] = rest[0].replace(ERRORED, "");
    return rest.slice(0, rest.findIndex((line) => line === "" || /^==> /.test(line))).join("\n");
  }
  const end = clean.findIndex((line, index) =>
    index > at && /^(Provisioning step had errors|Step ")/.test(line)
  );
  return clean.slice(at, end < 0 ? undefined : end).join("\n").replace(/^error: /, "").trim();
}

/** A stream's lines, without their ends. */
async function* lines(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  let held = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const parts = (held + text).split(/\r?\n/);
    held = parts.pop()!;
    yield* parts;
  }
  if (held !== "") yield held;
}
