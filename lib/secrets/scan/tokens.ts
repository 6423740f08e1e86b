/**
 * Secrets in plain text, anywhere: secretlint's recommended rules, formats of ours, and texts as random
 * as keys.
 *
 * @see {@link https://github.com/secretlint/secretlint}
 * @module
 */
import { lintSource } from "@secretlint/core";
import { creator } from "@secretlint/secretlint-rule-preset-recommend";
import type { ScanFinding } from "lib/secrets/scan/finding.ts";
import { HARMLESS, knownFormats } from "lib/secrets/scan/formats.ts";
import { isSecretName, nameBefore } from "lib/secrets/scan/names.ts";

/** Quoted texts, and what follows `:` or `=`, of the alphabets that keys are written in. */
const CANDIDATE =
  /["'`]([A-Za-z0-9+/=_.~-]{20,})["'`]|(?<![:=])(?:[:=]\s*)([A-Za-z0-9+/=_.~-]{24,})(?=\s|$|[,;)\]}])/gm;

/** Longer than this, it is data: it has to be called a secret. */
const LONGEST_KEY = 200;

/** `-----BEGIN` in base64, as in a kubeconfig, and what follows on its line. */
const ENCODED_OPENING = "LS0tLS1CRUdJTi";
const ENCODED_PEM = new RegExp(`${ENCODED_OPENING}[A-Za-z0-9+/]{26,}`, "g");

const UUID = /\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/gi;

const HEXADECIMAL = /^[0-9a-f]+$/i;
const SPEAKS_OF_SECRETS = /secret|token|passw|credential|private|api_?key|auth/i;

/**
 * Looks for secrets in a text.
 *
 * @param path Relative to the root; its ending says what it is
 * @param text The file
 * @returns Findings with lines; the texts themselves are in none
 */
export async function scanText(path: string, text: string): Promise<ScanFinding[]> {
  const blank = (part: string) => part.replace(/[^\n]/g, " ");
  const plain = HARMLESS.reduce((rest, pattern) => rest.replace(pattern, blank), text);
  const starts = lineStarts(plain);
  const found = new Map<number, ScanFinding>();
  const add = (rule: ScanFinding["rule"], index: number, what: string) => {
    const line = lineAt(starts, index);
    if (found.has(line)) return;
    const message = `holds ${what}: take it out and revoke it, or allow it with a reason`;
    found.set(line, { rule, path, line, message });
  };
  for (const [index, what] of knownFormats(plain)) add("known-token", index, what);
  for (const { range: [index], messageId } of await secretlint(path, plain)) {
    add("known-token", index, `what secretlint knows as ${messageId}`);
  }
  for (const { index, 0: pem } of plain.matchAll(ENCODED_PEM)) {
    const decoded = atob(pem.slice(0, pem.length - pem.length % 4));
    if (decoded.includes("PRIVATE KEY-----")) add("known-token", index, "a private key in base64");
  }
  for (const match of plain.matchAll(CANDIDATE)) {
    const candidate = match[1] ?? match[2];
    if (candidate.startsWith(ENCODED_OPENING)) continue;
    const name = nameBefore(plain, match.index);
    if (candidate.length > LONGEST_KEY && !isSecretName(name)) continue;
    // Digests are written in hexadecimal too: there, name or line have to speak of a secret.
    if (
      HEXADECIMAL.test(candidate) && !isSecretName(name) &&
      !SPEAKS_OF_SECRETS.test(lineOf(plain, match.index))
    ) continue;
    if (isRandom(candidate)) add("high-entropy", match.index, "a text as random as a key");
  }
  for (const { index, 0: uuid } of plain.matchAll(UUID)) {
    if (isSecretName(nameBefore(plain, index)) && isRandom(uuid.replaceAll("-", ""))) {
      add("high-entropy", index, "a UUID under the name of a secret");
    }
  }
  return [...found.values()].sort((a, b) => a.line! - b.line!);
}

async function secretlint(path: string, content: string) {
  const ext = /\.[^./]+$/.exec(path)?.[0] ?? "";
  const { messages } = await lintSource({
    source: { content, filePath: path, ext, contentType: "text" },
    options: { config: { rules: [{ id: "preset", rule: creator }] }, noPhysicFilePath: true },
  });
  return messages;
}

/**
 * Whether a text has as much entropy for its length as a generated key. Words, paths and names in camel
 * case do not.
 */
export function isRandom(text: string): boolean {
  const bits = entropy(text);
  if (HEXADECIMAL.test(text)) return text.length >= 32 && /\d/.test(text) && bits >= 3.3;
  if (/[./~]/.test(text) && !/\d.*\d/.test(text)) return false;
  const mixed = /[a-z]/.test(text) && /[A-Z]/.test(text) && (text.match(/\d/g)?.length ?? 0) >= 2;
  // Words have few changes between kinds of letters; random text changes at every second place.
  const changes = text.match(/[a-z](?=[A-Z0-9])|[A-Z](?=[a-z0-9])|\d(?=[A-Za-z])/g)?.length ?? 0;
  return mixed && changes >= text.length / 3 &&
    bits >= Math.min(4.5, Math.log2(text.length) * 0.85);
}

/** Shannon's, in bits for each character. */
function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const letter of text) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  return [...counts.values()].map((n) => n / text.length).reduce(
    (sum, share) => sum - share * Math.log2(share),
    0,
  );
}

function lineOf(text: string, offset: number): string {
  const end = text.indexOf("\n", offset);
  return text.slice(text.lastIndexOf("\n", offset - 1) + 1, end < 0 ? undefined : end);
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

/** The line of an offset, from 1. */
function lineAt(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (starts[middle] <= offset) low = middle;
    else high = middle;
  }
  return low + 1;
}
