/**
 * What can be said of a SOPS file without any key.
 *
 * @module
 */
import { Lexer } from "yaml";
import { messageOf, Problem } from "lib/schema/problem.ts";
import { type CreationRule, ruleFor } from "lib/secrets/creation_rules.ts";
import type { FindingRule, ScanFinding } from "lib/secrets/scan/finding.ts";
import { formatKeyPath, SopsProblem } from "lib/secrets/sops/error.ts";
import type { Metadata } from "lib/secrets/sops/metadata.ts";
import { loadStore, splitMetadata } from "lib/secrets/sops/read.ts";
import type { Node } from "lib/secrets/sops/tree.ts";
import { isEncryptedValue } from "lib/secrets/sops/value.ts";

/**
 * Looks at one file under `secrets/`: every value and comment fully encrypted, the metadata strict, the
 * recipients those of the creation rule.
 *
 * @param path Relative to the root: `secrets/xqwatcher/grader-config.ci.yaml`
 * @param text The file
 * @param rules The rules of `secrets/.sops.yaml`; empty when they could not be read
 */
export function scanSecretFile(
  path: string,
  text: string,
  rules: readonly CreationRule[],
): ScanFinding[] {
  const findings: ScanFinding[] = [];
  const add = (rule: FindingRule, message: string, line?: number) =>
    findings.push({ rule, path, message, ...(line === undefined ? {} : { line }) });

  const rule = ruleFor(rules, path.replace(/^secrets\//, ""));
  if (rule === undefined && rules.length > 0) {
    add("no-rule", "no creation rule fits it: name it <context>/<name>.<environment>.yaml");
  }
  try {
    const { documents, metadata } = splitMetadata(loadStore(text, path), path);
    if (documents.length > 1) add("not-sops", "holds several documents: one file, one document");
    if (documents[0].entries.length === 0) add("not-sops", "holds no value");
    for (const [key, node] of documents.flatMap(({ entries }) => entries)) {
      for (const [at, what] of openLeaves(node, [key])) {
        add("not-encrypted", `${formatKeyPath(at)} ${what}`);
      }
    }
    for (const line of openComments(path, text)) {
      add(
        "not-encrypted",
        "a comment is not encrypted: remove it and add it with edit-secret",
        line,
      );
    }
    for (const message of metadataFaults(metadata)) add("open-rule", message);
    if (rule !== undefined) {
      for (const message of recipientFaults(metadata, rule)) add("recipients", message);
    }
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const isPlain = error instanceof SopsProblem && error.fault === "plaintext";
    const [, line, what] = /^(?::(\d+))?: (.*)$/s.exec(messageOf(error).slice(path.length)) ?? [];
    const at = line === undefined ? undefined : Number(line);
    add(isPlain ? "not-encrypted" : "not-sops", what ?? messageOf(error), at);
  }
  return findings;
}

/** Leaves that are open, with why. What is empty has no authentication in SOPS, so it counts as open. */
function* openLeaves(
  node: Node,
  path: readonly (string | number)[],
): Generator<[path: readonly (string | number)[], what: string]> {
  if (node.kind === "map" || node.kind === "list") {
    const below: (readonly [string | number, Node])[] = node.kind === "map"
      ? [...node.entries]
      : node.items.map((item, index) => [index, item]);
    if (below.length === 0) yield [path, "is empty: anybody could have put it there"];
    for (const [key, value] of below) yield* openLeaves(value, [...path, key]);
  } else if (node.kind === "null" || (node.kind === "str" && node.value === "")) {
    yield [path, "is empty: anybody could have put it there"];
  } else if (
    node.kind !== "str" || typeof node.value !== "string" || !isEncryptedValue(node.value)
  ) {
    yield [path, "is not encrypted, or not wholly: encrypt it with edit-secret"];
  }
}

/** Lines of comments that are not encrypted. */
function openComments(path: string, text: string): number[] {
  const comments: [line: number, text: string][] = [];
  if (/\.(env|ini)$/.test(path)) {
    for (const [index, line] of text.split(/\r?\n/).entries()) {
      const match = /^\s*[#;](.*)$/.exec(line);
      if (match) comments.push([index + 1, match[1]]);
    }
  } else if (/\.ya?ml$/.test(path)) {
    let line = 1;
    for (const token of new Lexer().lex(text)) {
      if (token.startsWith("#")) comments.push([line, token.slice(1)]);
      line += token.split("\n").length - 1;
    }
  }
  return comments.filter(([, comment]) =>
    comment.trim() !== "" &&
    !(isEncryptedValue(comment.trim()) && comment.trim().endsWith(",type:comment]"))
  ).map(([line]) => line);
}

function metadataFaults(metadata: Metadata): string[] {
  const { rule, pattern } = metadata.selection;
  const faults: string[] = [];
  if (rule !== "unencrypted_suffix" || pattern !== "_unencrypted") {
    faults.push(`sops.${rule} leaves parts open: encrypt the file anew without it`);
  }
  if (metadata.macOnlyEncrypted) {
    faults.push("sops.mac_only_encrypted protects less than the file: encrypt it anew without it");
  }
  if (!isEncryptedValue(metadata.mac)) faults.push("sops.mac is missing or not encrypted");
  return faults;
}

function recipientFaults({ groups, threshold }: Metadata, rule: CreationRule): string[] {
  const name = (group: readonly string[]) => group.join(", ") || "nobody";
  const held = groups.map((group) => group.map(({ recipient }) => recipient).sort());
  const surplus = held.flat().filter((one) => !rule.groups.flat().includes(one));
  const missing = rule.groups.flat().filter((one) => !held.flat().includes(one));
  const cure = "bring it in line with rotate-keys";
  const faults: string[] = [];
  if (surplus.length > 0) {
    faults.push(`is encrypted to ${name(surplus)}, whom its creation rule does not name: ${cure}`);
  }
  if (missing.length > 0) {
    faults.push(`is not encrypted to ${name(missing)}, whom its creation rule names: ${cure}`);
  }
  const same = JSON.stringify(held) === JSON.stringify(rule.groups);
  if (faults.length === 0 && !same) {
    faults.push(`is encrypted to other groups than its creation rule names: ${cure}`);
  }
  if (groups.length > 1 && threshold < 2) faults.push("one group alone opens it: encrypt it anew");
  else if (same && threshold !== rule.threshold) {
    faults.push(
      `is opened by ${threshold} of its groups, but its creation rule says ${rule.threshold}: encrypt it anew`,
    );
  }
  return faults;
}
