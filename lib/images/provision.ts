/**
 * What Packer's provisioner runs: plan, apply, verify, take stock, seal.
 *
 * @module
 */
import { exceeds } from "lib/images/budget.ts";
import { type Configured, secretsOf } from "lib/images/compose.ts";
import { Host, type Mode, type Outcome, readBooted } from "lib/images/host.ts";
import type { Budget } from "lib/images/image.ts";
import { type Inventory, takeInventory } from "lib/images/inventory.ts";
import { redactor } from "lib/images/redact.ts";
import { seal } from "lib/images/seal.ts";
import type { Target } from "lib/images/target.ts";
import { Problem, Problems } from "lib/schema/problem.ts";

/** What a provisioning did. */
export interface Provisioned {
  /** The operations of the apply pass, in order. */
  readonly outcomes: readonly Outcome[];
  /** How long each pass took, in milliseconds. */
  readonly milliseconds: { readonly apply: number; readonly verify: number };
  readonly inventory: Inventory;
}

/** Told of each operation as it ends. */
export type OnOutcome = (mode: Mode, outcome: Outcome) => void;

/**
 * Runs every component's steps in one mode.
 *
 * @throws {Problem} when an operation fails, or two components write one path
 */
export async function runComponents(
  target: Target,
  components: readonly Configured[],
  mode: Mode,
  options: { onOutcome?: OnOutcome; signal?: AbortSignal } = {},
): Promise<Outcome[]> {
  const host = new Host(target, {
    mode,
    booted: await readBooted(target),
    redact: redactor(secretsOf(components)),
    onOutcome: (outcome) => options.onOutcome?.(mode, outcome),
    signal: options.signal,
  });
  for (const { component, settings } of components) {
    host.enter(component.name);
    await component.steps(host, settings);
  }
  return host.outcomes;
}

/**
 * Brings a machine to what its components say, proves that a second pass would do nothing, seals it,
 * and holds what is left against the image's budget: an AMI is made only of what keeps to it.
 *
 * @throws {Problem} when an operation fails, or is not idempotent: it is named with its commands
 * @throws {Problems} one line for each thing that exceeds the budget
 */
export async function provision(
  target: Target,
  components: readonly Configured[],
  budget: Budget,
  options: { onOutcome?: OnOutcome; signal?: AbortSignal } = {},
): Promise<Provisioned> {
  await waitForCloudInit(target);
  const started = performance.now();
  const outcomes = await runComponents(target, components, "apply", options);
  const applied = performance.now();
  verifyNothingLeft(await runComponents(target, components, "verify", options));
  const verified = performance.now();
  // Sealing stops services and removes packages: ports are of before, everything else of after.
  const { openPorts } = await takeInventory(target);
  await seal(target, components.flatMap(({ component, settings }) => component.state(settings)));
  const inventory = { ...await takeInventory(target), openPorts };
  const findings = exceeds(budget, inventory);
  if (findings.length > 0) throw new Problems(findings);
  return {
    outcomes,
    milliseconds: { apply: applied - started, verify: verified - applied },
    inventory,
  };
}

/**
 * Fails if a verify pass would change anything.
 *
 * @throws {Problem} naming each operation and its first command
 */
export function verifyNothingLeft(outcomes: readonly Outcome[]): void {
  const drift = outcomes.filter((outcome) => outcome.changed);
  if (drift.length === 0) return;
  throw new Problem(
    "A second pass would change the machine again; these operations are not idempotent:\n" +
      drift.map(({ name, kind, commands }) => {
        const { shell, diff } = commands[0];
        return `  ${name} (${kind}): ${shell.slice(0, 300)}${diff ? `\n${diff}` : ""}`;
      }).join("\n"),
  );
}

/** A cloud instance's first boot may still hold apt's lock. */
async function waitForCloudInit(target: Target): Promise<void> {
  const result = await target.run(
    "if command -v cloud-init >/dev/null; then timeout 600 cloud-init status --wait >/dev/null; fi",
  );
  // 2 is "done, with recoverable errors".
  if (result.code !== 0 && result.code !== 2) {
    throw new Problem(`cloud-init on ${target.name} did not finish: exit code ${result.code}`);
  }
}
