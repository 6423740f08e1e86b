import { policySize, SIZE_LIMITS } from "lib/iam/rules/size.ts";
import { Problem } from "lib/schema/problem.ts";

type Json = Record<string, unknown>;

/** A policy document with its statements in a list. */
export interface SplittablePolicy {
  /** The language's version. */
  readonly Version?: string;
  /** The document's own name. */
  readonly Id?: string;
  /** In order. */
  readonly Statement: unknown;
}

/**
 * Splits a policy into several that together say the same, each short enough.
 *
 * Statements are packed first-fit, longest first, and keep their order within a part; one that is too
 * long alone is split by its list of resources or actions, which changes nothing: a statement is about
 * each of them separately. A Sid is then numbered, so that it stays unique.
 *
 * @param policy With `Statement` as an object or a list
 * @param limit Characters without whitespace; default 6,144, those of a managed policy
 * @returns The policy itself, alone, when it is short enough
 * @throws {Problem} naming a statement that cannot be made short enough
 */
export function splitPolicyBySize<P extends SplittablePolicy>(
  policy: P,
  limit: number = SIZE_LIMITS.identity.characters,
): P[] {
  if (policySize(policy) <= limit) return [policy];
  const frame = policySize({ ...policy, Statement: [] });
  const room = limit - frame;
  const statements = ([policy.Statement].flat() as Json[]).flatMap((statement, index) =>
    splitStatement(statement, room, index)
  );
  // Each costs its own characters and a comma.
  const cost = statements.map((statement) => policySize(statement) + 1);
  const order = statements.map((_, index) => index).sort((a, b) => cost[b] - cost[a]);
  const parts: { room: number; members: number[] }[] = [];
  for (const index of order) {
    const part = parts.find((candidate) => candidate.room >= cost[index]);
    if (part) {
      part.members.push(index);
      part.room -= cost[index];
    } else parts.push({ room: room + 1 - cost[index], members: [index] });
  }
  return parts
    .map(({ members }) => members.sort((a, b) => a - b))
    .sort((a, b) => a[0] - b[0])
    .map((members) => ({ ...policy, Statement: members.map((index) => statements[index]) }));
}

function splitStatement(statement: Json, room: number, index: number): Json[] {
  if (policySize(statement) <= room) return [statement];
  const pieces = halve(statement, room, index);
  if (typeof statement.Sid !== "string" || pieces.length === 1) return pieces;
  return pieces.map((piece, at) => ({ ...piece, Sid: `${statement.Sid}${at + 1}` }));
}

function halve(statement: Json, room: number, index: number): Json[] {
  // A numbered Sid is a few digits longer.
  const slack = typeof statement.Sid === "string" ? 4 : 0;
  if (policySize(statement) + slack <= room) return [statement];
  const key = ["Resource", "Action"]
    .filter((name) => Array.isArray(statement[name]) && (statement[name] as unknown[]).length > 1)
    .sort((a, b) => policySize(statement[b]) - policySize(statement[a]))[0];
  if (key === undefined) {
    throw new Problem(
      `Statement ${statement.Sid ?? index} has ${
        policySize(statement)
      } characters and cannot be split below ${room}: shorten its condition or its names`,
    );
  }
  const list = statement[key] as unknown[];
  const middle = Math.ceil(list.length / 2);
  return [list.slice(0, middle), list.slice(middle)]
    .flatMap((half) => halve({ ...statement, [key]: half }, room, index));
}
