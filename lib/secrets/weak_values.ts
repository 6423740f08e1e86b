/** Values that someone meant to replace. */
const PLACEHOLDER = /^(change[-_ ]?me|to[-_ ]?do|replace[-_ ]?me|xxx+|placeholder|<.*>)$/i;

/**
 * What is no secret worth the name: empty, or a placeholder.
 *
 * @param path The key path so far; empty at the top
 * @returns `key: what is wrong`, never a value
 */
export function weakValues(value: unknown, path: string): string[] {
  if (typeof value === "string") {
    if (value.trim() === "") {
      // SOPS makes an empty item of a comment without words.
      const isItem = /\.\d+$/.test(path);
      return [`${path}: is empty${isItem ? ", as a bare # in a list also becomes" : ""}`];
    }
    return PLACEHOLDER.test(value.trim()) ? [`${path}: is a placeholder: set the real value`] : [];
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) =>
    weakValues(item, path === "" ? key : `${path}.${key}`)
  );
}
