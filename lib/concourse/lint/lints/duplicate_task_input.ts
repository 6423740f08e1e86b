import type { Lint } from "lib/concourse/lint/lint.ts";
import { stepsOf } from "lib/concourse/lint/steps.ts";
import { type Located, placeOf } from "lib/concourse/validate/decode/context.ts";

/** Two inputs, or two outputs, of one name or in one folder. */
export const duplicateTaskInput: Lint = {
  id: "duplicate-task-input",
  severity: "warning",
  doc: "Two inputs, or two outputs, of a task have one name or one folder: one hides the other",
  *check({ pipeline }) {
    for (const { step } of stepsOf(pipeline)) {
      if (step.kind !== "task" || !step.config) continue;
      yield* duplicates("input", step.config.inputs);
      yield* duplicates("output", step.config.outputs);
    }
  },
};

function* duplicates(
  kind: "input" | "output",
  artifacts: readonly (Located & { readonly name: string; readonly path: string })[],
) {
  const names = new Set<string>(), paths = new Map<string, string>();
  for (const artifact of artifacts) {
    const { name } = artifact;
    if (name === "") continue;
    const path = (artifact.path || name).replace(/^(?:\.\/)+|\/+$/g, "");
    const other = paths.get(path);
    if (names.has(name)) {
      yield { message: `${kind} '${name}' is declared twice`, at: placeOf(artifact, "name") };
    } else if (other !== undefined) {
      yield {
        message: `${kind}s '${other}' and '${name}' are both in '${path}'`,
        at: placeOf(artifact, artifact.path === "" ? "name" : "path"),
      };
    }
    names.add(name);
    paths.set(path, name);
  }
}
