import type { Plain } from "lib/concourse/import/encode.ts";

/** Keys whose values are durations to the compiler. */
const DURATIONS = new Set(["timeout", "check_every", "check_timeout", "ttl"]);

/** The forms of a duration that the compiler knows. */
const NUMBER = /(?:0|[1-9]\d*)(?:\.\d*[1-9])?/.source;
const KNOWN = new RegExp(
  `^(?:never|${NUMBER}(?:ns|us|µs|ms|s|m|h)|${NUMBER}h${NUMBER}m|${NUMBER}h${NUMBER}m${NUMBER}s` +
    `|${NUMBER}m${NUMBER}s|\\(\\([^]*\\)\\))$`,
);

/** Where free data begins, in which a `timeout` is just a key. */
const FREE = new Set([
  "source",
  "params",
  "get_params",
  "vars",
  "instance_vars",
  "defaults",
  "config",
  "values",
  "user_data",
  "version",
]);

/** What a definition needs beside its value. */
export interface Written {
  readonly text: string;
  /** Whether a duration is not in a form that the compiler knows. */
  readonly usesDuration: boolean;
}

const writeLine = (line: string) =>
  JSON.stringify(line).replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");

/** Text as a literal: a script as the list of its lines. */
function writeText(text: string, indent: string): string {
  const lines = text.split("\n");
  if (lines.length <= 2) return writeLine(text);
  const parts = lines.map((line) => `${indent}  ${writeLine(line)},\n`);
  return `[\n${parts.join("")}${indent}].join("\\n")`;
}

const writeKey = (key: string) =>
  key === "__proto__"
    ? '["__proto__"]'
    : /^[A-Za-z_$][\w$]*$/.test(key)
    ? key
    : JSON.stringify(key);

/**
 * Writes plain data as a TypeScript literal, formatted as `deno fmt` nearly does.
 *
 * @param value The pipeline
 */
export function writeValue(value: Plain): Written {
  let usesDuration = false;
  const write = (item: Plain, indent: string, key: string, free: boolean): string => {
    if (typeof item === "string") {
      const odd = !free && DURATIONS.has(key) && !KNOWN.test(item);
      usesDuration ||= odd;
      return odd ? `${JSON.stringify(item)} as string as Duration` : writeText(item, indent);
    }
    if (typeof item === "bigint") return `${item}n`;
    if (typeof item === "number") return Object.is(item, -0) ? "0" : String(item);
    if (typeof item !== "object" || item === null) return String(item);
    const inner = `${indent}  `;
    const lines = Array.isArray(item)
      ? item.map((element) => write(element, inner, key, free))
      : Object.entries(item).map(([name, member]) => {
        // A task's configuration is known; that of a var source is not.
        const isTask = name === "config" && "task" in item;
        return `${writeKey(name)}: ${
          write(member, inner, name, free || FREE.has(name) && !isTask)
        }`;
      });
    const [open, close] = Array.isArray(item) ? ["[", "]"] : ["{", "}"];
    if (lines.length === 0) return `${open}${close}`;
    const short = `${open === "{" ? "{ " : "["}${lines.join(", ")}${close === "}" ? " }" : "]"}`;
    if (!short.includes("\n") && indent.length + key.length + 2 + short.length < 90) return short;
    return `${open}\n${lines.map((line) => `${inner}${line},`).join("\n")}\n${indent}${close}`;
  };
  return { text: write(value, "", "", false), usesDuration };
}
