import type { Lint, LintHit } from "lib/concourse/lint/lint.ts";
import { stepsOf } from "lib/concourse/lint/steps.ts";
import { type Datum, field, type Place } from "lib/concourse/validate/datum.ts";

const SECRET_NAME =
  /(?:^|[_\-.])(?:password|passwd|passphrase|secret|secret_?key|secret_?access_?key|token|private_?key|api_?key|client_?secret|access_?token)$/i;
const NOT_SECRET = /(?:public|_id|_path|_file|_name|_url|_version)$/i;
const SECRET_VALUE =
  /-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}|\bgithub_pat_\w{22}|\bglpat-[\w-]{20}|\bxox[abprs]-[\w-]{10}|\bhvs\.[\w-]{20}/;
/** What stands for a secret without being one. */
const PLACEHOLDER =
  /^(?:\(\(|\$|<|x+$|\*+$|changeme$|dummy|example|none$|true$|false$|test|x-oauth-basic$)/i;

/** A secret written into a pipeline, where everyone who may see the pipeline sees it. */
export const secretLiteral: Lint = {
  id: "secret-literal",
  severity: "warning",
  doc:
    "A secret is written out in a source, params, vars or a var source: whoever sees the pipeline sees it",
  *check({ pipeline }) {
    for (const resource of pipeline.resources) {
      yield* search("", resource.source);
      if (literal(resource.webhook_token)) {
        const at = field(resource.node, "webhook_token") ?? resource.node;
        yield hit("webhook_token", at);
      }
    }
    for (const type of [...pipeline.resource_types, ...pipeline.prototypes]) {
      for (const part of [type.source, type.defaults, type.params]) yield* search("", part);
    }
    for (const { type, config } of pipeline.var_sources) {
      if (type !== "dummy") yield* search("", config);
    }
    const seen = new Set<Datum>();
    for (const { step } of stepsOf(pipeline)) {
      if (seen.has(step.node)) continue;
      seen.add(step.node);
      for (const name of ["params", "get_params", "vars", "instance_vars"]) {
        yield* search("", field(step.node, name));
      }
      const config = field(step.node, "config");
      yield* search("", field(config, "params"));
      yield* search("", field(field(config, "image_resource"), "source"));
    }
  },
};

function literal(text: string): boolean {
  return text.length >= 4 && !text.includes("((") && !PLACEHOLDER.test(text);
}

function hit(name: string, at: Place): LintHit {
  return { message: `'${name}' holds a secret in plain text: use a ((var))`, at };
}

function* search(name: string, datum: Datum | undefined): Generator<LintHit> {
  switch (datum?.type) {
    case "string": {
      const named = SECRET_NAME.test(name) && !NOT_SECRET.test(name) && literal(datum.value);
      if (named || SECRET_VALUE.test(datum.value)) yield hit(name, datum);
      return;
    }
    case "list":
      for (const item of datum.items) yield* search(name, item);
      return;
    case "map":
      for (const [key, { value }] of datum.entries) yield* search(key, value);
  }
}
