import assert from "node:assert/strict";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { installEngine } from "lib/engines/install.ts";
import { envOf, FAKE_GO, FAKE_VERSION, fakeEngine, listTree, TempDir } from "./support.ts";

const platform = { os: "linux", arch: "x86_64" };
const final = `${FAKE_VERSION}-linux-x86_64`;
const complete = [".lock", final, `${final}/sops`];

function machine(dir: TempDir) {
  return {
    env: envOf({ PATH: `${dir.path}/bin:/usr/bin:/bin`, XDG_CACHE_HOME: `${dir.path}/cache` }),
    platform,
    cache: `${dir.path}/cache/infrastructure-engines/sops`,
  };
}

/** An installation as a process of its own; it ends with its test. */
class Installer implements AsyncDisposable {
  readonly lines: string[] = [];
  readonly #child: Deno.ChildProcess;
  readonly #reading: Promise<void>;
  #heard = () => {};

  constructor(dir: TempDir) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", "tests/fixtures/engines/install.ts", dir.path],
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#reading = Promise.all([this.#child.stdout, this.#child.stderr].map((s) => this.#read(s)))
      .then(() => this.#heard());
  }

  get pid() {
    return this.#child.pid;
  }

  async #read(stream: ReadableStream<Uint8Array>) {
    // deno-lint-ignore no-explicit-any -- node's and the web's stream types do not agree
    for await (const line of createInterface({ input: Readable.fromWeb(stream as any) })) {
      this.lines.push(line);
      this.#heard();
    }
  }

  /** Waits until it has said something; fails when it ends without. */
  async says(pattern: RegExp): Promise<string> {
    let ended = false;
    this.#reading.then(() => ended = true);
    for (;;) {
      const line = this.lines.find((line) => pattern.test(line));
      if (line !== undefined) return line;
      assert(!ended, `ended without saying ${pattern}: ${this.lines.join("\n")}`);
      await new Promise<void>((resolve) => this.#heard = resolve);
    }
  }

  kill(signal: Deno.Signal) {
    this.#child.kill(signal);
  }

  async code(): Promise<number> {
    await this.#reading;
    return (await this.#child.status).code;
  }

  async [Symbol.asyncDispose]() {
    try {
      this.#child.kill("SIGTERM");
    } catch {
      // It has ended, as it should.
    }
    await this.code();
  }
}

async function pidsIn(path: string): Promise<number[]> {
  return (await Deno.readTextFile(path)).trim().split("\n").map(Number);
}

async function isRunning(pid: number): Promise<boolean> {
  try {
    // A zombie whose parent is gone and not yet reaped counts as ended.
    return !/^State:\s+Z/m.test(await Deno.readTextFile(`/proc/${pid}/status`));
  } catch {
    return false;
  }
}

Deno.test("An engine without a release is built, and found by the next installation", async () => {
  await using dir = await TempDir.make();
  await dir.script("bin/go", FAKE_GO);
  await dir.script("bin/finish", "");
  const { cache, ...options } = machine(dir);
  const notes: string[] = [];
  const first = await installEngine(fakeEngine(dir.path), {
    ...options,
    say: (n) => notes.push(n),
  });
  assert.deepEqual(first, {
    name: "sops",
    path: `${cache}/${final}/sops`,
    version: FAKE_VERSION,
    origin: "source",
  });
  assert.deepEqual(notes, [
    "its vendor has no release for linux on x86_64; building it",
    "compiling, 1 packages so far",
  ]);
  assert.deepEqual(await listTree(cache), complete);
  const second = await installEngine(fakeEngine(dir.path), options);
  assert.equal(second.origin, "present");
  assert.equal((await pidsIn(`${dir.path}/bin/runs`)).length, 1);
});

Deno.test("A broken engine in the cache is replaced", async () => {
  await using dir = await TempDir.make();
  await dir.script("bin/go", FAKE_GO);
  await dir.script("bin/finish", "");
  const { cache, ...options } = machine(dir);
  await dir.script(`cache/infrastructure-engines/sops/${final}/sops`, "exit 1");
  await dir.script(`cache/infrastructure-engines/sops/${final}/leftover`, "");
  assert.equal((await installEngine(fakeEngine(dir.path), options)).origin, "source");
  assert.deepEqual(await listTree(cache), complete);
});

const failures: [what: string, go: string | undefined, message: RegExp][] = [
  [
    "that fails tells go's last words and leaves nothing",
    "echo 'sops.go:1: undefined: x' >&2; exit 1",
    /^Cannot build sops 1\.2\.3 from .*: go build -v failed with exit code 1: .*undefined: x.*ENGINE_SOPS$/,
  ],
  [
    "without go on PATH tells to install it",
    undefined,
    /^Cannot build sops 1\.2\.3: go is not on PATH: install Go .*, or name an .* in ENGINE_SOPS$/,
  ],
  [
    "that makes another version is refused",
    'while [ "$1" != -o ]; do shift; done; printf "#!/bin/sh\\necho 9.9.9\\n" > "$2"',
    /^Installing sops 1\.2\.3: what came says 9\.9\.9$/,
  ],
];
for (const [what, go, message] of failures) {
  Deno.test(`A build ${what}`, async () => {
    await using dir = await TempDir.make();
    await Deno.mkdir(`${dir.path}/bin`);
    if (go !== undefined) await dir.script("bin/go", go);
    const { cache, platform } = machine(dir);
    const env = envOf({
      PATH: go === undefined ? `${dir.path}/bin` : `${dir.path}/bin:/usr/bin:/bin`,
      XDG_CACHE_HOME: `${dir.path}/cache`,
    });
    await assert.rejects(installEngine(fakeEngine(dir.path), { env, platform }), (error: Error) => {
      assert.match(error.message, message);
      return true;
    });
    assert.deepEqual(await listTree(cache), [".lock"]);
  });
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test(`${signal} in the middle of a build leaves neither files nor processes`, async () => {
    await using dir = await TempDir.make();
    await dir.script("bin/go", FAKE_GO);
    await using installer = new Installer(dir);
    await installer.says(/^compiling/);
    installer.kill(signal);
    assert.equal(await installer.code(), signal === "SIGINT" ? 130 : 143);
    assert.deepEqual(await listTree(machine(dir).cache), [".lock"]);
    for (const file of ["runs", "helpers"]) {
      for (const pid of await pidsIn(`${dir.path}/bin/${file}`)) {
        assert.equal(await isRunning(pid), false, `${file}: process ${pid} still runs`);
      }
    }
  });
}

Deno.test("After a killed installation the next one cleans up and is not locked out", async () => {
  await using dir = await TempDir.make();
  await dir.script("bin/go", FAKE_GO);
  const { cache, ...options } = machine(dir);
  await using killed = new Installer(dir);
  await killed.says(/^compiling/);
  killed.kill("SIGKILL");
  // The orphaned fake compiler holds the pipes of the killed process's children, not ours.
  const [orphan] = await pidsIn(`${dir.path}/bin/runs`);
  Deno.kill(-orphan, "SIGKILL");
  assert.equal(await killed.code(), 137);
  const left = (await listTree(cache)).filter((name) => /^\.partial-[^/]+$/.test(name));
  assert.equal(left.length, 1);
  await dir.script("bin/finish", "");
  await installEngine(fakeEngine(dir.path), options);
  assert.deepEqual(await listTree(cache), complete);
});

Deno.test("Of two installations at once the second waits and then finds it done", async () => {
  await using dir = await TempDir.make();
  await dir.script("bin/go", FAKE_GO);
  await using first = new Installer(dir);
  await first.says(/^compiling/);
  await using second = new Installer(dir);
  const waiting = await second.says(/^waiting|^compiling/);
  assert.equal(waiting, `waiting for process ${first.pid}, which installs it`);
  await dir.script("bin/finish", "");
  assert.deepEqual([await first.code(), await second.code()], [0, 0]);
  assert.deepEqual([first.lines.at(-1), second.lines.at(-1)], ["done: source", "done: present"]);
  assert.equal((await pidsIn(`${dir.path}/bin/runs`)).length, 1);
  assert.deepEqual(await listTree(machine(dir).cache), complete);
});

Deno.test("Ctrl-C while waiting for another installation ends the wait", async () => {
  await using dir = await TempDir.make();
  await dir.script("bin/go", FAKE_GO);
  await using first = new Installer(dir);
  await first.says(/^compiling/);
  await using second = new Installer(dir);
  assert.match(await second.says(/^waiting|^compiling/), /^waiting/);
  second.kill("SIGINT");
  assert.equal(await second.code(), 130);
  await dir.script("bin/finish", "");
  assert.equal(await first.code(), 0);
});
