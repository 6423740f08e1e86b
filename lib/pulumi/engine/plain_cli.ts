import { Interrupted } from "lib/cli/task.ts";
import { kill } from "lib/cli/exec.ts";
import { writeAtomically } from "lib/schema/atomic.ts";
import { canonicalJson } from "lib/schema/digest.ts";
import { readText } from "lib/schema/parse.ts";
import { UsageProblem } from "lib/schema/problem.ts";
import { parseYaml } from "lib/schema/yaml.ts";
import type { Engine } from "lib/pulumi/engine/run_stack.ts";
import { readState } from "lib/pulumi/engine/state.ts";
import type { FleetStack } from "lib/pulumi/fleet.ts";

/** What reaches for resources: in a sandbox that would be with real providers. */
const REACHES_OUT = ["up", "update", "preview", "destroy", "refresh", "import", "watch"];

/** What a sandbox's CLI gets to see of nobody: credentials, and where servers are. */
const FOREIGN = /^(AWS_|VAULT_|BAO_|KUBE|GOOGLE_|AZURE_|ARM_|PULUMI_)/;

/**
 * Runs the CLI on one stack, on the terminal of this process and with the words as they are. What it
 * changes in the stack's configuration is written to the repository's file.
 *
 * @returns The CLI's exit code
 * @throws {UsageProblem} in a sandbox, for what would reach for real resources or change a file's copy
 */
export async function runPlainCli(
  engine: Pick<Engine, "root" | "pulumi" | "backend" | "signal">,
  stack: FleetStack,
  words: readonly string[],
): Promise<number> {
  const { backend, signal } = engine;
  if (backend.kind === "sandbox") refuseInSandbox(words);
  const state = await readState(engine, stack);
  const cwd = await backend.workDir(stack, state?.encryption ?? {});
  const copy = `${cwd}/Pulumi.${stack.info.name}.yaml`;
  const before = await readText(copy);
  await using held = await backend.stackEnv(stack, signal);
  const child = new Deno.Command(engine.pulumi, {
    args: [...words, "--stack", stack.info.name],
    cwd,
    env: { ...(backend.kind === "sandbox" ? ownVariables() : {}), ...held.variables },
    clearEnv: backend.kind === "sandbox",
  }).spawn();
  // A terminal sends its Ctrl-C to the CLI, too.
  const stop = () => {
    if (!(signal?.reason instanceof Interrupted && signal.reason.signal === "SIGINT")) {
      kill(child, "SIGINT");
    }
  };
  signal?.addEventListener("abort", stop, { once: true });
  try {
    const { code } = await child.status;
    if (backend.kind === "real") await keepConfiguration(engine.root, stack, copy, before);
    return code;
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

function refuseInSandbox(words: readonly string[]): void {
  const command = words.find((word) => !word.startsWith("-"));
  if (command !== undefined && REACHES_OUT.includes(command)) {
    throw new UsageProblem(
      `pulumi ${command} in a sandbox would use real providers: run deno task deploy, preview or destroy --sandbox`,
    );
  }
  const changes = words.some((word) => ["set", "rm", "set-all", "rm-all", "cp"].includes(word));
  if (command === "config" && changes) {
    throw new UsageProblem(
      "A sandbox has a copy of the configuration: change the stack's own file, or leave --sandbox away",
    );
  }
}

function ownVariables(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(Deno.env.toObject()).filter(([name]) => !FOREIGN.test(name)),
  );
}

/** Writes the stack's file when its configuration is another than before, with the key that encrypts it. */
async function keepConfiguration(
  root: string,
  { info, on }: FleetStack,
  copy: string,
  before: string,
): Promise<void> {
  const after = await Deno.readTextFile(copy).catch(() => undefined);
  // With a stack the CLI removes its file.
  if (after === undefined) return;
  const configOf = (text: string) => canonicalJson(Object(parseYaml(text, copy)).config ?? {});
  if (configOf(after) === configOf(before)) return;
  await writeAtomically(`${root}/${on.folder}/Pulumi.${info.name}.yaml`, after);
}
