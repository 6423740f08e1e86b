import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { Env } from "lib/schema/env.ts";
import { didYouMean } from "lib/schema/nearest.ts";
import { describeIssues } from "lib/schema/parse.ts";
import { Problem, Problems } from "lib/schema/problem.ts";
import { AWSTags } from "lib/pulumi/aws_base.ts";
import { openAmis } from "lib/pulumi/amis.ts";
import { openNeeds } from "lib/pulumi/needs.ts";
import { type Program, type Project, secretKeys, type Shape } from "lib/pulumi/project.ts";
import { openSecrets } from "lib/pulumi/secrets.ts";
import { parseStackConfig, type StackConfig } from "lib/pulumi/stack_file.ts";
import type { StackInfo } from "lib/pulumi/stack_info.ts";
import { stackLabels, stackTags, type Tags } from "lib/pulumi/tags.ts";

/** One stack to run: the same for the offline evaluator and the real engine. */
export interface StackRun {
  readonly project: Project;
  readonly info: StackInfo;
  readonly config: StackConfig;
  /** What is not known yet: upstream stacks by full name, or `<full name>#<output>` (`*`: all). */
  readonly unknown?: ReadonlySet<string>;
  /** Where keys to secrets are looked for; absent: secrets are made up from their schemas. */
  readonly keys?: Env;
  /** Told of each upstream output that the program asks for: the stack's full name and the key. */
  readonly onRead?: (upstream: string, key: string) => void;
}

/**
 * Loads a project's program.
 *
 * @throws {Problem} when the module has no function as its default export
 */
// deno-lint-ignore no-explicit-any
export async function loadProgram(project: Project): Promise<Program<any, any, any>> {
  const module = await project.program() as { default?: unknown };
  if (typeof module.default !== "function") {
    throw new Problem(
      `The program of ${project.name} has no default export: write export default defineProgram<typeof project>(…)`,
    );
  }
  // deno-lint-ignore no-explicit-any
  return module.default as Program<any, any, any>;
}

/**
 * Runs a stack's program inside a Pulumi stack that is already set up.
 *
 * @returns The outputs: checked against the manifest, secrets wrapped
 * @throws {Problems} for a configuration or outputs that the manifest does not allow
 * @throws {Deferred} when it asked eagerly for what is not known
 */
export async function runProgram(run: StackRun): Promise<Record<string, unknown>> {
  const { project, info } = run;
  const parsed = parseStackConfig(project.config, run.config, project.name);
  const secrets = secretKeys(project.config);
  const config = Object.fromEntries(
    Object.entries(parsed).map(([key, value]) => [
      key,
      secrets.has(key) && value !== undefined ? pulumi.secret(value) : value,
    ]),
  );
  const program = await loadProgram(project);
  const needs = openNeeds(project.needs, info, run.unknown, run.onRead);
  const secretsFor = openSecrets(project.secrets, info, run.keys);
  const amiFor = openAmis(project.images, info, run.keys !== undefined);
  return checkOutputs(project, info, await program({ info, config, needs, secretsFor, amiFor }));
}

/** The tags and labels of a stack; empty for a configuration without tags. */
export function tagsOf(run: StackRun): { tags: Tags; labels: Tags } {
  const config = parseStackConfig(run.project.config, run.config, run.project.name);
  const tags = AWSTags.safeParse((config as { tags?: unknown }).tags);
  if (!tags.success) return { tags: {}, labels: {} };
  return { tags: stackTags(run.info, tags.data), labels: stackLabels(run.info, tags.data) };
}

/** Checks the outputs' names at once, and each value as soon as it is known. */
export function checkOutputs(
  project: Project,
  info: StackInfo,
  returned: unknown,
): Record<string, unknown> {
  const where = `Stack "${info.name}" of ${project.name}`;
  if (typeof returned !== "object" || returned === null) {
    throw new Problem(`${where} returned no outputs: return an object, {} if there are none`);
  }
  const outputs = returned as Record<string, unknown>;
  const shape = (project.outputs as Shape).shape;
  const known = Object.keys(shape);
  const problems = [
    ...Object.keys(outputs).filter((key) => !known.includes(key)).map((key) =>
      `${where} returned output "${key}", which its manifest does not name${didYouMean(key, known)}`
    ),
    ...known.filter((key) => outputs[key] === undefined && !acceptsUndefined(shape[key])).map((
      key,
    ) => `${where} did not return output "${key}", which its manifest promises`),
  ];
  if (problems.length > 0) throw new Problems(problems);

  const secrets = secretKeys(project.outputs);
  return Object.fromEntries(
    Object.entries(outputs).map(([key, value]) => {
      const checked = (pulumi.output(value) as pulumi.Output<unknown>).apply((plain) => {
        const result = (shape[key] as z.ZodType).safeParse(plain);
        if (result.success) return result.data;
        throw new Problem(
          `${where} returned output "${key}" that is not what its manifest promises: ${
            describeIssues(result.error).join("; ")
          }`,
        );
      });
      return [key, secrets.has(key) ? pulumi.secret(checked) : checked];
    }),
  );
}

const acceptsUndefined = (schema: unknown) => (schema as z.ZodType).safeParse(undefined).success;
