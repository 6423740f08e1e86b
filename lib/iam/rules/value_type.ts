import { findKey } from "lib/iam/condition_keys.ts";
import { parseIpRange } from "lib/iam/ip.ts";
import type { OperandType } from "lib/iam/operators.ts";
import type { Condition, Entry } from "lib/iam/policy.ts";
import type { Report, Rule } from "lib/iam/rule.ts";

/** Operators and values against the type of the condition key. */
export const valueType: Rule = {
  ids: [
    "MISMATCHED_TYPE",
    "MISMATCHED_TYPE_BUT_USABLE",
    "MISMATCHED_TYPE_OPERATION_TO_NULL",
    "INVALID_DATE_VALUE",
    "INVALID_CONDITION_MULTIPLE_BOOLEAN",
  ],
  statement(statement, _policy, report) {
    for (const condition of statement.conditions) {
      checkValues(condition, report);
      checkOperator(condition, report);
    }
  },
};

/** The operand type of a documented key type: `ArrayOfARN` → `Arn`. */
function operandOf(type: string): OperandType {
  switch (type.replace(/^ArrayOf/, "")) {
    case "ARN":
      return "Arn";
    case "Bool":
    case "Boolean":
      return "Bool";
    case "Date":
      return "Date";
    case "Numeric":
      return "Numeric";
    case "IPAddress":
      return "IpAddress";
    case "Binary":
      return "Binary";
    default:
      return "String";
  }
}

const DATE = /^\d{4}(-\d{2}(-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?)?)?$/i;
const hasVariable = (text: string) => text.includes("${");

/** Whether a text can be a value of a type; wildcards and variables stand for anything. */
export function isValueOf(type: OperandType, text: string): boolean {
  if (type === "String" || type === "Binary" && /^[A-Za-z0-9+/]*={0,2}$/.test(text)) return true;
  if (hasVariable(text)) return true;
  switch (type) {
    case "Numeric":
      return /^[+-]?\d+(\.\d+)?$/.test(text);
    case "Date":
      return isEpoch(text) || DATE.test(text) && !Number.isNaN(Date.parse(text));
    case "Bool":
      return /^(true|false)$/i.test(text);
    case "IpAddress":
      return parseIpRange(text) !== undefined;
    case "Arn":
      return /^\*+$/.test(text) || /^arn:([^:]*:){4}./s.test(text) || /^arn:.*\*$/s.test(text);
    default:
      return false;
  }
}

const isEpoch = (text: string) => /^\d{5,}(\.\d+)?$/.test(text);

const CODES: Partial<Record<OperandType, string>> = {
  Date: "TYPE_MISMATCH_DATE",
  Numeric: "TYPE_MISMATCH_NUMBER",
  IpAddress: "TYPE_MISMATCH_IP_RANGE",
};

/** What each type's values look like, for the message. */
const EXAMPLES: Record<OperandType, string> = {
  String: "a string",
  Binary: "Base64",
  Numeric: "a number",
  Date: "a date such as 2026-01-31T00:00:00Z",
  Bool: "true or false",
  IpAddress: "an address or range such as 203.0.113.0/24",
  Arn: "an ARN",
};

function checkValues(condition: Condition, report: Report): void {
  const { operator: { facts }, key, name, values, path } = condition;
  const keyType = findKey(name)?.type;
  if (facts?.operand === "Bool") {
    const wrong = values.find(({ text }) => !isValueOf("Bool", text));
    if (wrong) {
      report({
        id: "MISMATCHED_TYPE_OPERATION_TO_NULL",
        code: "TYPE_MISMATCH_BOOLEAN",
        path: wrong.path,
        detail:
          `${facts.name} compares ${key} with "${wrong.text}", which is neither true nor false`,
      });
    } else if (new Set(values.map(({ text }) => text.toLowerCase())).size > 1) {
      report({
        id: "INVALID_CONDITION_MULTIPLE_BOOLEAN",
        path,
        detail: `${facts.name} compares ${key} with both true and false: it always holds`,
      });
    }
    return;
  }
  const native = values.find((value) => value.native);
  if (native && facts?.operand === "String") {
    report({
      id: "MISMATCHED_TYPE",
      code: "TYPE_MISMATCH_STRING",
      path: native.path,
      severity: "LOW",
      detail: `${facts.name} compares ${key} with ${native.text}, which is no string`,
      remedy: "Put it in quotes",
    });
  }
  const wanted = new Set<OperandType>(facts ? [facts.operand] : []);
  if (keyType !== undefined) wanted.add(operandOf(keyType));
  if (name === "aws:epochtime" || wanted.has("Date") && wanted.has("Numeric")) {
    wanted.delete("Numeric");
    wanted.add("Date");
  }
  for (const value of values) {
    const type = [...wanted].find((candidate) => !fits(candidate, value, facts?.wildcards ?? true));
    if (type !== undefined) {
      report({
        id: "MISMATCHED_TYPE",
        code: CODES[type] ?? "TYPE_MISMATCH",
        path: value.path,
        detail: `${key} is compared with "${value.text}", which is not ${EXAMPLES[type]}`,
      });
      return;
    }
    if (facts?.operand === "Date" && isEpoch(value.text)) {
      report({
        id: "INVALID_DATE_VALUE",
        path: value.path,
        detail:
          `${key} is compared with "${value.text}", seconds since 1970: not every reader sees a date`,
      });
    }
  }
}

const fits = (type: OperandType, { text }: Entry, wildcards: boolean) =>
  isValueOf(type, text) || wildcards && type === "Arn" && /^[*?]/.test(text);

function checkOperator(condition: Condition, report: Report): void {
  const { operator: { facts }, key, name, values, path } = condition;
  const known = findKey(name);
  if (facts === undefined || known === undefined || facts.name === "Null") return;
  const type = operandOf(known.type);
  if (facts.operand === type) return;
  if (facts.operand === "Bool" && values.some(({ text }) => !isValueOf("Bool", text))) return;
  if (facts.operand === "Numeric" && type === "Date") return;
  if (values.some(({ text }) => !isValueOf(type, text) || !isValueOf(facts.operand, text))) return;
  if (facts.operand === "String" && type === "Arn") {
    report({
      id: "MISMATCHED_TYPE_BUT_USABLE",
      code: "STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS",
      path,
      detail: `${key} is an ARN, which ${facts.name} compares as plain text`,
    });
    return;
  }
  // A key documented as a string often holds an ARN, as kms:EncryptionContext:aws:logs:arn does.
  const isUsable = type === "String" && facts.operand === "Arn" || name.includes("tag/");
  report({
    id: "MISMATCHED_TYPE",
    code: "TYPE_MISMATCH",
    path,
    severity: isUsable ? "LOW" : undefined,
    detail: `${key} is ${EXAMPLES[type]}, which ${facts.name} does not compare`,
  });
}
