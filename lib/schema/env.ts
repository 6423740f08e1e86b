/** Reads an environment variable; empty counts as unset. */
export type Env = (name: string) => string | undefined;

/** The process's own variables. */
export const processEnv: Env = (name) => Deno.env.get(name) || undefined;
