import { CATALOGUE } from "lib/iam/catalogue.ts";
import { type Finding, formatJsonPath } from "lib/iam/finding.ts";
import { matchesIgnoringCase } from "lib/iam/glob.ts";
import { nearestName } from "lib/iam/nearest_name.ts";
import { didYouMean } from "lib/schema/nearest.ts";
import { isObject } from "lib/iam/policy.ts";

/**
 * A finding that is meant to be: what, where, why and until when.
 *
 * `action`, `resource` and `sid` narrow it and may have wildcards; a finding about several actions or
 * resources is gone only when all of them are suppressed.
 */
export interface Suppression {
  /** The finding's id, or its Access Analyzer code. */
  readonly id: string;
  /** Narrows it to an action; may have wildcards. */
  readonly action?: string;
  /** Narrows it to a resource; may have wildcards. */
  readonly resource?: string;
  /** Narrows it to a statement; may have wildcards. */
  readonly sid?: string;
  /** Why the finding is meant to be. */
  readonly reason: string;
  /** The last day on which it holds, `YYYY-MM-DD` in UTC. */
  readonly expires: string;
}

const KEYS = ["id", "action", "resource", "sid", "reason", "expires"];

/** What is wrong with something that shall be a suppression, but for its reason. */
function faultsOf(item: unknown): string[] {
  if (!isObject(item)) return ["expected an object"];
  const isDate = (text: unknown) =>
    typeof text === "string" && /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));
  return [
    ...Object.keys(item).filter((key) => !KEYS.includes(key))
      .map((key) => `${key}: unknown key${didYouMean(key, KEYS)}`),
    ...typeof item.id === "string" ? [] : ["id: expected the id of a finding"],
    ...["action", "resource", "sid"]
      .filter((key) => item[key] !== undefined && typeof item[key] !== "string")
      .map((key) => `${key}: expected a string`),
    ...isDate(item.expires) ? [] : ["expires: expected a date, YYYY-MM-DD"],
  ];
}

/** Findings that are left, those that were suppressed, and what is wrong with the suppressions. */
export interface Suppressed {
  readonly findings: readonly Finding[];
  readonly suppressed: readonly Finding[];
}

const MAX_PAIRS = 10_000;

function covers(suppression: Suppression, finding: Finding): boolean {
  return (suppression.id === finding.id || suppression.id === finding.code) &&
    (suppression.sid === undefined ||
      finding.sid !== undefined && matchesIgnoringCase(suppression.sid, finding.sid));
}

function coversPair(suppression: Suppression, action?: string, resource?: string): boolean {
  return (suppression.action === undefined ||
    action !== undefined && matchesIgnoringCase(suppression.action, action)) &&
    (suppression.resource === undefined ||
      resource !== undefined && matchesIgnoringCase(suppression.resource, resource));
}

/** The suppressions that together take a finding away; empty when they do not. */
function takenBy(finding: Finding, suppressions: readonly Suppression[]): Set<Suppression> {
  const used = new Set<Suppression>();
  const candidates = suppressions.filter((suppression) => covers(suppression, finding));
  if (candidates.length === 0) return used;
  const actions = finding.actions?.length ? finding.actions : [undefined];
  const resources = finding.resources?.length ? finding.resources : [undefined];
  if (actions.length * resources.length > MAX_PAIRS) {
    const whole = candidates.find(({ action, resource }) => !action && !resource);
    return new Set(whole ? [whole] : []);
  }
  for (const action of actions) {
    for (const resource of resources) {
      const by = candidates.find((suppression) => coversPair(suppression, action, resource));
      if (by === undefined) return new Set();
      used.add(by);
    }
  }
  return used;
}

function fault(id: string, index: number, detail: string, near?: string): Finding {
  const { severity, title, remedy } = CATALOGUE[id];
  return {
    id,
    severity,
    path: formatJsonPath(["ignore", index]),
    title,
    detail,
    remedy,
    ...(near ? { nearest: near } : {}),
  };
}

/** Every id and Access Analyzer code that can be suppressed. */
export function isKnownId(id: string, codes: ReadonlySet<string>): boolean {
  return (Object.hasOwn(CATALOGUE, id) && !id.startsWith("SUPPRESSION_")) || codes.has(id);
}

/**
 * Takes the suppressed findings away; unknown, expired, unused, reason-less and malformed suppressions
 * are findings themselves, which nothing suppresses.
 *
 * @param today `YYYY-MM-DD`
 * @param codes Access Analyzer's codes that stand for a Parliament id
 */
export function suppress(
  findings: readonly Finding[],
  ignore: readonly unknown[],
  today: string,
  codes: ReadonlySet<string>,
): Suppressed {
  const faults: Finding[] = [];
  const valid = new Map<Suppression, number>();
  ignore.forEach((item, index) => {
    const given = item as { id?: unknown; reason?: unknown } | null;
    const name = typeof given?.id === "string" ? given.id : "?";
    const hasReason = typeof given?.reason === "string" && given.reason.trim() !== "";
    if (!hasReason && typeof given?.id === "string") {
      faults.push(
        fault("SUPPRESSION_WITHOUT_REASON", index, `The suppression of ${name} says no reason`),
      );
    }
    const wrong = faultsOf(item);
    if (wrong.length > 0) {
      const detail = `The suppression of ${name} is malformed: ${wrong.join(", ")}`;
      faults.push(fault("SUPPRESSION_MALFORMED", index, detail));
      return;
    }
    const suppression = item as Suppression;
    if (!isKnownId(name, codes)) {
      const near = nearestName(name, [...Object.keys(CATALOGUE), ...codes]);
      faults.push(
        fault(
          "SUPPRESSION_UNKNOWN",
          index,
          `No finding has the id "${name}"${near ? `: did you mean "${near}"?` : ""}`,
          near,
        ),
      );
    } else if (suppression.expires < today) {
      faults.push(
        fault(
          "SUPPRESSION_EXPIRED",
          index,
          `The suppression of ${name} expired on ${suppression.expires}`,
        ),
      );
    } else if (hasReason) valid.set(suppression, index);
  });

  const used = new Set<Suppression>();
  const left: Finding[] = [];
  const suppressed: Finding[] = [];
  const list = [...valid.keys()];
  for (const finding of findings) {
    const by = takenBy(finding, list);
    by.forEach((suppression) => used.add(suppression));
    (by.size > 0 ? suppressed : left).push(finding);
  }
  for (const [suppression, index] of valid) {
    if (used.has(suppression)) continue;
    faults.push(
      fault(
        "SUPPRESSION_UNUSED",
        index,
        `The suppression of ${suppression.id} matches no finding`,
      ),
    );
  }
  return { findings: [...left, ...faults], suppressed };
}
