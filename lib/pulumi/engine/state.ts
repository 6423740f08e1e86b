import { z } from "zod";
import { exec } from "lib/cli/exec.ts";
import { parseWith } from "lib/schema/parse.ts";
import { messageOf, Problem } from "lib/schema/problem.ts";
import { canonicalJson, sha256 } from "lib/schema/digest.ts";
import { type Encryption, encryptionOf, SecretsProviders } from "lib/pulumi/engine/encryption.ts";
import { CliExit } from "lib/pulumi/engine/cli.ts";
import { readStateText, stateFileIn } from "lib/pulumi/engine/state_folder.ts";
import type { Engine } from "lib/pulumi/engine/run_stack.ts";
import type { FleetStack } from "lib/pulumi/fleet.ts";
import { containsSecret, nameOfUrn, typeOfUrn } from "lib/pulumi/simulate/wire.ts";

/** An operation that was begun and whose end was never written. */
export interface PendingOperation {
  /** `creating`, `updating`, `deleting`, … */
  readonly kind: string;
  /** `<type> <name>`. */
  readonly resource: string;
}

/** A stack's state, as far as it is read here; no value of it, so no secret. */
export interface StackState {
  /** Resources, the stack itself and its providers included. */
  readonly resources: number;
  readonly pending: readonly PendingOperation[];
  /** Resources that are not to be deleted: `<type> <name>`. */
  readonly protected: readonly string[];
  /** How it is encrypted. */
  readonly encryption: Encryption;
  /** SHA-256 of each of the stack's outputs; a secret's is of its ciphertext. */
  readonly outputs: Readonly<Record<string, string>>;
  /** The outputs that are, or hold, secrets. A deployment encrypts them anew even when they did not change. */
  readonly secretOutputs: readonly string[];
  /**
   * SHA-256 of all resources, outputs and pending operations: another one after every write, but for the
   * stack's own resource, which the engine makes before a program runs.
   */
  readonly digest: string;
}

/** @see https://pkg.go.dev/github.com/pulumi/pulumi/sdk/v3/go/common/apitype#DeploymentV3 */
const Deployment = z.looseObject({
  resources: z.array(z.looseObject({
    urn: z.string(),
    type: z.string(),
    protect: z.boolean().optional(),
    outputs: z.record(z.string(), z.unknown()).nullish(),
  })).nullish(),
  secrets_providers: SecretsProviders.nullish().catch(undefined),
  pending_operations: z.array(z.looseObject({
    type: z.string(),
    resource: z.looseObject({ urn: z.string() }),
  })).nullish(),
});

/** @see https://pkg.go.dev/github.com/pulumi/pulumi/sdk/v3/go/common/apitype#VersionedCheckpoint */
const Checkpoint = z.looseObject({
  checkpoint: z.looseObject({ latest: Deployment.nullish() }).nullish(),
});

/**
 * Reads a stack's state: the file where the backend keeps files, else through `pulumi stack export`.
 *
 * @returns `undefined` for a stack that does not exist
 * @throws {Problem} when it cannot be read, or is not what Pulumi writes
 */
export async function readState(
  engine: Pick<Engine, "backend" | "pulumi" | "signal">,
  stack: FleetStack,
): Promise<StackState | undefined> {
  const { stateFolder } = engine.backend;
  return stateFolder === undefined
    ? await exportState(engine, stack)
    : await readStateFile(stateFileIn(stateFolder, stack.info));
}

/**
 * Reads a state file of a backend that keeps files.
 *
 * @returns `undefined` when there is none
 * @throws {Problem} when it cannot be read, or is not what Pulumi writes
 */
export async function readStateFile(path: string): Promise<StackState | undefined> {
  const text = await readStateText(path);
  if (text === undefined) return undefined;
  const { checkpoint } = parseWith(Checkpoint, parseJson(text, path), path);
  return await describeState(checkpoint?.latest ?? {});
}

