/**
 * The scan that needs no key: SOPS files by their form, everything else for secrets in plain text.
 *
 * @module
 */
import { messageOf, Problem, Problems } from "lib/schema/problem.ts";
import { type CreationRule, parseCreationRules } from "lib/secrets/creation_rules.ts";
import {
  ALLOW_LIST,
  type Allowance,
  applyAllowList,
  parseAllowList,
} from "lib/secrets/scan/allow.ts";
import { decode, keystore } from "lib/secrets/scan/decode.ts";
import type { FindingRule, ScanFinding } from "lib/secrets/scan/finding.ts";
import { scanSecretFile } from "lib/secrets/scan/secret_file.ts";
import type { ScannedFile } from "lib/secrets/scan/sources.ts";
import { scanText } from "lib/secrets/scan/tokens.ts";

/** Where the creation rules are. */
export const CREATION_RULES = "secrets/.sops.yaml";

/** What lies under secrets/ and is no secret. */
const OPEN = /^secrets\/(\.sops\.yaml|\.allow\.yaml|README\.md|[^/]+\/schema\.ts)$/;

/** What a scan is told. */
export interface ScanOptions {
  /** The repository's root: rules and allow-list are read there when they are not among the files. */
  readonly root: string;
  /** Whether the files are all there are, so that an allowance that covers none of them is stale. */
  readonly isWhole: boolean;
  /** Stops between two files. */
  readonly signal?: AbortSignal;
}

/** What a scan found. */
export interface ScanResult {
  /** In the order of the files. */
  readonly findings: readonly ScanFinding[];
  /** How many files were looked at, and how many of them are SOPS files. */
  readonly files: number;
  readonly secretFiles: number;
}

/** Looks at every file. */
export async function scanFiles(
  files: readonly ScannedFile[],
  { root, isWhole, signal }: ScanOptions,
): Promise<ScanResult> {
  const findings: ScanFinding[] = [];
  const settings = async <T>(path: string, rule: FindingRule, parse: (text: string) => T[]) => {
    try {
      const file = files.find((one) => one.path === path && one.link === undefined);
      const bytes = file ? await file.read() : await Deno.readFile(`${root}/${path}`);
      return parse(new TextDecoder().decode(bytes));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return [];
      if (!(error instanceof Problem)) throw error;
      const messages = error instanceof Problems ? error.messages : [messageOf(error)];
      for (const message of messages) {
        findings.push({ rule, path, message: message.replace(`${path}: `, "") });
      }
      return [];
    }
  };
  const rules = await settings<CreationRule>(
    CREATION_RULES,
    "creation-rules",
    (text) => parseCreationRules(text, CREATION_RULES),
  );
  const allowed = await settings<Allowance>(ALLOW_LIST, "allow-list", parseAllowList);
  let secretFiles = 0;
  for (const file of files) {
    signal?.throwIfAborted();
    if (isSecretFile(file.path)) secretFiles++;
    findings.push(...await scanFile(file, rules));
  }
  if (secretFiles > 0 && rules.length === 0 && findings.length === 0) {
    const message = "is missing: without it nothing says to whom secrets are encrypted";
    findings.push({ rule: "creation-rules", path: CREATION_RULES, message });
  }
  return { findings: applyAllowList(findings, allowed, isWhole), files: files.length, secretFiles };
}

/** Whether a path is that of a SOPS file. */
export function isSecretFile(path: string): boolean {
  return path.startsWith("secrets/") && !OPEN.test(path);
}

async function scanFile(
  file: ScannedFile,
  rules: readonly CreationRule[],
): Promise<ScanFinding[]> {
  const { path, link } = file;
  if (link !== undefined) {
    const rule = "symlink";
    if (isSecretFile(path)) {
      return [{ rule, path, message: "is a link: a secret is a file of its own" }];
    }
    return leadsOut(path, link)
      ? [{ rule, path, message: "is a link that leads out of the repository: remove it" }]
      : [];
  }
  const bytes = await file.read();
  const { text, isBinary } = decode(bytes);
  const marker = /^<{7} .*$[\s\S]*^={7}$/m.exec(text);
  if (marker !== null) {
    const line = text.slice(0, marker.index).split("\n").length;
    return [{ rule: "conflict", path, line, message: "has conflict markers: merge it first" }];
  }
  const found = await scanText(path, text);
  if (isSecretFile(path)) {
    return [...scanSecretFile(path, new TextDecoder().decode(bytes), rules), ...found];
  }
  const keys = keystore(path, bytes);
  if (keys !== undefined) {
    const message = `is ${keys}: take it out and replace its keys, or allow it with a reason`;
    return [{ rule: "keystore", path, message }];
  }
  return isBinary ? found.map(({ rule, path, message }) => ({ rule, path, message })) : found;
}

/** Whether a link's target lies outside the repository; its path as written decides. */
function leadsOut(path: string, target: string): boolean {
  if (target.startsWith("/")) return true;
  let depth = path.split("/").length - 1;
  for (const part of target.split("/")) {
    if (part === "..") depth--;
    else if (part !== "" && part !== ".") depth++;
    if (depth < 0) return true;
  }
  return false;
}
