import type { Environment } from "lib/schema/environment.ts";
import { environmentSuffix } from "lib/schema/environment.ts";
import { didYouMean } from "lib/schema/nearest.ts";
import type { SecretsContext } from "lib/secrets/define.ts";

/** What the map has to know of a project. */
export interface SecretReader {
  /** The Pulumi project: `ol-application-xqwatcher`. */
  readonly project: string;
  /** Its Concourse pipeline: `xqwatcher`. */
  readonly pipeline: string;
  /** The contexts that its manifest names. */
  readonly secrets: readonly string[];
  /** Its stacks by name, with their environments. */
  readonly stacks: readonly { readonly name: string; readonly environment: Environment }[];
}

/** Where one secret comes from, where it goes, and who reads it. */
export interface MappedSecret {
  /** The folder below `secrets/`. */
  readonly context: string;
  readonly environment: Environment;
  /** Relative to the root: `secrets/xqwatcher/grader-config.qa.yaml`. */
  readonly file: string;
  /** Whether the file is there. */
  readonly exists: boolean;
  /** Mount and path: `secret-xqwatcher/grader-config`. */
  readonly vaultPath: string;
  /** The Vault server that `sync-secrets` writes to. */
  readonly vaultAddress: string;
  /** The stacks whose manifest names the context: `ol-application-xqwatcher:QA`. */
  readonly stacks: readonly string[];
  /** The pipelines that deploy those stacks. */
  readonly pipelines: readonly string[];
}

/** The map, and what does not join up. */
export interface SecretMap {
  /** By context, file and environment. */
  readonly secrets: readonly MappedSecret[];
  readonly problems: readonly string[];
}

/**
 * Joins contexts, files, projects and Vault paths; pure.
 *
 * @param contexts All contexts under `secrets/`
 * @param readers All projects
 * @param files The files under `secrets/`, relative to the root
 * @param vaultAddresses By environment
 */
export function mapSecrets(
  contexts: readonly SecretsContext[],
  readers: readonly SecretReader[],
  files: ReadonlySet<string>,
  vaultAddresses: Readonly<Record<Environment, string>>,
): SecretMap {
  const names = contexts.map(({ name }) => name);
  const problems = readers.flatMap(({ project, secrets }) =>
    secrets.filter((name) => !names.includes(name)).map((name) =>
      `${project} names the context "${name}", which secrets/ does not hold${
        didYouMean(name, names)
      }`
    )
  );
  const secrets = contexts.flatMap((context) =>
    Object.keys(context.files).sort().flatMap((path) =>
      (Object.keys(vaultAddresses) as Environment[]).map((environment) => {
        const file = `secrets/${context.name}/${path}.${environmentSuffix(environment)}.yaml`;
        const reading = readers.filter((reader) => reader.secrets.includes(context.name))
          .map(({ project, pipeline, stacks }) => ({
            pipeline,
            stacks: stacks.filter((stack) => stack.environment === environment).map(({ name }) =>
              `${project}:${name}`
            ),
          })).filter(({ stacks }) => stacks.length > 0);
        return {
          context: context.name,
          environment,
          file,
          exists: files.has(file),
          vaultPath: `${context.mount}/${path}`,
          vaultAddress: vaultAddresses[environment],
          stacks: reading.flatMap(({ stacks }) => stacks),
          pipelines: reading.map(({ pipeline }) => pipeline),
        };
      })
    )
  );
  problems.push(...faultsOf(secrets));
  return { secrets, problems };
}

function faultsOf(secrets: readonly MappedSecret[]): string[] {
  const missing = secrets.filter(({ exists, stacks }) => !exists && stacks.length > 0).map((
    { file, stacks },
  ) => `${file}: is missing, and ${stacks.join(", ")} reads it: make it with new-secret`);
  const byPath = Map.groupBy(
    secrets,
    ({ vaultAddress, vaultPath }) => `${vaultAddress}/${vaultPath}`,
  );
  const clashes = [...byPath.values()].filter(({ length }) => length > 1).map((held) =>
    `${held.map(({ file }) => file).join(" and ")} both go to ${held[0].vaultPath}`
  );
  return [...missing, ...clashes];
}
