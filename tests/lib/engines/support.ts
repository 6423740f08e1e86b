import type { Engine } from "lib/engines/catalog.ts";

/** A folder that goes when the test does. */
export class TempDir implements AsyncDisposable {
  private constructor(readonly path: string) {}

  static async make(): Promise<TempDir> {
    return new TempDir(await Deno.realPath(await Deno.makeTempDir({ prefix: "engines-" })));
  }

  /** Writes an executable shell script and returns its path; folders are made. */
  async script(name: string, body: string): Promise<string> {
    const path = `${this.path}/${name}`;
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(path, `#!/bin/sh\n${body}\n`);
    await Deno.chmod(path, 0o755);
    return path;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

/** An environment of exactly these variables. */
export const envOf = (variables: Record<string, string>) => (name: string) =>
  variables[name] || undefined;

/** What the fake `go` builds: a program that prints version 1.2.3. */
export const FAKE_VERSION = "1.2.3";

/** An engine without a release, built by whatever `go` is on `PATH`. */
export function fakeEngine(dir: string, change: Partial<Engine> = {}): Engine {
  return {
    name: "sops",
    purpose: "stands in for a real one",
    version: FAKE_VERSION,
    executable: () => "sops",
    versionArgs: ["--version"],
    release: () => undefined,
    source: { kind: "go", dir, package: "example.com/sops" },
    ...change,
  };
}

/**
 * A `go` that appends its process id to `runs` beside it, says that it compiles, waits until there is
 * a file `finish` beside it, and then writes a program of {@linkcode FAKE_VERSION} to `-o`.
 */
export const FAKE_GO = `
here=$(dirname "$0")
while [ "$1" != -o ]; do shift; done
echo $$ >> "$here/runs"
sleep 300 &
echo $! >> "$here/helpers"
echo example.com/sops
while [ ! -e "$here/finish" ]; do sleep 0.05; done
printf '#!/bin/sh\\necho v${FAKE_VERSION}\\n' > "$2"
chmod 755 "$2"
kill $!`;

/** Every file and folder below a folder, relative and sorted. */
export async function listTree(dir: string): Promise<string[]> {
  const found: string[] = [];
  const walk = async (at: string) => {
    for await (const entry of Deno.readDir(`${dir}/${at}`)) {
      found.push(`${at}${entry.name}`);
      if (entry.isDirectory) await walk(`${at}${entry.name}/`);
    }
  };
  await walk("");
  return found.sort();
}
