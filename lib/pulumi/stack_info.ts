import {
  type Environment,
  environmentNamed,
  type EnvironmentSuffix,
  environmentSuffix,
} from "lib/schema/environment.ts";
import { Environment as Environments } from "lib/schema/environment.ts";
import { Problem } from "lib/schema/problem.ts";

/** What a stack's name says. */
export interface StackInfo {
  /** The stack's name as Pulumi knows it: `QA` or `mitx.QA`. */
  readonly name: string;
  /** The Pulumi project: `ol-application-xqwatcher`. */
  readonly project: string;
  /** What stands before the environment, or the project's name: `mitx`. */
  readonly namespace: string;
  /** `CI`, `QA` or `Production`. */
  readonly environment: Environment;
  /** `ci`, `qa` or `production`. */
  readonly environmentSuffix: EnvironmentSuffix;
  /** The tenant of a tenant's own stack: `mitx`; absent otherwise. */
  readonly tenant?: string;
  /** As in a `StackReference`: `organization/<project>/<name>`. */
  readonly fullName: string;
  /** For Kubernetes labels, whose values must not hold a slash: `<project>.<name>`. */
  readonly k8sName: string;
}

/**
 * Reads a stack's name: `QA`, `<tenant>.QA`, or the older `project.path.QA`.
 *
 * A tenant is one lower-case word with dashes; a name of three or more parts is the older form,
 * whose last word before the environment is the tenant only when the project's own path does not
 * hold it.
 *
 * @param project The Pulumi project's name
 * @param name The stack's name
 * @throws {Problem} when the last part is no environment, or another part is not a lower-case word
 */
export function parseStack(project: string, name: string): StackInfo {
  const parts = name.split(".");
  const word = parts.at(-1)!;
  const environment = environmentNamed(word);
  if (environment === undefined || environment !== word) {
    const hint = environment === undefined ? "" : `: did you mean "${environment}"?`;
    throw new Problem(
      `Stack "${name}" of ${project} must end with one of ${
        Environments.options.join(", ")
      }${hint}`,
    );
  }
  const path = parts.slice(0, -1);
  const wrong = path.find((part) => !/^[a-z0-9]([a-z0-9_-]*[a-z0-9])?$/.test(part));
  if (wrong !== undefined) {
    throw new Problem(
      `Stack "${name}" of ${project}: "${wrong}" must be a lower-case word such as "mitx"`,
    );
  }
  const last = path.at(-1);
  const isPathOfProject = path.length > 1 && last !== undefined &&
    project.split("-").includes(last);
  return {
    name,
    project,
    namespace: path.join(".") || project,
    environment,
    environmentSuffix: environmentSuffix(environment),
    ...(last === undefined || isPathOfProject ? {} : { tenant: last }),
    fullName: `organization/${project}/${name}`,
    k8sName: `${project}.${name}`,
  };
}

/** `<project>:<stack>`: how a stack is named in reports, plans and the dependency graph. */
export function stackId(info: Pick<StackInfo, "project" | "name">): string {
  return `${info.project}:${info.name}`;
}
