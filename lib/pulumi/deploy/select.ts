import type { Io } from "lib/cli/io.ts";
import { ROOT } from "lib/cli/root.ts";
import { closure, reverse } from "lib/graph/dag.ts";
import { Environment, type EnvironmentSuffix, environmentSuffix } from "lib/schema/environment.ts";
import { Problem, UsageProblem } from "lib/schema/problem.ts";
import { type Fleet, selectStacks } from "lib/pulumi/fleet.ts";
import { type Backend, openBackend, openSandbox } from "lib/pulumi/engine/backend.ts";
import {
  DEFAULT_ENVIRONMENTS,
  type EngineWords,
  refuseIdleServers,
} from "lib/pulumi/deploy/flags.ts";
import { readOwed, readUnfinished, type Unfinished } from "lib/pulumi/deploy/journal.ts";
import { readBundle } from "lib/pulumi/deploy/plan_bundle.ts";
import { type Overrides, parseOverrides } from "lib/pulumi/stack_file.ts";

/** How a command line selects stacks. */
export interface StackWords {
  readonly project: readonly string[];
  readonly env: readonly EnvironmentSuffix[];
  readonly stack?: string;
}

/** How a command line says what to deploy. */
export interface DeployWords extends StackWords, EngineWords {
  readonly engine: "auto" | "pulumi" | "offline";
  readonly set: readonly string[];
  readonly dependents: boolean;
  readonly resume: boolean;
  readonly plan?: string;
  readonly planDigest?: string;
}

/** What a deployment runs. */
export interface Selected {
  /** In dependency order. */
  readonly ids: readonly string[];
  readonly overrides: ReadonlyMap<string, Overrides>;
  /** Those that run only when an output that they read changes. */
  readonly gated: ReadonlySet<string>;
  /** The plan that is carried out. */
  readonly plan?: { readonly folder: string; readonly expected?: string };
}

/**
 * What a command line asks to deploy: the named stacks, a plan's, or those that the last run left.
 *
 * @throws {UsageProblem} for words that do not go together
 * @throws {Problem} for unknown ones, or when there is nothing to resume
 */
export async function select(fleet: Fleet, io: Io, words: DeployWords): Promise<Selected> {
  refuseContradictions(words);
  if (words.resume) return await selectUnfinished(fleet, io, words);
  if (words.plan !== undefined) {
    const { stacks } = await readBundle(words.plan);
    return {
      ids: inOrder(fleet, new Set(stacks.map(({ id }) => id))),
      overrides: new Map(stacks.map(({ id, overrides }) => [id, overrides])),
      gated: new Set(),
      plan: planOf(words),
    };
  }
  const set = parseOverrides(words.set);
  const env = words.env.length > 0 ? words.env : DEFAULT_ENVIRONMENTS;
  const named = selectByWords(fleet, { ...words, env });
  const overrides = new Map(words.set.length > 0 ? named.map((id) => [id, set]) : []);
  const chosen = words.sandbox ? closure(fleet.graph, named) : new Set(named);
  const below = words.dependents ? closure(reverse(fleet.graph), named) : new Set<string>();
  const owed = words.dependents ? await readOwedHere(io, words) : new Set<string>();
  const gated = new Set([...below].filter((id) => !chosen.has(id) && !owed.has(id)));
  for (const id of below) {
    if (chosen.has(id) || gated.has(id)) continue;
    io.err(`${id} runs whatever changes, as its last deployment did not end well`);
  }
  return { ids: inOrder(fleet, new Set([...chosen, ...gated])), overrides, gated };
}

function refuseContradictions(words: DeployWords): void {
  const { sandbox, engine, set, project, env, stack, resume, plan, planDigest, dependents } = words;
  refuseIdleServers(words);
  if (engine === "offline" && (words.vault ?? words.kubernetes) !== undefined) {
    throw new UsageProblem(
      "--vault and --kubernetes need the real engine: leave --engine offline away",
    );
  }
  if (!sandbox && engine !== "auto") {
    throw new UsageProblem("--engine goes with --sandbox: a real deployment needs the real engine");
  }
  if (set.length > 0 && (project.length !== 1 || resume || plan !== undefined)) {
    throw new UsageProblem("--set goes with exactly one project, and not with --resume or --plan");
  }
  if (planDigest !== undefined && plan === undefined) {
    throw new UsageProblem("--plan-digest goes with --plan");
  }
  const selectsItself = plan === undefined ? resume ? "--resume" : undefined : "--plan";
  if (
    selectsItself &&
    (project.length > 0 || env.length > 0 || stack !== undefined || dependents)
  ) {
    throw new UsageProblem(
      `${selectsItself} selects by itself: name no project, --env, --stack, --dependents`,
    );
  }
}

const planOf = ({ plan, planDigest }: DeployWords) => ({
  folder: plan!,
  ...(planDigest === undefined ? {} : { expected: planDigest }),
});

async function backendOf(io: Io, { sandbox }: DeployWords): Promise<Backend> {
  return sandbox ? await openSandbox(ROOT) : openBackend(ROOT, io.env);
}

async function readOwedHere(io: Io, words: DeployWords): Promise<Set<string>> {
  const { runs, url } = await backendOf(io, words);
  return await readOwed(runs, url);
}

/** The stacks that the last deployment did not finish, as it was asked for; told on stderr. */
async function selectUnfinished(fleet: Fleet, io: Io, words: DeployWords): Promise<Selected> {
  const { runs, url } = await backendOf(io, words);
  const unfinished = await readUnfinished(runs, "up", url);
  const { started, ids, remaining, overrides } = unfinished;
  const gone = remaining.filter((id) => !fleet.stacks.has(id));
  if (gone.length > 0) {
    throw new Problem(
      `Cannot resume: ${gone.join(", ")} no longer exists: deploy without --resume`,
    );
  }
  await refuseOtherPlan(unfinished, words);
  io.err(`Resuming the deployment of ${started}: ${remaining.length} of ${ids.length} stacks left`);
  return {
    ids: inOrder(fleet, new Set(remaining)),
    overrides: overrides ?? new Map(),
    gated: new Set(),
    ...(words.plan === undefined ? {} : { plan: planOf(words) }),
  };
}

async function refuseOtherPlan({ plan }: Unfinished, words: DeployWords): Promise<void> {
  const given = words.plan === undefined ? undefined : (await readBundle(words.plan)).digest;
  if (plan === given) return;
  throw new Problem(
    plan === undefined
      ? "Cannot resume: the last deployment carried out no plan: leave --plan away"
      : `Cannot resume: the last deployment carried out plan ${
        plan.slice(0, 12)
      }: name its folder with --plan`,
  );
}

/**
 * The stacks that a command line asks for, in dependency order.
 *
 * @throws {Problem} exit code 2 for unknown words or an empty selection
 */
export function selectByWords(fleet: Fleet, words: StackWords): string[] {
  const environments = Environment.options.filter((name) =>
    words.env.length === 0 || words.env.includes(environmentSuffix(name))
  );
  return inOrder(
    fleet,
    new Set(selectStacks(fleet, {
      projects: words.project,
      environments,
      ...(words.stack === undefined ? {} : { stack: words.stack }),
    })),
  );
}

function inOrder(fleet: Fleet, ids: ReadonlySet<string>): string[] {
  return [...fleet.stacks.keys()].filter((id) => ids.has(id));
}
