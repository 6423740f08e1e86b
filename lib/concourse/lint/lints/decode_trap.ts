import { didYouMean } from "lib/schema/nearest.ts";
import type { Lint } from "lib/concourse/lint/lint.ts";
import { hasVar, stepsOf } from "lib/concourse/lint/steps.ts";
import { type Datum, field } from "lib/concourse/validate/datum.ts";
import { placeOf } from "lib/concourse/validate/decode/context.ts";

const FORMATS = ["json", "yaml", "yml", "trim", "raw"];

/** A value that Concourse takes and then treats as if it were not there. */
export const decodeTrap: Lint = {
  id: "decode-trap",
  severity: "error",
  doc: "A value that Concourse accepts and then ignores or fails on, such as version: everyy",
  *check({ pipeline }) {
    for (const job of pipeline.jobs) {
      if (job.max_in_flight < 0n) {
        yield { message: "max_in_flight is negative: ignored", at: placeOf(job, "max_in_flight") };
      }
    }
    for (const { step } of stepsOf(pipeline)) {
      switch (step.kind) {
        case "get":
          yield* oneOf("version", step.version, ["latest", "every"], "ignored");
          break;
        case "put":
          yield* oneOf("inputs", step.inputs, ["all", "detect"], "ignored");
          break;
        case "load_var":
          if (step.format !== "" && !hasVar(step.format) && !FORMATS.includes(step.format)) {
            yield {
              message: `format '${step.format}' is unknown${
                didYouMean(step.format, FORMATS)
              }: the step fails`,
              at: placeOf(step, "format"),
            };
          }
          break;
        case "task":
        case "run":
          yield* limits(field(step.node, "container_limits"));
          if (step.kind === "task") {
            yield* limits(field(field(step.node, "config"), "container_limits"));
          }
      }
    }
  },
};

function* oneOf(name: string, value: Datum | undefined, words: string[], effect: string) {
  if (value?.type !== "string" || words.includes(value.value) || hasVar(value.value)) return;
  yield {
    message: `${name} '${value.value}' is neither ${words.join(" nor ")}${
      didYouMean(value.value, words)
    }: ${effect}`,
    at: value,
  };
}

function* limits(value: Datum | undefined) {
  const memory = field(value, "memory"), cpu = field(value, "cpu");
  if (memory?.type === "list" || memory?.type === "map" || memory?.type === "bool") {
    yield { message: "the memory limit is neither a number nor text: ignored", at: memory };
  }
  for (const limit of [memory, cpu]) {
    if ((limit?.type === "int" || limit?.type === "float") && limit.value < 0) {
      yield { message: "a container limit is negative", at: limit };
    }
  }
}
