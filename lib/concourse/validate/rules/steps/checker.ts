import type { Place } from "lib/concourse/validate/datum.ts";
import type { Hook, HookModifier, StepConfig } from "lib/concourse/validate/decode/step_types.ts";
import { checkIdentifier } from "lib/concourse/validate/rules/identifier.ts";
import type { PipelineIndex } from "lib/concourse/validate/rules/pipeline_index.ts";
import type { Report, RuleWarning } from "lib/concourse/validate/rules/report.ts";
import { quoteAscii } from "lib/concourse/validate/go/quote.ts";

/** Where a check of a job's steps stands, and what it has seen of the job. */
export class StepChecker {
  /** Names of the gets seen in this job. */
  readonly gets = new Set<string>();
  #context: string[];
  #scopes: Set<string>[] = [new Set()];

  /**
   * Starts at a job's plan.
   *
   * @param index The pipeline
   * @param report Takes what is found
   * @param job The job's path, such as `jobs.build`
   */
  constructor(readonly index: PipelineIndex, readonly report: Report, job: string) {
    this.#context = [job, ".plan"];
  }

  /** Checks what lies under a piece of the path. */
  within(piece: string, check: () => void): void {
    this.#context.push(piece);
    check();
    this.#context.pop();
  }

  /** Notes an error at the path. */
  error(message: string, at: Place): void {
    this.report.error("jobs", `${this.#context.join("")}: ${message}`, at);
  }

  /** Warns at the path. */
  warn(type: RuleWarning["type"], message: string, at: Place): void {
    this.report.warn(type, `${this.#context.join("")}: ${message}`, at);
  }

  /**
   * Checks the name of a step; an empty one is reported with its path twice, as Concourse does.
   *
   * @param always Whether a bad name is an error, too
   */
  name(name: string, at: Place, always: "error" | undefined = undefined): void {
    const fault = checkIdentifier(name, this.#context);
    if (!fault) return;
    if (fault.severity === "error" || always === "error") this.error(fault.message, at);
    else this.report.warn("invalid_identifier", fault.message, at);
  }

  /** Reports keys that nothing knows. */
  unknownFields(names: readonly string[], at: Place): void {
    if (names.length > 0) this.error(`unknown fields [${names.map(quoteAscii).join(" ")}]`, at);
  }

  /** Checks what lies in a scope of local vars of its own. */
  scoped(check: () => void): void {
    this.#scopes.push(new Set());
    check();
    this.#scopes.pop();
  }

  /** Declares a local var: twice in a scope is an error, over an outer one is warned of. */
  declare(name: string, at: Place): void {
    const scope = this.#scopes[this.#scopes.length - 1];
    if (scope.has(name)) this.error("repeated var name", at);
    else if (this.#scopes.some((outer) => outer.has(name))) {
      this.warn("var_shadowed", `shadows local var '${name}'`, at);
    }
    scope.add(name);
  }
}

/** Checks one kind of step. */
export type StepCheck<K extends StepConfig["kind"]> = (
  step: K extends Hook ? HookModifier : Extract<StepConfig, { readonly kind: K }>,
  checker: StepChecker,
) => void;
