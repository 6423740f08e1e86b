import type { Env } from "lib/schema/env.ts";
import { parseWith, readText } from "lib/schema/parse.ts";
import { writeAtomically } from "lib/schema/atomic.ts";
import { parseYaml, stringifyYaml } from "lib/schema/yaml.ts";
import { organization } from "lib/organization.ts";
import { awsEnvironment } from "lib/pulumi/engine/aws_environment.ts";
import { type HeldVariables, vaultEnvironment } from "lib/pulumi/engine/vault_environment.ts";
import { containsSecure, readStackFile } from "lib/pulumi/stack_file.ts";
import type { FleetStack } from "lib/pulumi/fleet.ts";
import { z } from "zod";

/** Where stacks live, and with what environment the CLI runs. */
export interface Backend {
  readonly kind: "sandbox" | "real";
  /** The state's address: `file://…`, `s3://…`, `https://…`. */
  readonly url: string;
  /** Variables for the CLI, on top of the process's own. */
  readonly env: Readonly<Record<string, string>>;
  /**
   * Variables for the CLI when it works on a stack's resources: beside those above, as whom and where in
   * AWS and in Vault.
   *
   * @throws {Problem} when it cannot log in to Vault
   */
  stackEnv(stack: FleetStack, signal?: AbortSignal): Promise<HeldVariables>;
  /** The folder for logs and journals of runs. */
  readonly runs: string;
  /**
   * The folder in which the CLI runs a stack: it holds `Pulumi.yaml` and the stack's file.
   *
   * The same one every time, as a new one has a new encryption salt.
   */
  workDir(stack: FleetStack): Promise<string>;
  /** Where a stack's state is, for a backend that keeps files; otherwise only the CLI can tell. */
  readonly stateFile?: (project: string, stack: string) => string;
}

/** Switches off everything by which the CLI would reach out or change by itself; lets it run faster. */
export const CLI_SETTINGS = {
  PULUMI_SKIP_UPDATE_CHECK: "true",
  PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  PULUMI_DEBUG_COMMANDS: "true",
  NO_COLOR: "1",
  // It lives for seconds and allocates for each of its checkpoints: collected less often it takes a
  // twelfth less CPU. Beyond the limit it collects as usual.
  GOGC: "400",
  GOMEMLIMIT: "1GiB",
} as const;

/** The passphrase of sandboxes: they hold no real secret. */
const SANDBOX_PASSPHRASE = "sandbox";

const StackSettings = z.looseObject({
  config: z.record(z.string(), z.unknown()).nullish(),
  encryptionsalt: z.string().optional(),
});

/**
 * The throw-away backend below `.cache/sandbox`: state as files, simulated providers.
 *
 * The repository's own stack files are copied, never written.
 *
 * @param root The repository's root
 * @param folder The sandbox's folder; default `<root>/.cache/sandbox`
 */
export async function openSandbox(
  root: string,
  folder = `${root}/.cache/sandbox`,
): Promise<Backend> {
  const state = `${folder}/state`;
  await Deno.mkdir(state, { recursive: true });
  const home = `${folder}/home`;
  // The CLI logs every operation below its home, at a tenth of its CPU and with no switch: it cannot
  // where a file takes the folder's place. Its output is kept with the run.
  await replaceFolder(`${home}/logs`);
  const env = {
    ...CLI_SETTINGS,
    PULUMI_BACKEND_URL: `file://${state}`,
    PULUMI_CONFIG_PASSPHRASE: SANDBOX_PASSPHRASE,
    PULUMI_HOME: home,
    PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS: "true",
  };
  return {
    kind: "sandbox",
    url: `file://${state}`,
    env,
    stackEnv: () =>
      Promise.resolve({ variables: env, [Symbol.asyncDispose]: () => Promise.resolve() }),
    runs: `${folder}/runs`,
    async workDir({ info, on }) {
      const work = `${folder}/work/${info.project}`;
      const from = `${root}/${on.folder}`;
      await writeAtomically(`${work}/Pulumi.yaml`, await readText(`${from}/Pulumi.yaml`));
      const name = `Pulumi.${info.name}.yaml`;
      const salt = await readSalt(`${work}/${name}`);
      const source = parseWith(
        StackSettings,
        parseYaml(await readText(`${from}/${name}`), `${on.folder}/${name}`),
        `${on.folder}/${name}`,
      );
      // What is encrypted is for another key, and made up by the host.
      const config = Object.entries(source.config ?? {}).filter(([, value]) =>
        !containsSecure(value)
      );
      await writeAtomically(
        `${work}/${name}`,
        stringifyYaml({
          config: Object.fromEntries(config),
          ...(salt ? { encryptionsalt: salt } : {}),
        }),
      );
      return work;
    },
    stateFile: stateFileIn(state),
  };
}

/** Puts an empty file where a folder may be. */
async function replaceFolder(path: string): Promise<void> {
  if (await isFile(path)) return;
  await Deno.remove(path, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  await writeAtomically(path, "");
}

/** @see https://www.pulumi.com/docs/iac/concepts/state-and-backends/ */
function stateFileIn(folder: string): (project: string, stack: string) => string {
  return (project, stack) => `${folder}/.pulumi/stacks/${project}/${stack}.json`;
}

async function readSalt(path: string): Promise<string | undefined> {
  if (!await isFile(path)) return undefined;
  return parseWith(StackSettings, parseYaml(await readText(path), path), path).encryptionsalt;
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/**
 * The real backend: `PULUMI_BACKEND_URL`, else the organization's; secrets by the stack's own provider.
 *
 * @param env Reads an environment variable
 */
export function openBackend(
  root: string,
  env: Env,
): Backend {
  const url = env("PULUMI_BACKEND_URL") ?? organization.stateBackend;
  const state = url.startsWith("file://") ? url.slice("file://".length) : undefined;
  const shared = { ...CLI_SETTINGS, PULUMI_BACKEND_URL: url };
  return {
    kind: "real",
    url,
    env: shared,
    async stackEnv(stack, signal) {
      const { info, on } = stack;
      const { values: { region } } = await readStackFile(root, on.folder, info);
      const own = typeof region === "string" ? region : undefined;
      const aws = await awsEnvironment(info.environment, own, env);
      const vault = await vaultEnvironment(root, stack, (name) => aws[name] ?? env(name), signal);
      return { ...vault, variables: { ...shared, ...aws, ...vault.variables } };
    },
    runs: `${root}/.cache/runs`,
    workDir: ({ on }) => Promise.resolve(`${root}/${on.folder}`),
    ...(state === undefined ? {} : { stateFile: stateFileIn(state) }),
  };
}
