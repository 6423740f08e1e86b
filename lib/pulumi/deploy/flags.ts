import { z } from "zod";
import type { EnvironmentSuffix } from "lib/schema/environment.ts";
import { UsageProblem } from "lib/schema/problem.ts";

/** What every task about stacks takes as arguments. */
export const StackArgs = z.strictObject({
  project: z.array(z.string()).default([]).describe("Projects, such as xqwatcher; default all"),
});

/** `--set`, for what deploys or previews one project. */
export const SetFlag = z.array(z.string()).default([]).describe(
  "KEY=VALUE: a key of the project's configuration in place of the file's; the value may be JSON",
);

/** The environments of what writes, when none is named. */
export const DEFAULT_ENVIRONMENTS: readonly EnvironmentSuffix[] = ["ci"];

/**
 * The flags by which every task about stacks selects and runs them.
 *
 * @param environments What `--env` says that it means when none is given; the flag itself is empty then
 */
export function stackFlags(environments: readonly EnvironmentSuffix[]) {
  return z.strictObject({
    sandbox: z.boolean().default(false).describe("Throw-away state and simulated providers"),
    vault: z.string().optional().describe(
      "In a sandbox: do Vault's work on the real server at this address, with VAULT_TOKEN",
    ),
    kubernetes: z.string().optional().describe(
      "In a sandbox: have every object judged by the API server of this kubeconfig, as a dry run",
    ),
    applyKubernetes: z.boolean().default(false).describe("With --kubernetes: store the objects"),
    env: z.array(z.enum(["ci", "qa", "production"])).default([]).describe(
      `Environment: ci, qa or production; default ${environments.join(", ") || "all"}`,
    ),
    stack: z.string().optional().describe("Only stacks of this name, such as mitx.QA"),
    parallel: z.int().min(1).max(64).default(navigator.hardwareConcurrency).describe(
      "Stacks at once",
    ),
    limit: z.array(z.string()).default([]).describe(
      "CLASS=N: stacks of one concurrency class at once, such as aws:us-east-1=2",
    ),
    resourceParallel: z.int().min(1).max(256).optional().describe(
      "Resources of one stack at once; default Pulumi's own",
    ),
    progress: z.enum(["list", "lines", "jsonl"]).optional().describe(
      "How progress is shown; default a live list on a terminal, lines elsewhere",
    ),
    summary: z.string().optional().describe("Write a Markdown summary to this file"),
  });
}

/** How a command line says what to run on. */
export interface EngineWords {
  /** Throw-away state and simulated providers; otherwise the real backend and providers. */
  readonly sandbox: boolean;
  /** In a sandbox: the address of a real Vault for its work. */
  readonly vault?: string;
  /** In a sandbox: the kubeconfig of a real API server for its objects. */
  readonly kubernetes?: string;
  readonly applyKubernetes: boolean;
}

/** @throws {UsageProblem} for servers where nothing is rehearsed */
export function refuseIdleServers({ sandbox, vault, kubernetes, applyKubernetes }: EngineWords) {
  if (applyKubernetes && kubernetes === undefined) {
    throw new UsageProblem("--apply-kubernetes goes with --kubernetes");
  }
  if (!sandbox && (vault !== undefined || kubernetes !== undefined)) {
    throw new UsageProblem("--vault and --kubernetes go with --sandbox");
  }
}
