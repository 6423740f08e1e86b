import type { LintHit } from "lib/concourse/lint/lint.ts";
import { hasVar } from "lib/concourse/lint/steps.ts";
import type { Datum, Place } from "lib/concourse/validate/datum.ts";
import { placeOf } from "lib/concourse/validate/decode/context.ts";
import type { Step, StepConfig, TaskStep } from "lib/concourse/validate/decode/step_types.ts";
import { didYouMean } from "lib/schema/nearest.ts";

/** The artifacts that a build has at a moment. */
interface Artifacts {
  readonly names: ReadonlySet<string>;
  /** Whether there may be more: a task whose config is in a file makes what only the file says. */
  readonly open: boolean;
}

/** Follows a plan and finds uses of artifacts that no earlier step makes. */
export class ArtifactFlow {
  /** What was found. */
  readonly hits: LintHit[] = [];

  /** Follows a step and returns what there is after it. */
  follow(config: StepConfig, before: Artifacts): Artifacts {
    switch (config.kind) {
      case "get":
        return add(before, config.get);
      case "put":
        this.#useInputs(config.inputs, before);
        return config.no_get ? before : add(before, config.put);
      case "task":
        return this.#task(config, before);
      case "run":
        return { ...before, open: true };
      case "set_pipeline":
        this.#useFile(config.file, "file", config.set_pipeline, before, placeOf(config, "file"));
        for (const file of config.var_files) {
          const at = placeOf(config, "var_files");
          this.#useFile(file, "var_files", config.set_pipeline, before, at);
        }
        return before;
      case "load_var":
        this.#useFile(config.file, "file", config.load_var, before, placeOf(config, "file"));
        return before;
      case "try":
        return this.follow(config.try.config, before);
      case "do":
        return config.do.reduce((state, step) => this.follow(step.config, state), before);
      case "in_parallel":
        return join(
          config.in_parallel.steps.map((step) => this.follow(step.config, before)),
          before,
        );
      case "across":
      case "attempts":
      case "timeout":
        return this.follow(config.step, before);
      default: {
        const after = this.follow(config.step, before);
        return this.#hook(config.hook, after);
      }
    }
  }

  /** A hook sees what its step may have made; what it makes itself counts as well. */
  #hook(hook: Step, after: Artifacts): Artifacts {
    return this.follow(hook.config, after);
  }

  #task(step: TaskStep, before: Artifacts): Artifacts {
    const { config } = step;
    if (step.image !== "") {
      this.#use(step.image, `image of task '${step.task}'`, before, placeOf(step, "image"));
    }
    if (!config) {
      this.#useFile(step.file, "file", step.task, before, placeOf(step, "file"));
      for (const [, artifact] of step.input_mapping) {
        const at = placeOf(step, "input_mapping");
        this.#use(artifact, `input of task '${step.task}'`, before, at);
      }
      return { names: new Set([...before.names, ...step.output_mapping.values()]), open: true };
    }
    for (const input of config.inputs) {
      if (input.name === "" || input.optional) continue;
      const artifact = step.input_mapping.get(input.name) ?? input.name;
      this.#use(artifact, `input of task '${step.task}'`, before, placeOf(input, "name"));
    }
    const made = config.outputs.map(({ name }) => step.output_mapping.get(name) ?? name);
    return { ...before, names: new Set([...before.names, ...made]) };
  }

  #useInputs(inputs: Datum | undefined, before: Artifacts): void {
    if (inputs?.type !== "list") return;
    for (const item of inputs.items) {
      if (item.type === "string") this.#use(item.value.trim(), "input of a put", before, item);
    }
  }

  #useFile(file: string, key: string, name: string, before: Artifacts, at: Place): void {
    if (file === "") return;
    this.#use(file.split("/")[0], `${key} of '${name}'`, before, at);
  }

  #use(artifact: string, by: string, { names, open }: Artifacts, at: Place): void {
    if (open || names.has(artifact) || hasVar(artifact) || artifact === "") return;
    this.hits.push({
      message: `${by}: no step before makes the artifact '${artifact}'${
        didYouMean(artifact, names)
      }`,
      at,
    });
  }
}

function add(before: Artifacts, name: string): Artifacts {
  return { ...before, names: new Set([...before.names, name]) };
}

function join(branches: readonly Artifacts[], before: Artifacts): Artifacts {
  return {
    names: new Set([...before.names, ...branches.flatMap(({ names }) => [...names])]),
    open: before.open || branches.some(({ open }) => open),
  };
}
