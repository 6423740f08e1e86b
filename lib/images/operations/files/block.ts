import { unifiedDiff } from "lib/images/diff.ts";
import { Content, expectType, Path } from "lib/images/facts/files.ts";
import { type Operation, operation } from "lib/images/operation.ts";
import { absolute, createParent, put } from "lib/images/operations/files/put.ts";
import { Problem } from "lib/schema/problem.ts";

/** What {@linkcode block} takes. */
export interface BlockOptions {
  readonly path: string;
  /** The lines between the markers; needed unless `present` is false. */
  readonly content?: string;
  /** Whether the block shall be there; default true. */
  readonly present?: boolean;
  /** Marker lines, `{mark}` standing for BEGIN and END; default `# {mark} MANAGED BLOCK`. */
  readonly marker?: string;
  /** A new block goes right before or after the first line that matches; default the end. */
  readonly beside?: { readonly line: RegExp; readonly where: "before" | "after" };
}

/**
 * Keeps a marked block of lines in a file that others write too; the file is created where missing.
 *
 * @throws {Problem} without content, for a marker without `{mark}`, or when the file is too large
 * or no text
 */
export function block(options: BlockOptions): Operation {
  const marker = options.marker ?? "# {mark} MANAGED BLOCK";
  if (!marker.includes("{mark}")) throw new Problem(`Marker "${marker}" does not hold {mark}`);
  const begin = marker.replace("{mark}", "BEGIN");
  const end = marker.replace("{mark}", "END");
  if (options.present !== false && options.content === undefined) {
    throw new Problem(`${options.path}: a block that shall be present needs content`);
  }
  return operation("files.block", async function* (facts) {
    const path = absolute(options.path);
    const info = expectType(path, await facts.fact(Path, path), "file");
    const current = info === null ? null : await facts.fact(Content, path);
    if (info !== null && current === null) {
      throw new Problem(`${path} is larger than 256 KiB or no text: it cannot hold a block`);
    }
    const wanted = options.present === false
      ? withoutBlock(current ?? "", begin, end, path)
      : withBlock(current ?? "", begin, end, options, path);
    if (wanted === (current ?? "")) return;
    if (info === null) yield* createParent(facts, path, {});
    for await (const command of put({ dest: path, content: wanted }).commands(facts)) {
      yield typeof command === "string"
        ? command
        : { ...command, diff: unifiedDiff(path, current ?? "", wanted) };
    }
  });
}

/** Where the block is, as indexes of its marker lines. */
function find(lines: readonly string[], begin: string, end: string, path: string) {
  const first = lines.indexOf(begin);
  const last = lines.indexOf(end, first + 1);
  if (first < 0) return undefined;
  if (last < 0) throw new Problem(`${path} holds "${begin}" without "${end}": mend it by hand`);
  return { first, last };
}

function withoutBlock(text: string, begin: string, end: string, path: string): string {
  const lines = text.split("\n");
  const found = find(lines, begin, end, path);
  if (found === undefined) return text;
  lines.splice(found.first, found.last - found.first + 1);
  return lines.join("\n");
}

function withBlock(
  text: string,
  begin: string,
  end: string,
  options: BlockOptions,
  path: string,
): string {
  const block = [begin, ...options.content!.replace(/\n$/, "").split("\n"), end];
  const lines = text === "" ? [] : text.replace(/\n$/, "").split("\n");
  const found = find(lines, begin, end, path);
  if (found !== undefined) lines.splice(found.first, found.last - found.first + 1, ...block);
  else {
    const at = options.beside ? lines.findIndex((line) => options.beside!.line.test(line)) : -1;
    const offset = options.beside?.where === "after" ? 1 : 0;
    lines.splice(at < 0 ? lines.length : at + offset, 0, ...block);
  }
  const joined = `${lines.join("\n")}\n`;
  // A file that was right but for its last line break is left alone.
  return found !== undefined && joined === `${text}\n` ? text : joined;
}
