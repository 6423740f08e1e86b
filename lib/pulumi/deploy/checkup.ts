import type { Io } from "lib/cli/io.ts";
import { ROOT } from "lib/cli/root.ts";
import { Problem, UsageProblem } from "lib/schema/problem.ts";
import { type Backend, openBackend, openSandbox } from "lib/pulumi/engine/backend.ts";
import { type SurveyedStack, surveyStacks } from "lib/pulumi/engine/survey.ts";
import type { Fleet } from "lib/pulumi/fleet.ts";

/** The stacks of one backend. */
export interface SurveyedBackend {
  /** The state's address; `sandbox` for the sandbox. */
  readonly backend: string;
  readonly stacks: readonly SurveyedStack[];
}

/** What a checkup looks at, and may do. */
export interface Checkup {
  /** Look at the backend even where that needs credentials. */
  readonly state: boolean;
  readonly breakLocks: boolean;
  /** Break locks too whose owner may be alive, after asking. */
  readonly force: boolean;
  /** The CLI's path, when there is one. */
  readonly pulumi?: string;
}

/**
 * Looks at the sandbox's stacks and the backend's, breaking locks first when asked; what was removed is
 * told on stderr.
 *
 * @throws {Problem} when the backend cannot be read
 */
export async function surveyBackends(
  io: Io,
  fleet: Fleet,
  { state, breakLocks, force, pulumi }: Checkup,
  root = ROOT,
): Promise<SurveyedBackend[]> {
  const real = openBackend(root, io.env);
  if (state && real.stateFolder === undefined && pulumi === undefined) {
    throw new Problem(`Cannot look at ${real.url} without pulumi: run deno task setup pulumi`);
  }
  const backends: [name: string, backend: Backend][] = [["sandbox", await openSandbox(root)]];
  if (state || real.stateFolder) backends.push([real.url, real]);
  const surveyed: SurveyedBackend[] = [];
  for (const [name, backend] of backends) {
    const survey = () => surveyStacks(fleet, { backend, pulumi: pulumi ?? "pulumi", root });
    const stacks = await survey();
    const broken = breakLocks && await removeLocks(io, stacks, force);
    surveyed.push({ backend: name, stacks: broken ? await survey() : stacks });
  }
  return surveyed;
}

async function removeLocks(
  io: Io,
  stacks: readonly SurveyedStack[],
  force: boolean,
): Promise<boolean> {
  let removed = false;
  for (const { id, locks } of stacks) {
    for (const { path, owner, since, dead } of locks) {
      if (!dead && !force) continue;
      if (!dead && !await io.confirm(`Break the lock of ${owner} on ${id}, held since ${since}?`)) {
        throw new UsageProblem("Not confirmed: answer y on a terminal");
      }
      await Deno.remove(path);
      io.err(`${id}: the lock of ${owner} was removed`);
      removed = true;
    }
  }
  return removed;
}
