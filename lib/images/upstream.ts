/** How the pinned releases stand against their upstreams. @module */
import { formatTable } from "lib/cli/table.ts";
import { type Release, RELEASES } from "lib/versions.ts";

/** Where each release comes out. */
const REPOSITORIES: Readonly<Record<keyof typeof RELEASES, string>> = {
  vault: "hashicorp/vault",
  consul: "hashicorp/consul",
  consulTemplate: "hashicorp/consul-template",
  nomad: "hashicorp/nomad",
  concourse: "concourse/concourse",
  alloy: "grafana/alloy",
  traefik: "traefik/traefik",
  vector: "vectordotdev/vector",
};

/** How one pin stands. */
export interface PinnedVersion {
  readonly name: string;
  readonly pinned: string;
  /** Days since it came out, or was pinned. */
  readonly ageDays: number;
  /** The latest release; absent where upstream could not be asked. */
  readonly latest?: string;
  readonly state: "current" | "behind" | "unknown";
}

/**
 * Compares every pinned release with the latest.
 *
 * @param options `now`: for the ages; `latest`: asks for a repository's latest tag, and is left out
 * offline
 */
export async function checkVersions(
  options: { now: Date; latest?: (repository: string) => Promise<string | undefined> },
): Promise<PinnedVersion[]> {
  const rows = Object.entries(RELEASES) as [keyof typeof RELEASES, Release][];
  return await Promise.all(rows.map(async ([name, { version, published }]) => {
    const tag = await options.latest?.(REPOSITORIES[name]);
    const latest = tag?.replace(/^v/, "");
    const ageDays = Math.floor((options.now.getTime() - Date.parse(published)) / 86_400_000);
    const state = latest === undefined
      ? "unknown"
      : compareVersions(version, latest) < 0
      ? "behind"
      : "current";
    return { name, pinned: version, ageDays, ...(latest === undefined ? {} : { latest }), state };
  }));
}

/** Compares dotted versions number by number; a pre-release comes before its release. */
export function compareVersions(a: string, b: string): number {
  const parts = (version: string) => {
    const [numbers, suffix = ""] = version.split(/[-+]/, 2);
    return { numbers: numbers.split(".").map(Number), suffix };
  };
  const [left, right] = [parts(a), parts(b)];
  for (let i = 0; i < Math.max(left.numbers.length, right.numbers.length); i++) {
    const difference = (left.numbers[i] ?? 0) - (right.numbers[i] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  if (left.suffix === right.suffix) return 0;
  if (left.suffix === "" || right.suffix === "") return left.suffix === "" ? 1 : -1;
  return left.suffix < right.suffix ? -1 : 1;
}

/** The rows as a table. */
export const formatVersions = (rows: readonly PinnedVersion[]): string =>
  formatTable([
    ["Release", "Pinned", "Latest", "State", "Age"],
    ...rows.map(({ name, pinned, latest, state, ageDays }) => [
      name,
      pinned,
      latest ?? "?",
      state,
      `${ageDays} days`,
    ]),
  ]);
