import { reverse } from "lib/graph/dag.ts";
import type { FleetRun } from "lib/pulumi/deploy/deploy.ts";
import { countResources, readState } from "lib/pulumi/engine/state.ts";
import { Problems } from "lib/schema/problem.ts";

/**
 * Refuses a destruction before anything is destroyed: of stacks that others still consume, and of
 * resources that their program protects.
 *
 * @throws {Problems} naming every consumer and every protected resource
 */
export async function refuseDestruction(run: FleetRun): Promise<void> {
  const problems = [...await findConsumers(run), ...await findProtected(run)];
  if (problems.length > 0) throw new Problems(problems);
}

async function findConsumers({ fleet, ids, engine }: FleetRun): Promise<string[]> {
  const consumers = reverse(fleet.graph);
  const problems: string[] = [];
  for (const id of ids) {
    for (const consumer of consumers.get(id) ?? []) {
      if (ids.includes(consumer)) continue;
      if (await countResources(engine, fleet.stacks.get(consumer)!) > 0) {
        problems.push(`Cannot destroy ${id}: ${consumer} still uses it: destroy that first`);
      }
    }
  }
  return problems;
}

async function findProtected(run: FleetRun): Promise<string[]> {
  if (liftsProtection(run)) return [];
  const problems: string[] = [];
  for (const id of run.ids) {
    const state = await readState(run.engine, run.fleet.stacks.get(id)!);
    for (const resource of state?.protected ?? []) {
      problems.push(
        `Cannot destroy ${id}: ${resource} is protected: pass --unprotect if it shall go, too`,
      );
    }
  }
  return problems;
}

/** Whether what a program protects is destroyed, too: when that is said, and in every sandbox. */
export function liftsProtection({ unprotect, engine }: FleetRun): boolean {
  return unprotect ?? engine.backend.kind === "sandbox";
}
