import { writeAtomically } from "lib/schema/atomic.ts";
import { parseWith, readText } from "lib/schema/parse.ts";
import { Problem } from "lib/schema/problem.ts";
import { parseYaml, stringifyYaml } from "lib/schema/yaml.ts";
import { Encryption, isComplete } from "lib/pulumi/engine/encryption.ts";
import type { FleetStack } from "lib/pulumi/fleet.ts";
import { containsSecure } from "lib/pulumi/stack_file.ts";
import { z } from "zod";

const StackSettings = Encryption.loose().extend({
  config: z.record(z.string(), z.unknown()).nullish(),
});

/** The folders in which the CLI runs, which are not the repository's: the CLI writes into them. */
export interface WorkDirs {
  readonly root: string;
  /** Holds one folder for each project. */
  readonly folder: string;
}

/** Makes a project's folder with its `Pulumi.yaml`: enough for what only reads state. */
export async function writeProject(dirs: WorkDirs, { info, on }: FleetStack): Promise<string> {
  const work = `${dirs.folder}/${info.project}`;
  const project = await readText(`${dirs.root}/${on.folder}/Pulumi.yaml`);
  await writeAtomically(`${work}/Pulumi.yaml`, project);
  return work;
}

/**
 * Makes a project's folder with one stack's file: the repository's, and where that does not say how secrets
 * are encrypted, what the state says. Without it the CLI would make up another key.
 *
 * @throws {Problem} when file and state name different providers
 */
export async function writeStack(
  dirs: WorkDirs,
  stack: FleetStack,
  encryption: Encryption,
): Promise<string> {
  const work = await writeProject(dirs, stack);
  const { source, text, settings } = await readOwn(dirs.root, stack);
  const lines = isComplete(settings) ? [] : missing(source, settings, encryption);
  await writeAtomically(`${work}/Pulumi.${stack.info.name}.yaml`, withLines(text, lines));
  return work;
}

/** The same for a sandbox: what the file encrypts is for another key, and made up by the host. */
export async function writeSandboxStack(
  dirs: WorkDirs,
  stack: FleetStack,
  encryption: Encryption,
): Promise<string> {
  const work = await writeProject(dirs, stack);
  const { settings } = await readOwn(dirs.root, stack);
  const config = Object.entries(settings.config ?? {}).filter(([, value]) =>
    !containsSecure(value)
  );
  await writeAtomically(
    `${work}/Pulumi.${stack.info.name}.yaml`,
    stringifyYaml({ config: Object.fromEntries(config), ...encryption }),
  );
  return work;
}

/** The provider that a stack's own file names. */
export async function ownProvider(root: string, stack: FleetStack): Promise<string | undefined> {
  return (await readOwn(root, stack)).settings.secretsprovider;
}

async function readOwn(root: string, { info, on }: FleetStack) {
  const source = `${on.folder}/Pulumi.${info.name}.yaml`;
  const text = await readText(`${root}/${source}`, source);
  return {
    source,
    text,
    settings: parseWith(StackSettings, parseYaml(text, source) ?? {}, source),
  };
}

function missing(source: string, own: Encryption, state: Encryption): string[] {
  if (
    own.secretsprovider !== undefined && isComplete(state) &&
    own.secretsprovider !== (state.secretsprovider ?? "passphrase")
  ) {
    throw new Problem(
      `${source}: secretsprovider is ${own.secretsprovider}, but the state is encrypted by ${
        state.secretsprovider ?? "a passphrase"
      }: change it by pulumi stack change-secrets-provider, not in the file`,
    );
  }
  return Object.entries(state)
    .filter(([key, value]) => value !== undefined && own[key as keyof Encryption] === undefined)
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
}

function withLines(text: string, lines: readonly string[]): string {
  if (lines.length === 0) return text;
  const end = text === "" || text.endsWith("\n") ? "" : "\n";
  return `${text}${end}${lines.join("\n")}\n`;
}
