import { z } from "zod";
import type { Component, Use } from "lib/images/component.ts";
import type { Env } from "lib/schema/env.ts";
import { didYouMean } from "lib/schema/nearest.ts";
import { describeIssues } from "lib/schema/parse.ts";
import { Problems, UsageProblem } from "lib/schema/problem.ts";

/** A component with its settings parsed. */
export interface Configured {
  readonly component: Component;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Where settings come from beside the image's own. */
export interface Overrides {
  /** `vault.port=8201`, as given to `--set`; the last one wins. */
  readonly sets?: readonly string[];
  /** Reads the environment: `VAULT_PORT`. `--set` is stronger. */
  readonly env?: Env;
}

/** Marks a setting as secret: it can only come from the environment and is redacted everywhere. */
export const secret = (): z.ZodString => z.string().min(1).meta({ secret: true });

/** `vault` + `raftPath` → `VAULT_RAFT_PATH`. */
export const environmentName = (component: string, key: string): string =>
  `${component}_${key}`.replace(/([a-z0-9])([A-Z])/g, "$1_$2").replaceAll("-", "_").toUpperCase();

const isSecret = (field: z.ZodType): boolean => {
  let current: z.ZodType | undefined = field;
  while (current) {
    if (current.meta()?.secret === true) return true;
    current = (current.def as { innerType?: z.ZodType }).innerType;
  }
  return false;
};

/** A word from outside as the schema wants it: itself where that fits, else what it is as JSON. */
function interpret(word: string, field: z.ZodType): unknown {
  if (field.safeParse(word).success) return word;
  try {
    return JSON.parse(word);
  } catch {
    return word;
  }
}

/**
 * Puts an image's components in order and gives them their settings.
 *
 * @param uses The image's components
 * @param overrides `--set` words and the environment
 * @returns Components with parsed settings, each after those it needs
 * @throws {UsageProblem} when all that is wrong is what `--set` was given
 * @throws {Problems} every fault at once: duplicates, missing needs, cycles, unknown or wrong
 * settings, two components on one port
 */
export function compose(uses: readonly Use[], overrides: Overrides = {}): Configured[] {
  const problems: string[] = [];
  const byName = new Map<string, Use>();
  for (const use of uses) {
    if (byName.has(use.component.name)) {
      problems.push(`Component ${use.component.name} is in the image twice: keep one`);
    }
    byName.set(use.component.name, use);
  }
  const sets = readSets(overrides.sets ?? [], byName, problems);
  const ordered = order(byName, problems);
  const configured = ordered.map((use) => configure(use, sets, overrides.env, problems));
  const ports = new Map<number, string>();
  if (problems.length === 0) {
    for (const { component, settings } of configured) {
      for (const port of component.ports(settings)) {
        const other = ports.get(port);
        if (other !== undefined) {
          problems.push(
            `Components ${other} and ${component.name} both listen on port ${port}: change one`,
          );
        }
        ports.set(port, component.name);
      }
    }
  }
  if (problems.length > 0 && problems.every((problem) => problem.startsWith("--set "))) {
    throw new UsageProblem(problems.join("\n"));
  }
  if (problems.length > 0) throw new Problems(problems);
  return configured;
}

/** The values of all secret settings: what must never be seen. */
export function secretsOf(configured: readonly Configured[]): string[] {
  return configured.flatMap(({ component, settings }) =>
    Object.entries(component.settings.shape)
      .filter(([key, field]) => isSecret(field as z.ZodType) && settings[key] !== undefined)
      .map(([key]) => String(settings[key]))
  );
}

/** Settings as they may be shown: secret ones say only that they are set. */
export function shownSettings({ component, settings }: Configured): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [
      key,
      isSecret(component.settings.shape[key] as z.ZodType) ? "(secret)" : value,
    ]),
  );
}

function readSets(
  words: readonly string[],
  uses: ReadonlyMap<string, Use>,
  problems: string[],
): Map<string, Map<string, string>> {
  const sets = new Map<string, Map<string, string>>();
  for (const word of words) {
    const [, name, key, value] = /^([\w-]+)\.(\w+)=(.*)$/s.exec(word) ?? [];
    if (key === undefined) {
      problems.push(`--set ${word.split("=")[0]}: expected COMPONENT.KEY=VALUE`);
      continue;
    }
    const use = uses.get(name);
    if (use === undefined) {
      const hint = didYouMean(name, uses.keys());
      problems.push(`--set ${name}.${key}: the image has no component "${name}"${hint}`);
      continue;
    }
    const field = use.component.settings.shape[key] as z.ZodType | undefined;
    if (field !== undefined && isSecret(field)) {
      const variable = environmentName(name, key);
      problems.push(
        `--set ${name}.${key}: it is secret, and a command line is not: set ${variable} instead`,
      );
      continue;
    }
    if (!sets.has(name)) sets.set(name, new Map());
    sets.get(name)!.set(key, value);
  }
  return sets;
}

function configure(
  use: Use,
  sets: ReadonlyMap<string, ReadonlyMap<string, string>>,
  env: Overrides["env"],
  problems: string[],
): Configured {
  const { name, settings: schema } = use.component;
  const raw: Record<string, unknown> = { ...use.settings };
  const given = new Map<string, string>();
  for (const [key, field] of Object.entries(schema.shape)) {
    const word = env?.(environmentName(name, key));
    if (word === undefined) continue;
    raw[key] = interpret(word, field as z.ZodType);
    given.set(key, environmentName(name, key));
  }
  for (const [key, word] of sets.get(name) ?? []) {
    const field = schema.shape[key] as z.ZodType | undefined;
    raw[key] = field === undefined ? word : interpret(word, field);
    given.set(key, `--set ${name}.${key}`);
  }
  const result = schema.safeParse(raw);
  if (result.success) return { component: use.component, settings: result.data };
  for (const issue of result.error.issues) {
    if (issue.code === "unrecognized_keys") {
      for (const key of issue.keys) {
        const hint = didYouMean(key, Object.keys(schema.shape));
        problems.push(`${given.get(key) ?? `Component ${name}: ${key}`}: unknown setting${hint}`);
      }
      continue;
    }
    const [line] = describeIssues(new z.ZodError([issue]), schema);
    const from = given.get(String(issue.path[0]));
    problems.push(from ? `${from}: ${issue.message}` : `Component ${name}: ${line}`);
  }
  return { component: use.component, settings: {} };
}

/** Depth first along `needs`, otherwise in the image's own order. */
function order(uses: ReadonlyMap<string, Use>, problems: string[]): Use[] {
  const done = new Set<string>();
  const ordered: Use[] = [];
  const visit = (name: string, path: readonly string[]) => {
    if (done.has(name)) return;
    if (path.includes(name)) {
      const cycle = [...path.slice(path.indexOf(name)), name].join(" → ");
      problems.push(`Components need each other in a circle: ${cycle}`);
      return;
    }
    const use = uses.get(name)!;
    for (const needed of use.component.needs) {
      if (uses.has(needed)) visit(needed, [...path, name]);
      else {
        const hint = didYouMean(needed, uses.keys());
        problems.push(`Component ${name} needs ${needed}, which is not in the image${hint}`);
      }
    }
    if (done.has(name)) return;
    done.add(name);
    ordered.push(use);
  };
  for (const name of uses.keys()) visit(name, []);
  return ordered;
}
