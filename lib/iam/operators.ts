/** What a condition operator compares. */
export type OperandType = "String" | "Numeric" | "Date" | "Bool" | "Binary" | "IpAddress" | "Arn";

interface OperatorFacts {
  readonly name: string;
  readonly operand: OperandType;
  readonly negated: boolean;
  /** Whether `*` and `?` in values are wildcards. */
  readonly wildcards: boolean;
  /** Whether policy variables are replaced in values. */
  readonly variables: boolean;
}

const row = (name: string, operand: OperandType): [string, OperatorFacts] => [
  name.toLowerCase(),
  {
    name,
    operand,
    negated: /Not/.test(name),
    wildcards: /Like$/.test(name) || operand === "Arn",
    variables: operand === "String" || operand === "Arn",
  },
];

const numeric = ["Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan"]
  .concat("GreaterThanEquals");

/**
 * The condition operators by lower-case name.
 *
 * @see {@link https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html}
 */
export const OPERATORS: ReadonlyMap<string, OperatorFacts> = new Map([
  row("StringEquals", "String"),
  row("StringNotEquals", "String"),
  row("StringEqualsIgnoreCase", "String"),
  row("StringNotEqualsIgnoreCase", "String"),
  row("StringLike", "String"),
  row("StringNotLike", "String"),
  ...numeric.map((suffix) => row(`Numeric${suffix}`, "Numeric")),
  ...numeric.map((suffix) => row(`Date${suffix}`, "Date")),
  row("Bool", "Bool"),
  row("Null", "Bool"),
  row("BinaryEquals", "Binary"),
  row("IpAddress", "IpAddress"),
  row("NotIpAddress", "IpAddress"),
  row("ArnEquals", "Arn"),
  row("ArnLike", "Arn"),
  row("ArnNotEquals", "Arn"),
  row("ArnNotLike", "Arn"),
]);

/** An operator taken apart: `ForAnyValue:StringLikeIfExists`. */
export interface Operator {
  /** As written. */
  readonly text: string;
  readonly qualifier?: "ForAllValues" | "ForAnyValue";
  /** The plain operator's facts; `undefined` for an unknown one. */
  readonly facts?: OperatorFacts;
  readonly ifExists: boolean;
}

/** Takes an operator apart, whatever its case. */
export function parseOperator(text: string): Operator {
  const [, prefix, rest] = /^(?:(forallvalues|foranyvalue):)?(.*)$/is.exec(text)!;
  const qualifier = prefix === undefined
    ? undefined
    : prefix.toLowerCase() === "forallvalues"
    ? "ForAllValues" as const
    : "ForAnyValue" as const;
  const ifExists = /ifexists$/i.test(rest);
  const base = ifExists ? rest.slice(0, -"IfExists".length) : rest;
  return { text, qualifier, facts: OPERATORS.get(base.toLowerCase()), ifExists };
}
