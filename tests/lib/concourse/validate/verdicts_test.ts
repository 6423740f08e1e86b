import assert from "node:assert/strict";
import {
  type Profile,
  PROFILES,
  validatePipeline,
  type ValidationError,
} from "lib/concourse/validate/validate.ts";
import { lintPipeline } from "lib/concourse/lint/mod.ts";
import { varsOfCase, type VerdictCase, verdictCases } from "tests/support/verdicts.ts";

/** Cases where we differ from Concourse on purpose, each with its reason; none is left. */
const DISAGREEMENTS: Readonly<Record<string, string>> = {};

const cases = await verdictCases();

function wanted({ fly }: VerdictCase, profile: Profile) {
  const beforeServer = fly.server_ok === null ? fly.decode_error ?? "not read so far" : null;
  switch (profile) {
    case "fly":
      return { ok: fly.ok, decodeError: fly.decode_error };
    case "fly-strict":
      return { ok: fly.strict_ok, decodeError: fly.strict_decode_error };
    case "server":
      return { ok: fly.server_ok ?? false, decodeError: fly.server_decode_error ?? beforeServer };
  }
}

/** Concourse goes through maps for these, in random order. */
const UNORDERED = /^\t(?:group '.*' appears \d+ times|job '.*' belongs to no group)/s;

function sortUnordered(report: string): string {
  const lines = report.split("\n");
  const sorted = lines.filter((line) => UNORDERED.test(line)).sort();
  return lines.map((line) => UNORDERED.test(line) ? sorted.shift() : line).join("\n");
}

/** The errors as fly prints them: in sections; a cycle is a second section of jobs. */
function report(errors: readonly ValidationError[]): string[] {
  const sections: { heading: string; lines: string[] }[] = [];
  for (const { section, message } of errors) {
    const last = sections.at(-1);
    const cycle = message.startsWith("pipeline contains a cycle");
    if (last?.heading === section && !cycle) last!.lines.push(message);
    else sections.push({ heading: section!, lines: [message] });
  }
  return sections.map(({ heading, lines }) =>
    `invalid ${heading}:\n${lines.join("\n").split("\n").map((line) => `\t${line}`).join("\n")}\n`
  );
}

for (const profile of PROFILES) {
  Deno.test(`${cases.length} pipelines get Concourse's verdict: ${profile}`, () => {
    for (const one of cases) {
      if (one.id in DISAGREEMENTS) continue;
      const { ok, decodeError } = wanted(one, profile);
      const verdict = validatePipeline(one.yaml, profile, varsOfCase(one));
      const label = `${one.id} ${one.title}`;
      const messages = verdict.errors.map(({ message }) => message);
      assert.equal(verdict.ok, ok, `${label}: ${messages.join("; ")} (${decodeError})`);
      if (decodeError !== null || one.fly.crash !== undefined) {
        assert.ok(messages.length > 0, `${label}: says why`);
        assert.equal(verdict.pipeline, undefined, `${label}: does not decode`);
        continue;
      }
      assert.deepEqual([...messages].sort(), [...one.fly.errors].sort(), label);
      assert.deepEqual(
        report(verdict.errors).map(sortUnordered),
        one.fly.report.map(sortUnordered),
        label,
      );
      assert.deepEqual(verdict.warnings.map(({ message }) => message), one.fly.warnings, label);
      assert.deepEqual(verdict.warnings.map(({ type }) => type), one.fly.warning_types, label);
    }
  });
}

Deno.test("every error and warning about a file has a place in it", () => {
  for (const one of cases) {
    const lines = one.yaml.split(/\r\n|[\n\r\x85\u2028\u2029]/);
    const verdict = validatePipeline(one.yaml, "fly", varsOfCase(one));
    for (const { message, at } of [...verdict.errors, ...verdict.warnings]) {
      if (!at) {
        assert.match(message, /not text|too deeply/, one.id);
        continue;
      }
      assert.ok(at.line >= 1 && at.line <= lines.length + 1, `${one.id} ${message}: ${at.line}`);
      assert.ok(at.column >= 1, `${one.id} ${message}: column ${at.column}`);
    }
  }
});

Deno.test("what is nested too deeply to be read is refused and never a crash", () => {
  for (const depth of [400, 1_000, 1_900, 2_500, 5_000, 9_000, 20_000]) {
    const lists = `user_data: ${"[".repeat(depth)}${
      "]".repeat(depth)
    }\njobs: [{name: j, plan: []}]`;
    const steps = `jobs: [{name: j, plan: [${"{do: [".repeat(depth)}${"]}".repeat(depth)}]}]`;
    for (const yaml of [lists, steps]) {
      const verdict = validatePipeline(yaml);
      if (depth <= 400) assert.ok(verdict.ok, `${depth}: ${verdict.errors[0]?.message}`);
      if (depth >= 5_000) assert.equal(verdict.ok, false, String(depth));
      if (!verdict.ok) assert.match(verdict.errors[0].message, /nested too deeply|max depth/);
      lintPipeline(verdict);
    }
  }
});
