import { YamlError } from "lib/concourse/validate/yaml/cursor.ts";
import type { AliasNode } from "lib/concourse/validate/yaml/node.ts";

const LOW = 400_000, HIGH = 4_000_000;

/** The share of a document that may come from aliases. */
function allowedRatio(decoded: number): number {
  if (decoded <= LOW) return 0.99;
  if (decoded >= HIGH) return 0.10;
  return 0.99 - 0.89 * ((decoded - LOW) / (HIGH - LOW));
}

/** Counts what is decoded, and refuses documents that aliases blow up or that contain themselves. */
export class AliasGuard {
  #decoded = 0;
  #fromAliases = 0;
  #depth = 0;
  #open = new Set<AliasNode>();

  /**
   * Counts one node.
   *
   * @throws {YamlError} when too much of the document comes from aliases
   */
  count(at: { readonly line: number; readonly column: number }): void {
    this.#decoded++;
    if (this.#depth > 0) this.#fromAliases++;
    if (
      this.#fromAliases > 100 && this.#decoded > 1000 &&
      this.#fromAliases / this.#decoded > allowedRatio(this.#decoded)
    ) throw new YamlError("document contains excessive aliasing", at);
  }

  /**
   * Follows an alias.
   *
   * @throws {YamlError} when it stands in what it refers to
   */
  follow<T>(alias: AliasNode, visit: () => T): T {
    if (this.#open.has(alias)) {
      throw new YamlError(`anchor '${alias.value}' value contains itself`, alias);
    }
    this.#open.add(alias);
    this.#depth++;
    const result = visit();
    this.#depth--;
    this.#open.delete(alias);
    return result;
  }
}