async function exportState(
  engine: Pick<Engine, "backend" | "pulumi" | "signal">,
  stack: FleetStack,
): Promise<StackState | undefined> {
  const { code, stdout, stderr } = await exec(
    engine.pulumi,
    ["stack", "export", "--stack", stack.info.name, "--non-interactive"],
    {
      cwd: await engine.backend.projectDir(stack),
      env: await engine.backend.stateEnv(stack),
      ...(engine.signal ? { signal: engine.signal } : {}),
    },
  );
  if (code === CliExit.NoStack) return undefined;
  if (code !== CliExit.Ok) {
    throw new Problem(
      `Cannot read the state of ${stack.id} at ${engine.backend.url}: ${
        stderr.trim() || `pulumi ended with ${code}`
      }`,
    );
  }
  const source = `state of ${stack.id}`;
  const { deployment } = parseWith(
    z.looseObject({ deployment: Deployment.nullish() }),
    parseJson(stdout, source),
    source,
  );
  return await describeState(deployment ?? {});
}

async function describeState(deployment: z.infer<typeof Deployment>): Promise<StackState> {
  const resources = deployment.resources ?? [];
  const pending = deployment.pending_operations ?? [];
  const root = resources.find(({ type }) => type === "pulumi:pulumi:Stack");
  const outputs: Record<string, string> = {};
  const secretOutputs: string[] = [];
  for (const [key, value] of Object.entries(root?.outputs ?? {})) {
    outputs[key] = await sha256(canonicalJson(value));
    if (containsSecret(value)) secretOutputs.push(key);
  }
  return {
    resources: resources.length,
    pending: pending.map(({ type, resource: { urn } }) => ({
      kind: type,
      resource: label(urn),
    })),
    encryption: encryptionOf(deployment.secrets_providers ?? undefined),
    protected: resources.filter(({ protect }) => protect).map(({ urn }) => label(urn)),
    outputs,
    secretOutputs,
    digest: await sha256(canonicalJson({
      resources: resources.filter((resource) => resource !== root),
      outputs: root?.outputs ?? {},
      pending,
    })),
  };
}

function parseJson(text: string, source: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Problem(
      `${source}: is no JSON (${messageOf(error)}): restore it from the backend's backups`,
      { cause: error },
    );
  }
}

const label = (urn: string) => `${typeOfUrn(urn)} ${nameOfUrn(urn)}`;

/** How many resources a stack has; 0 for one that does not exist. */
export async function countResources(
  engine: Pick<Engine, "backend" | "pulumi" | "signal">,
  stack: FleetStack,
): Promise<number> {
  return (await readState(engine, stack))?.resources ?? 0;
}

/**
 * Digests of a stack's outputs that tell whether they changed: those of secrets are of the plain values,
 * which the CLI decrypts and which go no further than this process.
 *
 * @returns None for a stack that does not exist
 * @throws {Problem} when the secrets cannot be decrypted
 */
export async function comparableOutputs(
  engine: Engine,
  stack: FleetStack,
): Promise<StackState["outputs"]> {
  const state = await readState(engine, stack);
  if (state === undefined || state.secretOutputs.length === 0) return state?.outputs ?? {};
  const { code, stdout } = await exec(
    engine.pulumi,
    ["stack", "output", "--json", "--show-secrets", "--stack", stack.info.name],
    {
      cwd: await engine.backend.workDir(stack, state.encryption),
      env: await engine.backend.stateEnv(stack),
    },
  );
  if (code !== CliExit.Ok) {
    throw new Problem(
      `Cannot decrypt the outputs of ${stack.id}: is its passphrase or key at hand?`,
    );
  }
  const plain = JSON.parse(stdout) as Record<string, unknown>;
  const outputs: Record<string, string> = { ...state.outputs };
  for (const key of state.secretOutputs) outputs[key] = await sha256(canonicalJson(plain[key]));
  return outputs;
}
