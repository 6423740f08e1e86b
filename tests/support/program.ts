import { z } from "zod";
import { AWSBase } from "lib/pulumi/aws_base.ts";
import { type EvaluatedResource, evaluateStack } from "lib/pulumi/evaluate/evaluate.ts";
import { checkGates, type GateFinding } from "lib/pulumi/gates.ts";
import { defineProject, type Project } from "lib/pulumi/project.ts";
import { type Properties, unwrap } from "lib/pulumi/simulate/wire.ts";
import { parseStack } from "lib/pulumi/stack_info.ts";
import { type KubeObject, objectsOf } from "tests/support/kube_objects.ts";

/** What a few lines of a program made. */
export interface Made {
  /** The inputs of the one resource of that type and name, with secrets opened. */
  // deno-lint-ignore no-explicit-any
  inputs(type: string, name: string): any;
  /** As the evaluator saw them, but for the stack. */
  readonly resources: readonly EvaluatedResource[];
  /** Every resource's `type name`, but for the stack's, sorted. */
  readonly names: readonly string[];
  /** The Kubernetes objects. */
  readonly objects: readonly KubeObject[];
  /** The inputs of the one Kubernetes object of that kind and name. */
  // deno-lint-ignore no-explicit-any
  object(kind: string, name: string): any;
  readonly findings: readonly GateFinding[];
}

/** Evaluates a program offline, as a stack QA of an application named example. */
export async function make(program: () => unknown): Promise<Made> {
  const info = parseStack("ol-application-example", "QA");
  const project = defineProject({
    name: info.project,
    config: AWSBase,
    outputs: z.strictObject({}),
    program: () =>
      Promise.resolve({
        default: async () => {
          await program();
          return {};
        },
      }),
  }) as unknown as Project;
  const values: Properties = { tags: { OU: "operations", Environment: "QA" } };
  const config = { source: "Pulumi.QA.yaml", values, secretKeys: new Set<string>(), foreign: {} };
  const evaluation = await evaluateStack({ project, info, config });
  const resources = evaluation.resources.filter(({ type }) => type !== "pulumi:pulumi:Stack");
  const objects = objectsOf(resources);
  return {
    resources,
    names: resources.map(({ type, name }) => `${type} ${name}`).sort(),
    objects,
    findings: checkGates(evaluation, info),
    inputs: (type, name) =>
      unwrap(
        one(resources.filter((made) => made.type === type && made.name === name), name).inputs,
      ),
    object: (kind, name) =>
      one(objects.filter((made) => made.kind === kind && made.metadata.name === name), name),
  };
}

function one<T>(found: readonly T[], name: string): T {
  if (found.length !== 1) throw new Error(`${found.length} resources are named ${name}`);
  return found[0];
}
