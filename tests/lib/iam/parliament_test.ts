/** Parliament's own verdicts on 376 policies, and what became of those that are disputed. */
import assert from "node:assert/strict";
import { PARLIAMENT_IDS } from "lib/iam/catalogue.ts";
import { findIamIssues, type PolicyType } from "lib/iam/mod.ts";

interface Case {
  readonly name: string;
  readonly type: PolicyType;
  /** `null` where the text was no JSON, which is lost. */
  readonly policy: unknown;
  readonly parliament: readonly string[] | null;
  readonly parity: boolean;
  readonly disputed: readonly string[];
}

const cases: Case[] = (await Deno.readTextFile(new URL("data/parliament.jsonl", import.meta.url)))
  .trim().split("\n").map((line) => JSON.parse(line));

/** What stands for the lost texts, by how the case was made. */
const TEXTS: Record<string, string> = {
  json_bom: '\uFEFF{"Version":"2012-10-17","Statement":[]}',
  json_dup_key: '{"Version":"2012-10-17","Version":"2012-10-17","Statement":[]}',
  json_truncated: '{"Version":"2012-10-17","Statement":[',
  json_single_quotes: "{'Version':'2012-10-17','Statement':[]}",
  json_comment: '{"Version":"2012-10-17", // comment\n"Statement":[]}',
  json_trailing_comma: '{"Version":"2012-10-17","Statement":[],}',
};

const idsOf = ({ name, policy, type }: Case) => {
  const document = policy ?? TEXTS[name.split("/")[1]];
  return new Set(findIamIssues(document, { type }).findings.map(({ id }) => id));
};

Deno.test("every Parliament id of an undisputed case is found", () => {
  const missed = cases.filter(({ parity }) => parity).flatMap((one) => {
    const ids = idsOf(one);
    return one.parliament!.filter((id) => !ids.has(id)).map((id) => `${one.name}: ${id}`);
  });
  assert.deepEqual(missed, []);
});

/** The reason of a dispute → ids that have to be found, and (with `!`) that must not. */
const RULINGS: readonly (readonly [reason: RegExp, ...ids: string[]])[] = [
  [/^FN: not in Parliament list/, "CREDENTIALS_EXPOSURE"],
  [/^FN: aws partition written out/, "RESOURCE_EFFECTIVELY_STAR"],
  [/^FN: action is gone/, "UNKNOWN_ACTION|UNKNOWN_PREFIX"],
  [/^FN: Principal in identity policy/, "UNSUPPORTED_PRINCIPAL"],
  [/^FN: AWS needs strict JSON/, "MALFORMED_JSON"],
  [/^FN: EMPTY_ARRAY_CONDITION$/, "EMPTY_ARRAY_CONDITION"],
  [/^FN: empty Resource/, "EMPTY_ARRAY_RESOURCE"],
  [/^FN: operator type unchecked/, "MISMATCHED_TYPE_BUT_USABLE|MISMATCHED_TYPE"],
  [/^FN: arn:\*:\*:\*:\*:\* is a star/, "!RESOURCE_MISMATCH"],
  [/^FN: EMPTY_OBJECT_CONDITION/, "EMPTY_OBJECT_CONDITION"],
  [/^FN: WILDCARD_WITHOUT_LIKE_OPERATOR/, "WILDCARD_WITHOUT_LIKE_OPERATOR"],
  [/^FN: EMPTY_SID_VALUE/, "EMPTY_SID_VALUE"],
  [/^FN: PRIVATE_IP_ADDRESS/, "PRIVATE_IP_ADDRESS"],
  [/^FN: native false missed|^FN: Null branch/, "BAD_PATTERN_FOR_MFA"],
  [/^FN: auditor regex|^FN: condition keys are case/, "SINGLE_VALUE_CONDITION_TOO_PERMISSIVE"],
  [/^FN: escalation path/, "PRIVILEGE_ESCALATION"],
  [/^FN: partial wildcard in Principal/, "UNKNOWN_PRINCIPAL"],
  [/^FN: Service principals unchecked/, "INVALID_SERVICE_PRINCIPAL_FORMAT"],
  [/^FN: 999/, "MISMATCHED_TYPE"],
  [/^FN: MISSING_QUALIFIER/, "MISSING_QUALIFIER"],
  [/^FN: MISSING_TAG_KEY/, "MISSING_TAG_KEY_IN_CONDITION"],
  [/^FN: NullIfExists/, "NULL_WITH_IF_EXISTS"],
  [/^FP ([A-Z_]+)/, "!$1"],
  [/^NotAction list treated/, "!RESOURCE_STAR", "!RESOURCE_MISMATCH"],
  [/^NotResource list treated/, "!RESOURCE_STAR"],
  [/^key policies must use/, "!RESOURCE_STAR"],
  [/^CanonicalUser is a valid/, "!UNKNOWN_PRINCIPAL"],
  [/^oidc-provider ARN/, "!UNKNOWN_FEDERATION_SOURCE"],
  [/^parliament crashed/, "!EXCEPTION"],
  [/^Action \* gives no core/, "PERMISSIONS_MANAGEMENT_ACTIONS"],
];

/** Reasons that say that the verdict means nothing, not what would be right. */
const NO_RULING = /^trust policy: MALFORMED may|^ol-parliament lost RESOURCE/;

/** A crash on an unreadable action is a finding here; on what is fine by AWS, nothing. */
const isRightlyUnreadable = ({ name }: Case, id: string) =>
  id === "EXCEPTION" && /action_(dot_separator|extra_colon)/.test(name);

Deno.test("the stated reason decides each disputed case", () => {
  const wrong: string[] = [];
  const tally = new Map<string, number>();
  for (const one of cases.filter(({ disputed }) => disputed.length > 0)) {
    const ids = idsOf(one);
    for (const reason of one.disputed) {
      if (NO_RULING.test(reason)) {
        tally.set("no ruling", (tally.get("no ruling") ?? 0) + 1);
        continue;
      }
      const ruling = RULINGS.find(([pattern]) => pattern.test(reason));
      assert(ruling, reason);
      for (const wanted of ruling.slice(1) as string[]) {
        const id = wanted.replace("$1", ruling[0].exec(reason)![1]);
        const isWrong = id.startsWith("!")
          ? ids.has(id.slice(1)) && !isRightlyUnreadable(one, id.slice(1))
          : !id.split("|").some((name) => ids.has(name));
        if (isWrong) wrong.push(`${one.name}: ${reason}: ${id}: ${[...ids]}`);
      }
      const kind = reason.startsWith("FP") || ruling[1].startsWith("!") ? "not found" : "found";
      tally.set(kind, (tally.get(kind) ?? 0) + 1);
    }
  }
  assert.deepEqual(wrong, []);
  assert.deepEqual(Object.fromEntries([...tally].sort()), TALLY);
});

/** How many reasons ended which way. */
const TALLY = { "found": 72, "no ruling": 38, "not found": 89 };

Deno.test("all 30 of Parliament's ids are in the catalogue", () => {
  assert.equal(PARLIAMENT_IDS.length, 30);
});
