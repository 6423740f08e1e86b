import { CONTAINERS, DENO } from "lib/versions.ts";
import type { Env, InlineTaskStep } from "lib/concourse/model/mod.ts";
import { scriptTask } from "./script.ts";

/** The repository as pipelines get it. */
export const CODE = "infrastructure";

/** One of this repository's tasks, and what it needs. */
export interface RepositoryTaskOptions {
  /** Engines to set up first, Pulumi with its plugins; their cache lasts as long as the worker's. Default none. */
  readonly engines?: readonly string[];
  /** Artifacts besides the repository; from its folder they are at `../NAME`. */
  readonly inputs?: readonly string[];
  /** Artifacts that it makes: at `../NAME`. */
  readonly outputs?: readonly string[];
  /** Environment variables. */
  readonly params?: Env;
  /** Shell before the first command, in the repository. */
  readonly before?: readonly string[];
  /** Shell after the last command. */
  readonly after?: readonly string[];
}

/** The command line that runs a task of this repository in a pipeline. */
export const denoTask = (command: string): string => `npx -y deno@${DENO} task ${command}`;

/** Puts Pulumi's plugins into the cache: they are hundreds of megabytes. */
const KEEP_PLUGINS =
  'mkdir -p ../cache/plugins ~/.pulumi && ln -sfn "$PWD/../cache/plugins" ~/.pulumi/plugins';

/**
 * A task that runs tasks of this repository.
 *
 * @param commands As after `deno task`; a list runs one after the other
 */
export function repositoryTask(
  name: string,
  commands: string | readonly string[],
  options: RepositoryTaskOptions = {},
): InlineTaskStep {
  const { engines = [], inputs = [], before = [], after = [] } = options;
  const plugins = engines.includes("pulumi");
  const setup = ["setup", ...engines, ...plugins ? ["--plugins"] : []].join(" ");
  const lines = [
    'export XDG_CACHE_HOME="$PWD/../cache" DENO_DIR="$PWD/../cache/deno"',
    ...before,
    ...(plugins ? [KEEP_PLUGINS] : []),
    ...(engines.length > 0 ? [denoTask(setup)] : []),
    ...[commands].flat().map(denoTask),
    ...after,
  ];
  return scriptTask(name, lines, {
    image: CONTAINERS.node,
    inputs: [CODE, ...inputs],
    outputs: options.outputs,
    caches: ["cache"],
    params: options.params,
    dir: CODE,
    timeout: "2h",
  });
}
