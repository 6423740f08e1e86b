import type { Env } from "lib/schema/env.ts";
import { writeAtomically } from "lib/schema/atomic.ts";
import { organization } from "lib/organization.ts";
import { awsEnvironment } from "lib/aws/environment.ts";
import { type HeldVariables, vaultEnvironment } from "lib/pulumi/engine/vault_environment.ts";
import { readStackFile } from "lib/pulumi/stack_file.ts";
import {
  ownProvider,
  writeProject,
  writeSandboxStack,
  writeStack,
} from "lib/pulumi/engine/work_dir.ts";
import { parseFileUrl } from "lib/pulumi/engine/state_folder.ts";
import type { Encryption } from "lib/pulumi/engine/encryption.ts";
import type { FleetStack } from "lib/pulumi/fleet.ts";

/** Where stacks live, and with what environment the CLI runs. */
export interface Backend {
  readonly kind: "sandbox" | "real";
  /** The state's address: `file://…`, `s3://…`, `https://…`. */
  readonly url: string;
  /** Variables for the CLI, on top of the process's own. */
  readonly env: Readonly<Record<string, string>>;
  /** Variables for the CLI when it reads or writes a stack's state: beside those above, as whom in AWS. */
  stateEnv(stack: FleetStack): Promise<Record<string, string>>;
  /**
   * Variables for the CLI when it works on a stack's resources: beside those above, as whom in Vault.
   *
   * @throws {Problem} when it cannot log in to Vault
   */
  stackEnv(stack: FleetStack, signal?: AbortSignal): Promise<HeldVariables>;
  /** The folder for logs and journals of runs. */
  readonly runs: string;
  /** A folder with the project's `Pulumi.yaml`, for what reads the state alone. */
  projectDir(stack: FleetStack): Promise<string>;
  /**
   * The folder in which the CLI works on a stack: it holds copies of `Pulumi.yaml` and the stack's file, as
   * the CLI writes into that.
   *
   * @param encryption As the state says
   * @throws {Problem} when the stack's file names another secrets provider
   */
  workDir(stack: FleetStack, encryption: Encryption): Promise<string>;
  /** The secrets provider of a stack that is made. */
  secretsProvider(stack: FleetStack): Promise<string>;
  /** Of a backend that keeps files: their folder. Otherwise only the CLI can tell what it holds. */
  readonly stateFolder?: string;
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
  const dirs = { root, folder: `${folder}/work` };
  return {
    kind: "sandbox",
    url: `file://${state}`,
    env,
    stateEnv: () => Promise.resolve({ ...env }),
    stackEnv: () =>
      Promise.resolve({ variables: env, [Symbol.asyncDispose]: () => Promise.resolve() }),
    runs: `${folder}/runs`,
    projectDir: (stack) => writeProject(dirs, stack),
    workDir: (stack, encryption) => writeSandboxStack(dirs, stack, encryption),
    secretsProvider: () => Promise.resolve("passphrase"),
    stateFolder: state,
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
  const given = env("PULUMI_BACKEND_URL") ?? organization.stateBackend;
  const files = parseFileUrl(given, env);
  const url = files?.url ?? given;
  const shared = { ...CLI_SETTINGS, PULUMI_BACKEND_URL: url };
  const dirs = { root, folder: `${root}/.cache/work` };
  const stateEnv = async ({ info, on }: FleetStack): Promise<Record<string, string>> => {
    const { values: { region } } = await readStackFile(root, on.folder, info);
    const own = typeof region === "string" ? region : undefined;
    return { ...shared, ...await awsEnvironment(info.environment, own, env) };
  };
  return {
    kind: "real",
    url,
    env: shared,
    stateEnv,
    async stackEnv(stack, signal) {
      const own = await stateEnv(stack);
      const vault = await vaultEnvironment(root, stack, (name) => own[name] ?? env(name), signal);
      return { ...vault, variables: { ...own, ...vault.variables } };
    },
    runs: `${root}/.cache/runs`,
    projectDir: (stack) => writeProject(dirs, stack),
    workDir: (stack, encryption) => writeStack(dirs, stack, encryption),
    secretsProvider: async (stack) =>
      await ownProvider(root, stack) ??
        organization.environments[stack.info.environment].secretsProvider,
    ...(files ? { stateFolder: files.folder } : {}),
  };
}
