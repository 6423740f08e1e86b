import { z } from "zod";
import { parseWith } from "lib/schema/parse.ts";
import { parseYaml } from "lib/schema/yaml.ts";
import type { ScanFinding } from "lib/secrets/scan/finding.ts";

/** Where the allow-list is. */
export const ALLOW_LIST = "secrets/.allow.yaml";

/** Something that looks like a secret and is none, or is one on purpose. */
const Allowance = z.strictObject({
  /** A path relative to the root; `*` stands for any part of one folder or file name. */
  path: z.string().min(1),
  /** What may be allowed at all: nothing that is wrong about the files under secrets/. */
  rule: z.enum(["known-token", "high-entropy", "keystore", "symlink"]),
  /** How many findings it covers; without it any number. */
  count: z.int().min(1).optional(),
  /** Why it is no secret, in a sentence. */
  reason: z.string().min(10, "must say why in a sentence"),
});
/** One entry of the allow-list. */
export type Allowance = z.infer<typeof Allowance>;

/**
 * Reads the allow-list.
 *
 * @throws {Problems} naming entry and key
 */
export function parseAllowList(text: string): Allowance[] {
  return parseWith(z.array(Allowance), parseYaml(text, ALLOW_LIST) ?? [], ALLOW_LIST);
}

/**
 * Takes out the findings that are allowed.
 *
 * @param isWhole Whether everything was looked at: entries that covered nothing are then findings
 */
export function applyAllowList(
  findings: readonly ScanFinding[],
  allowed: readonly Allowance[],
  isWhole: boolean,
): ScanFinding[] {
  const covered = allowed.map(() => 0);
  const rest = findings.filter((finding) => {
    const index = allowed.findIndex((entry, at) =>
      entry.rule === finding.rule && glob(entry.path).test(finding.path) &&
      covered[at] < (entry.count ?? Infinity)
    );
    if (index >= 0) covered[index]++;
    return index < 0;
  });
  if (!isWhole) return rest;
  const unused = allowed.flatMap(({ path, rule, count }, index): ScanFinding[] => {
    const expected = count ?? Math.max(1, covered[index]);
    if (covered[index] >= expected) return [];
    const message = `${path}: allows ${expected} × ${rule}, and there is ${
      covered[index] || "none"
    }: take it back`;
    return [{ rule: "allow-list", path: ALLOW_LIST, message }];
  });
  return [...rest, ...unused];
}

function glob(pattern: string): RegExp {
  const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join("[^/]*")}$`);
}
