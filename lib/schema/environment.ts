import { z } from "zod";

/** The deployment environments, in the order in which a change is promoted through them. */
export const Environment = z.enum(["CI", "QA", "Production"]);
/** `CI`, `QA` or `Production`. */
export type Environment = z.infer<typeof Environment>;

/** An environment as it stands in names, paths and file names. */
export const EnvironmentSuffix = z.enum(["ci", "qa", "production"]);
/** `ci`, `qa` or `production`. */
export type EnvironmentSuffix = z.infer<typeof EnvironmentSuffix>;

/** `QA` → `qa`. */
export function environmentSuffix(environment: Environment): EnvironmentSuffix {
  return environment.toLowerCase() as EnvironmentSuffix;
}

/** The environment that a word names, whatever its case: `qa`, `QA` → `QA`. */
export function environmentNamed(word: string): Environment | undefined {
  return Environment.options.find((name) => name.toLowerCase() === word.toLowerCase());
}
