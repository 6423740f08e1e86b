import { NeedsBinary } from "lib/secrets/sops/error.ts";
import type { Selection } from "lib/secrets/sops/metadata.ts";

// What Go's RE2 and JavaScript read alike, over ASCII: literals, escapes of punctuation, \d, \w,
// simple classes, groups, alternatives, anchors and quantifiers.
const PORTABLE =
  /^(?:\(\?i\))?(?:[A-Za-z0-9_ \-,:;=@%&!#~'"<>/]|\\[-.$^*+?()[\]{}|\\/dw]|\[\^?(?:[A-Za-z0-9_ .,:;=@/-]|\\[-\].^\\dw])+\]|\((?:\?:)?(?!\?)|[)|.^$*+?]|\{\d{1,3}(?:,\d{0,3})?\})*$/;

/**
 * A Go regular expression in JavaScript.
 *
 * @throws {NeedsBinary} when it uses what the two do not surely read alike
 */
export function portableRegExp(pattern: string): RegExp {
  if (!PORTABLE.test(pattern)) {
    throw new NeedsBinary("a regular expression that only Go surely reads right");
  }
  const insensitive = pattern.startsWith("(?i)");
  try {
    return new RegExp(insensitive ? pattern.slice(4) : pattern, insensitive ? "is" : "s");
  } catch {
    throw new NeedsBinary("a regular expression that only Go reads");
  }
}

/**
 * Whether the value at a path of keys is encrypted. A rule matches any key on the way; positions in
 * lists are no part of the path.
 *
 * @returns A test for paths
 * @throws {NeedsBinary} for rules about comments, and for patterns only Go surely reads right
 * @see {@link https://github.com/getsops/sops/blob/v3.13.3/sops.go} `shouldBeEncrypted`
 */
export function selector(selection: Selection): (path: readonly string[]) => boolean {
  const { rule, pattern } = selection;
  switch (rule) {
    case "unencrypted_suffix":
      return (path) => !path.some((key) => key.endsWith(pattern));
    case "encrypted_suffix":
      return (path) => path.some((key) => key.endsWith(pattern));
    case "unencrypted_regex":
    case "encrypted_regex": {
      const expression = portableRegExp(pattern);
      const matches = (key: string) => {
        // "." and case mean the same only within ASCII and within one line.
        if (!/^[\x20-\x7e]*$/.test(key)) throw new NeedsBinary("a pattern over a key beyond ASCII");
        return expression.test(key);
      };
      return rule === "encrypted_regex"
        ? (path) => path.some(matches)
        : (path) => !path.some(matches);
    }
    default:
      throw new NeedsBinary("a rule about comments");
  }
}
