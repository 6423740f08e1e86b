import { expandAction, type KnownAction } from "lib/iam/actions.ts";
import { splitArn } from "lib/iam/arn.ts";
import type { Statement } from "lib/iam/policy.ts";
import { canBe, isStar, type TakenType, typesOf } from "lib/iam/resources.ts";
import type { Report, Rule } from "lib/iam/rule.ts";

/**
 * Allowed actions whose statement names no resource that they take: they are not allowed after all.
 *
 * An action that takes several types is fine with any of them; that a type which AWS documents as
 * required is missing is mentioned mildly, as it often is meant. So is what a wildcard takes in.
 */
export const resourceMismatch: Rule = {
  ids: ["RESOURCE_MISMATCH"],
  statement(statement, _policy, report) {
    if (statement.effect !== "Allow" || statement.resources.length === 0) return;
    const resources = statement.resources.map(({ text }) => text);
    if (resources.some(isStar)) return;
    if (resources.every((resource) => splitArn(resource)?.prefix !== "arn")) return;
    for (const { text, path } of statement.actions) {
      const expansion = expandAction(text);
      if (expansion.kind !== "actions" || expansion.actions.length === 0) continue;
      const verdicts = expansion.actions.map((action) => judge(action, resources));
      const none = verdicts.filter(({ matched }) => matched === "none");
      if (expansion.actions.length === 1) {
        one(verdicts[0], { path, text, statement }, report);
      } else if (none.length > 0) {
        const names = none.map(({ action }) => action.name);
        report({
          id: "RESOURCE_MISMATCH",
          code: whyNot(none[0].types, resources),
          path,
          severity: none.length === verdicts.length ? "MEDIUM" : "LOW",
          detail: `${
            none.length === verdicts.length ? "None" : `${none.length} of ${verdicts.length}`
          } of the actions of "${text}" ${
            none.length === verdicts.length ? "takes" : "take none of"
          } the statement's resources: ${list(names)}`,
          actions: [text],
          resources,
        });
      }
    }
  },
};

interface Verdict {
  readonly action: KnownAction;
  readonly types: readonly TakenType[];
  readonly matched: "none" | "some" | "all";
  readonly missing: readonly TakenType[];
}

function judge(action: KnownAction, resources: readonly string[]): Verdict {
  const types = typesOf(action);
  if (types.length === 0) {
    // What lists all buckets is asked of arn:aws:s3:::*, too.
    const isWhole = action.prefix === "s3" &&
      resources.some((text) => /^arn:[^:]*:s3:::\*$/.test(text));
    return { action, types, matched: isWhole ? "all" : "none", missing: [] };
  }
  const isMatched = (type: TakenType) => resources.some((resource) => canBe(resource, type));
  const missing = types.filter((type) => type.required && !isMatched(type));
  const matched = missing.length === 0 && types.some(isMatched)
    ? "all"
    : types.some(isMatched)
    ? "some"
    : "none";
  return { action, types, matched, missing };
}

function one(
  { action, types, matched, missing }: Verdict,
  { path, text, statement }: {
    path: readonly (string | number)[];
    text: string;
    statement: Statement;
  },
  report: Report,
): void {
  if (matched === "all") return;
  const resources = statement.resources.map((entry) => entry.text);
  const formats = (some: readonly TakenType[]) => list(some.map(({ documented }) => documented));
  report({
    id: "RESOURCE_MISMATCH",
    code: matched === "none" ? whyNot(types, resources) : undefined,
    path,
    severity: matched === "none" ? "MEDIUM" : "LOW",
    detail: matched === "some"
      ? `${action.name} also works on ${formats(missing)}, of which the statement names none`
      : types.length === 0
      ? `${action.name} can only be allowed on "*"`
      : `${action.name} takes ${formats(types)}: the statement names none`,
    remedy: types.length === 0 ? 'Move it to a statement with "Resource": "*"' : undefined,
    actions: [text],
    resources,
  });
}

const list = (names: readonly string[]) =>
  names.length > 4
    ? `${names.slice(0, 4).join(", ")} and ${names.length - 4} more`
    : names.join(", ");

/** Access Analyzer's word for the first resource of the action's own service. */
function whyNot(types: readonly TakenType[], resources: readonly string[]): string | undefined {
  for (const resource of resources) {
    const arn = splitArn(resource);
    if (arn === undefined) continue;
    for (const type of types) {
      const format = splitArn(type.documented);
      if (format === undefined || format.service !== arn.service) continue;
      const fixed = (region: string, account: string) =>
        canBe(`arn:${arn.partition}:${arn.service}:${region}:${account}:${arn.resource}`, type);
      if (!fixed(format.region && "*", format.account && "*")) continue;
      if (format.region === "" && arn.region !== "") return "ARN_REGION_NOT_ALLOWED";
      if (format.account === "" && arn.account !== "") return "ARN_ACCOUNT_NOT_ALLOWED";
      if (format.region !== "" && arn.region === "") return "MISSING_ARN_REGION";
      if (format.account !== "" && arn.account === "") return "MISSING_ARN_ACCOUNT";
    }
    if (types.some((type) => splitArn(type.documented)?.service === arn.service)) {
      return "INVALID_ARN_RESOURCE";
    }
  }
  return undefined;
}
