/** Damaged policies: real ones, with a few nodes or characters changed at random but repeatably. */
import { KNOWN_GOOD } from "tests/lib/iam/known_good.ts";

/** A generator of numbers from 0 to below 1 that depends on the seed alone (mulberry32). */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = state + 0x6D2B79F5 | 0;
    let mixed = Math.imul(state ^ state >>> 15, 1 | state);
    mixed = mixed + Math.imul(mixed ^ mixed >>> 7, 61 | mixed) ^ mixed;
    return ((mixed ^ mixed >>> 14) >>> 0) / 4294967296;
  };
}

const ODD_VALUES: readonly unknown[] = [
  null,
  true,
  -1.5,
  20121017,
  "",
  "*",
  "**",
  "a*b*c*d*e*f*g*h*i*j*k*l*m",
  "*?".repeat(200),
  "${",
  "${aws:username",
  "arn:aws:s3:::*",
  "arn:*:*:*:*:*",
  "arn:aws:iam::123456789012:role/*a*a*a*a*a*a*a*a*a*a*b",
  "s3:*a*a*a*a*a*a*a*a*b",
  "*:*",
  "s3:constructor",
  "__proto__",
  "\u0000\uD800",
  "x".repeat(5000),
  "2001:db8::/129",
  {},
  [],
  [[]],
  { StringLike: { "aws:PrincipalArn": "*" } },
  ["iam:*", "ec2:*", "s3:*"],
  Array.from({ length: 50 }, (_, at) => `arn:aws:s3:::bucket-${at}*/*${at}`),
];

const KEYS = ["Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal"]
  .concat("Effect", "Sid", "Condition", "Statement", "Version", "action", "__proto__", "Null");

/** Changes one node in place; the root is a fresh copy. */
function mutateNode(root: Record<string, unknown>, next: () => number): void {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(next() * items.length)];
  let node: Record<string, unknown> = root;
  for (;;) {
    const keys = Object.keys(node);
    const key = keys.length > 0 ? pick(keys) : pick(KEYS);
    const child = node[key];
    const isInner = typeof child === "object" && child !== null;
    if (isInner && next() < 0.75) {
      node = child as Record<string, unknown>;
      continue;
    }
    const kind = next();
    if (kind < 0.2) delete node[key];
    else if (kind < 0.6) node[key] = structuredClone(pick(ODD_VALUES));
    else if (kind < 0.75) node[pick(KEYS)] = structuredClone(child ?? pick(ODD_VALUES));
    else if (typeof child === "string" && child !== "") {
      const at = Math.floor(next() * child.length);
      node[key] = child.slice(0, at) + pick(["*", "?", ":", "$", "{", "/", "", "é"]) +
        child.slice(at + (next() < 0.5 ? 1 : 0));
    } else node[key] = [child, pick(ODD_VALUES)];
    return;
  }
}

/** One damaged policy a number: an object, or text of which some is no JSON any more. */
export function mutated(seed: number): unknown {
  const next = random(seed);
  const { statements } = KNOWN_GOOD[Math.floor(next() * KNOWN_GOOD.length)];
  const document = structuredClone({ Version: "2012-10-17", Statement: statements });
  const count = 1 + Math.floor(next() * 4);
  for (let at = 0; at < count; at++) mutateNode(document as Record<string, unknown>, next);
  if (next() < 0.7) return document;
  const text = JSON.stringify(document, undefined, next() < 0.5 ? 2 : 0);
  const at = Math.floor(next() * text.length);
  return text.slice(0, at) +
    ["", ",", "}", '"', "\\", "/*", "\uFEFF", "\u0001"][Math.floor(next() * 8)] +
    text.slice(at + (next() < 0.5 ? 1 : 0));
}
