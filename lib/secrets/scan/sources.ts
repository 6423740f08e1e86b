import { messageOf, Problem } from "lib/schema/problem.ts";
import { exec } from "lib/cli/exec.ts";

/** A file to look at. */
export interface ScannedFile {
  /** Relative to the root, with `/`. */
  readonly path: string;
  /** The target of a link as written; absent for a file. */
  readonly link?: string;
  /** The file's bytes; empty for a link. */
  read(): Promise<Uint8Array>;
}

/** Runs git in the root. */
async function git(root: string, args: readonly string[]): Promise<string> {
  const result = await exec("git", args, { cwd: root });
  if (result.code === 0) return result.stdout;
  throw new Problem(`git ${args[0]} failed in ${root}: ${result.stderr.trim()}`);
}

/** The bytes of a blob, as they are. */
async function blob(root: string, id: string): Promise<Uint8Array> {
  const { code, stdout } = await new Deno.Command("git", {
    args: ["cat-file", "blob", id],
    cwd: root,
    stderr: "null",
  }).output();
  if (code !== 0) throw new Problem(`git cat-file cannot read the staged content ${id}`);
  return stdout;
}

/**
 * What the next commit would contain anew: staged content, not that of the working tree.
 *
 * @throws {Problem} outside a git repository
 */
export async function stagedFiles(root: string): Promise<ScannedFile[]> {
  const args = ["diff", "--cached", "--raw", "-z", "--no-renames", "--no-abbrev", "--relative"];
  const fields = (await git(root, args)).split("\0");
  const files: ScannedFile[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    // :<old mode> <new mode> <old id> <new id> <status>
    const [, mode, , id, status] = fields[at].split(" ");
    const path = fields[at + 1];
    if (status === "D" || mode === "160000") continue;
    const read = () => blob(root, id);
    if (mode !== "120000") files.push({ path, read });
    else files.push({ path, link: new TextDecoder().decode(await read()), read: empty });
  }
  return files;
}

/** All that git tracks or would add; where there is no git, all but what is hidden or derived. */
export async function treeFiles(root: string): Promise<ScannedFile[]> {
  let paths: string[];
  try {
    const listed = await git(root, ["ls-files", "-z", "-co", "--exclude-standard"]);
    paths = [...new Set(listed.split("\0"))].filter((path) => path !== "");
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (!/not a git repository|Cannot start/.test(messageOf(error))) throw error;
    paths = [];
    for await (const path of walk(root, "")) paths.push(path);
  }
  const files: ScannedFile[] = [];
  for (const path of paths.sort()) {
    const info = await Deno.lstat(`${root}/${path}`).catch(() => undefined);
    if (info === undefined) continue;
    if (info.isSymlink) {
      files.push({ path, link: await Deno.readLink(`${root}/${path}`), read: empty });
    } else if (info.isFile) files.push({ path, read: () => Deno.readFile(`${root}/${path}`) });
  }
  return files;
}

const empty = () => Promise.resolve(new Uint8Array());

const DERIVED = [".git", ".cache", "node_modules", "out"];

async function* walk(root: string, folder: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(`${root}/${folder}`)) {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (DERIVED.includes(entry.name)) continue;
    if (entry.isDirectory) yield* walk(root, path);
    else yield path;
  }
}
