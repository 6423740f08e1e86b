import { createHash } from "node:crypto";
import { execOrThrow } from "lib/cli/exec.ts";
import { messageOf, Problem } from "lib/schema/problem.ts";

/** A vendor's release of an engine for one platform. */
export interface Release {
  /** The executable itself, or a `.zip`, `.tar.gz` or `.tgz` that holds it. */
  readonly url: string;
  /** Where its SHA-256 is published: see {@linkcode findChecksum}. */
  readonly checksums: string;
  /** The executable's path inside the archive; none when `url` is the executable. */
  readonly member?: string;
}

/** How to fetch a release. */
export interface FetchOptions {
  /** Stops everything when aborted. */
  readonly signal?: AbortSignal;
  /** Told how far it is. */
  readonly say?: (note: string) => void;
  /** How long the first answer may take, in milliseconds; default 3000. */
  readonly connectTimeout?: number;
  /** How long a download may stand still, in milliseconds; default 30000. */
  readonly stallTimeout?: number;
}

/** The release cannot be had: not published, or not reachable from here. Building may still do. */
export class ReleaseUnavailable extends Problem {
  /** For those who only see the name. */
  override readonly name = "ReleaseUnavailable";
}

/**
 * Finds a file's SHA-256 in what its vendor publishes.
 *
 * @param text Lines as of `sha256sum`; a lone sum; or GitHub's JSON of a release, whose assets have
 *   a `digest`
 * @param file The file's name, without folders
 * @returns 64 lower-case hex digits, or `undefined` when the file is not in there
 */
export function findChecksum(text: string, file: string): string | undefined {
  if (text.trimStart().startsWith("{")) return findDigest(text, file);
  for (const line of text.split("\n")) {
    const [, sum, name] = /^([0-9a-fA-F]{64})(?:\s+\*?(\S+))?\s*$/.exec(line) ?? [];
    if (sum && (name === undefined || name.replace(/^.*\//, "") === file)) return sum.toLowerCase();
  }
  return undefined;
}

function findDigest(text: string, file: string): string | undefined {
  let release: { assets?: { name?: string; digest?: string }[] };
  try {
    release = JSON.parse(text);
  } catch {
    return undefined;
  }
  const digest = release.assets?.find(({ name }) => name === file)?.digest ?? "";
  return /^sha256:([0-9a-f]{64})$/.exec(digest)?.[1];
}

/**
 * Downloads a release, checks it and takes its executable out.
 *
 * @param release What to fetch
 * @param dir An empty folder to work in; the caller removes it
 * @returns The executable's path, inside `dir`
 * @throws {ReleaseUnavailable} when it cannot be had
 * @throws {Problem} when what came is not what was published
 */
export async function fetchRelease(
  release: Release,
  dir: string,
  options: FetchOptions = {},
): Promise<string> {
  const file = new URL(release.url).pathname.split("/").at(-1)!;
  const { connectTimeout = 3000, signal } = options;
  const published = await get(release.checksums, connectTimeout, signal, (body) => body.text());
  const wanted = findChecksum(published, file);
  if (wanted === undefined) {
    throw new ReleaseUnavailable(`${release.checksums} has no SHA-256 of ${file}`);
  }
  const path = `${dir}/${file}`;
  const sum = await download(release.url, path, options);
  if (sum !== wanted) {
    throw new Problem(
      `${release.url} has SHA-256 ${sum}, published is ${wanted}: ` +
        "it was refused; try again, and if it stays so, ask its vendor",
    );
  }
  if (release.member === undefined) return path;
  const out = `${dir}/unpacked`;
  await Deno.mkdir(out);
  if (file.endsWith(".zip")) await unzip(path, release.member, out);
  else await execOrThrow("tar", ["-xzf", path, "-C", out], { signal });
  return `${out}/${release.member}`;
}

async function get<T>(
  url: string,
  timeout: number,
  signal: AbortSignal | undefined,
  read: (response: Response) => Promise<T>,
): Promise<T> {
  const clock = AbortSignal.timeout(timeout);
  try {
    const response = await fetch(url, {
      signal: AbortSignal.any([clock, ...signal ? [signal] : []]),
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw new ReleaseUnavailable(`${url} answers ${response.status}`);
    }
    return await read(response);
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof ReleaseUnavailable) throw error;
    const reason = clock.aborted ? `no answer in ${timeout / 1000} s` : plainReason(error);
    throw new ReleaseUnavailable(`${new URL(url).host} cannot be reached (${reason})`, {
      cause: error,
    });
  }
}

/** Streams a file to disk; the clock starts anew with each chunk. Returns its SHA-256. */
async function download(url: string, path: string, options: FetchOptions): Promise<string> {
  const { signal, say, stallTimeout = 30_000 } = options;
  const stalled = new AbortController();
  let timer = setTimeout(() => stalled.abort(), stallTimeout);
  const hash = createHash("sha256");
  try {
    const response = await fetch(url, {
      signal: AbortSignal.any([stalled.signal, ...signal ? [signal] : []]),
    });
    if (!response.ok || response.body === null) {
      await response.body?.cancel();
      throw new ReleaseUnavailable(`${url} answers ${response.status}`);
    }
    const total = Number(response.headers.get("content-length"));
    let received = 0;
    const watch = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(chunk, controller) {
        clearTimeout(timer);
        timer = setTimeout(() => stalled.abort(), stallTimeout);
        hash.update(chunk);
        received += chunk.length;
        say?.(`downloading ${megabytes(received)}${total > 0 ? ` of ${megabytes(total)}` : ""} MB`);
        controller.enqueue(chunk);
      },
    });
    await Deno.writeFile(path, response.body.pipeThrough(watch));
    return hash.digest("hex");
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof ReleaseUnavailable) throw error;
    const reason = stalled.signal.aborted
      ? `nothing came for ${stallTimeout / 1000} s`
      : plainReason(error);
    throw new ReleaseUnavailable(`${url} broke off (${reason})`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/** The last words of a fetch error: without the URL, which the message around it has. */
const plainReason = (error: unknown) =>
  messageOf(error).replace(/^error sending request for url \(\S+\): /, "");

const megabytes = (bytes: number) => Math.round(bytes / 1e6);

async function unzip(archive: string, member: string, out: string): Promise<void> {
  const { unzipSync } = await import("fflate");
  const files = unzipSync(await Deno.readFile(archive), { filter: ({ name }) => name === member });
  if (files[member] === undefined) throw new Problem(`${archive} holds no ${member}`);
  await Deno.writeFile(`${out}/${member.split("/").at(-1)}`, files[member]);
}
