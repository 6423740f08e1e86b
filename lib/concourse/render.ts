/**
 * Pipelines as YAML whose every scalar Concourse, which reads YAML 1.1, takes as it is meant.
 *
 * @module
 */

import { Problem } from "lib/schema/problem.ts";
import type { Pipeline } from "lib/concourse/model/mod.ts";

/** Text that no reader of YAML 1.1 or 1.2 takes for anything else. */
const PLAIN = /^[A-Za-z][A-Za-z0-9_./@-]*$/;

/** Words that look plain and are not. @see https://yaml.org/type/bool.html */
const RESERVED = /^(y|n|yes|no|on|off|true|false|null|nan|inf)$/i;

/** How a pipeline can be written; Concourse reads both. */
export type PipelineFormat = "yaml" | "json";

/**
 * Renders a pipeline.
 *
 * @throws {Problem} as {@linkcode renderYaml}
 */
export function renderPipeline(pipeline: Pipeline, format: PipelineFormat = "yaml"): string {
  return format === "yaml" ? renderYaml(pipeline) : renderJson(pipeline);
}

/** Digits that JSON takes as they are; part of the language, not of the compiler's library yet. */
const { rawJSON: rawJson } = JSON as unknown as { rawJSON(text: string): unknown };

/** JSON with the same demands as {@linkcode renderYaml}. */
function renderJson(value: unknown): string {
  // Without a function for each value JSON is written several times as fast.
  const text = inspect(value)
    ? JSON.stringify(value, (_, item) => typeof item === "bigint" ? rawJson(String(item)) : item, 2)
    : JSON.stringify(value, null, 2);
  return `${text}\n`;
}

/** Stops as {@linkcode refuse} does, anywhere in a value; tells whether it holds a bigint. */
function inspect(value: unknown, key = ""): boolean {
  refuse(key, value);
  if (typeof value !== "object" || value === null) return typeof value === "bigint";
  let found = false;
  if (Array.isArray(value)) { for (const item of value) found = inspect(item) || found; }
  else {for (const name of Object.keys(value)) {
      found = inspect((value as Record<string, unknown>)[name], name) || found;
    }}
  return found;
}

/**
 * Renders plain data as block YAML: keys in the order given, no anchors, no folding.
 *
 * Text outside a conservative pattern is quoted; text of several lines is a literal block.
 *
 * @param value `undefined` entries of objects are left out
 * @returns YAML that ends with a newline
 * @throws {Problem} for what no YAML can bring to Concourse: a number that is not finite, a key `<<`
 * (which merges even when it is quoted), anything that is no plain data
 */
export function renderYaml(value: unknown): string {
  return `${renderNode(value, "").replace(/^\n/, "")}\n`;
}

/** Stops at what no YAML can bring to Concourse. */
function refuse(key: string, value: unknown): void {
  if (key === "<<") {
    throw new Problem('Key "<<" cannot be rendered: Concourse merges it even if it is quoted');
  }
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new Problem(`${value} cannot be rendered: it is not finite`);
  }
  if (typeof value === "function" || typeof value === "symbol") {
    throw new Problem(`A ${typeof value} cannot be rendered: it is no data`);
  }
}

function renderNode(value: unknown, indent: string): string {
  if (Array.isArray(value)) {
    if (value.length === 0) return " []";
    return value.map((item) => `\n${indent}-${renderItem(item, indent)}`).join("");
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    if (entries.length === 0) return " {}";
    return entries.map(([key, item]) => {
      refuse(key, item);
      return `\n${indent}${renderScalar(key, "")}:${renderNode(item, childIndent(item, indent))}`;
    }).join("");
  }
  return ` ${renderScalar(value, indent)}`;
}

/** A list lies as deep as its key; everything else one step deeper. */
function childIndent(item: unknown, indent: string): string {
  return Array.isArray(item) ? indent : `${indent}  `;
}

/** An item's first key stands on the line of its dash. */
function renderItem(item: unknown, indent: string): string {
  const text = renderNode(item, `${indent}  `);
  return text.startsWith("\n") ? ` ${text.slice(1 + indent.length + 2)}` : text;
}

function renderScalar(value: unknown, indent: string): string {
  refuse("", value);
  if (typeof value === "bigint") return String(value);
  // As in JSON, a list's undefined item is null.
  if (typeof value !== "string") return JSON.stringify(value) ?? "null";
  if (PLAIN.test(value) && !RESERVED.test(value)) return value;
  if (indent !== "" && isLiteral(value)) {
    const [body, mark] = value.endsWith("\n") ? [value.slice(0, -1), "|"] : [value, "|-"];
    return [mark, ...body.split("\n").map((line) => line === "" ? "" : indent + line)].join("\n");
  }
  return quote(value);
}

/** Whether a literal block gives the text back exactly: printable lines, none of them odd. */
function isLiteral(text: string): boolean {
  const lines = text.replace(/\n$/, "").split("\n");
  return lines.length > 1 && lines[0] !== "" && lines.at(-1) !== "" &&
    lines.every((line) => /^([!-~][ -~]*)?$/.test(line) || /^ +[!-~][ -~]*$/.test(line)) &&
    !lines[0].startsWith(" ");
}

/** Double quotes with JSON's escapes, of which YAML knows all; the unprintable escaped too. */
function quote(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
