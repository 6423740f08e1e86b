import { YamlError } from "lib/concourse/validate/yaml/cursor.ts";
import type { YamlNode } from "lib/concourse/validate/yaml/node.ts";

/** The error for a key that is no scalar; `{{name}}`, a var as it was once written, is told apart. */
export function invalidKey(key: YamlNode): YamlError {
  const target = key.kind === "alias" ? key.target : key;
  if (target.kind !== "map") return new YamlError("invalid map key: a list", key);
  const [[name] = []] = target.entries;
  const isOldVar = target.entries.length === 1 && name?.kind === "scalar" &&
    name.line === target.line && name.column <= target.column + 2;
  const hint = isOldVar ? `: {{${name.value}}} is no var any more, write ((${name.value}))` : "";
  return new YamlError(`invalid map key: a mapping${hint}`, key);
}
