import type { EnvironmentSuffix } from "lib/schema/environment.ts";
import { Problems } from "lib/schema/problem.ts";
import type { Target } from "lib/secrets/sources.ts";
import type { Wanted } from "lib/secrets/sync/plan.ts";

/** Bytes of one write: Raft storage takes entries of 1 MiB. */
const LARGEST_BODY = 1024 * 1024 - 4096;
/**
 * Strings of one write, keys and values: OpenBao refuses more.
 *
 * @see https://openbao.org/docs/configuration/listener/tcp/#max_request_json_strings
 */
const MOST_STRINGS = 1000;

/**
 * Refuses what no server should be asked: before any request.
 *
 * @param serverOf Tells the servers of environments apart; default each has its own
 * @throws {Problems} naming files and paths, for a path that leaves its mount and two files for one path
 */
export function checkTargets(
  wanted: readonly Target[],
  serverOf: (environment: EnvironmentSuffix) => string = (environment) => environment,
): void {
  const problems: string[] = [];
  const sources = new Map<string, string>();
  for (const secret of wanted) {
    const { source } = secret;
    for (const name of [secret.mount, secret.path]) {
      if (!isSafePath(name)) {
        problems.push(
          `${source}: ${
            JSON.stringify(name)
          } is no place in Vault: use words of letters, digits, . _ - and single slashes`,
        );
      }
    }
    const place = `${serverOf(secret.environment)} ${secret.mount}/${secret.path}`;
    const other = sources.get(place);
    if (other !== undefined) {
      problems.push(
        `${source} and ${other} both say ${secret.mount}/${secret.path} of one Vault: remove one`,
      );
    }
    sources.set(place, source);
  }
  if (problems.length > 0) throw new Problems(problems);
}

/**
 * Refuses secrets that no server takes.
 *
 * @throws {Problems} naming files, for a secret that is too large
 */
export function checkSizes(wanted: readonly Wanted[]): void {
  const problems = wanted.flatMap((secret) =>
    tooLarge(secret).map((line) => `${secret.source}: ${line}`)
  );
  if (problems.length > 0) throw new Problems(problems);
}

/** Words with single slashes between them; no word is `.` or `..`. */
export function isSafePath(path: string): boolean {
  return path.length <= 512 &&
    path.split("/").every((word) => /^[A-Za-z0-9._-]+$/.test(word) && !/^\.+$/.test(word));
}

function tooLarge({ data }: Wanted): string[] {
  const body = { data, options: { cas: 0 } };
  const bytes = new TextEncoder().encode(JSON.stringify(body)).length;
  const strings = countStrings(body);
  return [
    ...(bytes > LARGEST_BODY
      ? [`is ${bytes} bytes in all, Vault takes ${LARGEST_BODY}: split it`]
      : []),
    ...(strings > MOST_STRINGS
      ? [
        `has ${strings - 3} keys and texts, OpenBao takes ${MOST_STRINGS - 3}: split it`,
      ]
      : []),
  ];
}

function countStrings(value: unknown): number {
  if (typeof value === "string") return 1;
  if (typeof value !== "object" || value === null) return 0;
  const own = Array.isArray(value) ? 0 : Object.keys(value).length;
  return Object.values(value).reduce((sum: number, item) => sum + countStrings(item), own);
}
