import { runBuild } from "lib/engines/process.ts";

/** A package of Debian's archive that has an engine's executable. */
export interface DebSource {
  /** Unpacked by `apt-get` and `dpkg-deb`, without being installed. */
  readonly kind: "deb";
  /** Debian's name of the release that has it. */
  readonly suite: string;
  /** The package and its exact version, as apt takes them: `consul=1.8.7+dfsg1-2+b3`. */
  readonly package: string;
  /** The executable inside the package. */
  readonly member: string;
}

const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";

/**
 * Takes an executable out of a package, whatever release this machine runs. Apt checks the archive's
 * signature, in lists and a cache of its own: the machine's are neither read nor changed.
 *
 * @param dir An empty folder to work in
 * @returns The executable's path, inside `dir`
 * @throws {Deno.errors.NotFound} where there is no apt
 * @throws {Problem} with the end of what apt said
 */
export async function unpackDeb(
  source: DebSource,
  dir: string,
  options: { env: Record<string, string>; signal?: AbortSignal },
): Promise<string> {
  const sources = `${dir}/sources.list`;
  await Deno.mkdir(`${dir}/state/lists/partial`, { recursive: true });
  await Deno.mkdir(`${dir}/cache/archives/partial`, { recursive: true });
  await Deno.writeTextFile(
    sources,
    `deb [signed-by=${KEYRING}] http://deb.debian.org/debian ${source.suite} main\n`,
  );
  const settings = [
    `Dir::Etc::SourceList=${sources}`,
    "Dir::Etc::SourceParts=-",
    `Dir::State=${dir}/state`,
    `Dir::Cache=${dir}/cache`,
    "Acquire::Languages=none",
    "APT::Sandbox::User=",
  ].flatMap((setting) => ["-o", setting]);
  const run = { cwd: dir, ...options };
  await runBuild("apt-get", ["update", "--error-on=any", "-qq", ...settings], run);
  await runBuild("apt-get", ["download", "-qq", ...settings, source.package], run);
  const name = source.package.split("=")[0];
  for await (const entry of Deno.readDir(dir)) {
    if (!entry.name.startsWith(`${name}_`)) continue;
    await runBuild("dpkg-deb", ["--extract", `${dir}/${entry.name}`, `${dir}/root`], run);
  }
  return `${dir}/root/${source.member}`;
}
