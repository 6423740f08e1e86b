import type { Env, InlineTaskStep, TaskInput, TaskOutput } from "lib/concourse/model/mod.ts";

/** A container image, as `lib/versions.ts` pins it. */
export interface PinnedImage {
  /** With the registry's host unless that is Docker Hub. */
  readonly repository: string;
  /** A version. */
  readonly tag: string;
}

/** What a script needs and makes. */
export interface ScriptOptions {
  /** Where it runs. */
  readonly image: PinnedImage;
  /** Artifacts that it reads: names, or with a path. */
  readonly inputs?: readonly (string | TaskInput)[];
  /** Artifacts that it makes. */
  readonly outputs?: readonly (string | TaskOutput)[];
  /** Folders that the next build finds again. */
  readonly caches?: readonly string[];
  /** Environment variables. Secrets go here, as vars, never into the script. */
  readonly params?: Env;
  /** The folder it starts in; default the one that holds the artifacts. */
  readonly dir?: string;
  /** How long it may take; default for ever. */
  readonly timeout?: InlineTaskStep["timeout"];
}

/** How a task says which image it runs in. */
export const imageResource = ({ repository, tag }: PinnedImage) => ({
  type: "registry-image",
  source: { repository, tag },
});

const named = <T extends { readonly name: string }>(
  list: readonly (string | T)[] | undefined,
): readonly (T | { readonly name: string })[] | undefined =>
  list?.length ? list.map((item) => typeof item === "string" ? { name: item } : item) : undefined;

/**
 * A task that runs lines of POSIX shell; the first that fails fails it, and so does an unset variable.
 *
 * A value from elsewhere belongs into `params`, where it cannot be taken for code.
 */
export function scriptTask(
  name: string,
  lines: readonly string[],
  options: ScriptOptions,
): InlineTaskStep {
  const inputs = named(options.inputs);
  const outputs = named(options.outputs);
  const { params, caches, dir, timeout } = options;
  return {
    task: name,
    ...(timeout === undefined ? {} : { timeout }),
    config: {
      platform: "linux",
      image_resource: imageResource(options.image),
      ...(inputs ? { inputs } : {}),
      ...(outputs ? { outputs } : {}),
      ...(caches?.length ? { caches: caches.map((path) => ({ path })) } : {}),
      ...(params ? { params } : {}),
      run: {
        path: "sh",
        args: ["-c", `${["set -eu", ...lines].join("\n")}\n`],
        ...(dir === undefined ? {} : { dir }),
      },
    },
  };
}
