/**
 * Tests that need a real engine.
 *
 * @module
 */
import { CATALOG, EngineName } from "lib/engines/catalog.ts";
import { EngineProblem, type FoundEngine, resolveEngine } from "lib/engines/resolve.ts";

/** The engines a test asked for, by name: `engines.pulumi.path`, `engines["kube-apiserver"].env`. */
export type Engines<Name extends EngineName> = Readonly<Record<Name, FoundEngine>>;

/** What `Deno.test` takes beside a name and a function. */
export type EngineTestOptions = Omit<Deno.TestDefinition, "name" | "fn" | "ignore" | "only">;

const lookups = new Map<EngineName, FoundEngine | EngineProblem>(
  await Promise.all(
    EngineName.options.map(async (name): Promise<[EngineName, FoundEngine | EngineProblem]> => {
      try {
        return [name, await resolveEngine(name)];
      } catch (error) {
        if (error instanceof EngineProblem) return [name, error];
        throw error;
      }
    }),
  ),
);

/**
 * Registers a test that drives real engines.
 *
 * Where one is missing the test is ignored and its name says why: `… (skipped: no pulumi: run deno
 * task setup)`. With `ENGINES=required` in the environment it fails instead, unless all that are
 * missing are optional.
 *
 * @param names One engine or several
 * @param name What the test shows
 * @param fn Gets the engines by name and Deno's test context
 * @param options Deno's test options, such as `sanitizeOps`
 */
export function engineTest<Name extends EngineName>(
  names: Name | readonly Name[],
  name: string,
  fn: (engines: Engines<Name>, t: Deno.TestContext) => void | Promise<void>,
  options: EngineTestOptions = {},
): void {
  const wanted = typeof names === "string" ? [names] : names as readonly Name[];
  const problems = wanted.map((engine) => lookups.get(engine)!).filter((result) =>
    result instanceof EngineProblem
  );
  if (problems.length === 0) {
    const engines = Object.fromEntries(wanted.map((engine) => [engine, lookups.get(engine)]));
    Deno.test({ ...options, name, fn: (t) => fn(engines as Engines<Name>, t) });
    return;
  }
  const required = problems.filter(({ engine }) => !CATALOG[engine].optional);
  if (required.length > 0 && Deno.env.get("ENGINES") === "required") {
    const message = required.map(({ message }) => message).join("\n");
    Deno.test({ ...options, name, fn: () => Promise.reject(new Error(message)) });
    return;
  }
  const missing = problems.map(({ engine }) => engine);
  const words = missing.some((engine) => CATALOG[engine].optional)
    ? ["setup", ...missing]
    : ["setup"];
  const reason = `skipped: no ${missing.join(", ")}: run deno task ${words.join(" ")}`;
  Deno.test({ ...options, name: `${name} (${reason})`, ignore: true, fn: () => {} });
}
