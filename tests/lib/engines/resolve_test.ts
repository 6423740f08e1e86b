import assert from "node:assert/strict";
import { CATALOG, EngineName } from "lib/engines/catalog.ts";
import { engineCacheDir, type Platform } from "lib/engines/platform.ts";
import { engineVariable, lookupEngine, resolveEngine } from "lib/engines/resolve.ts";
import { Problem } from "lib/schema/problem.ts";
import { envOf, TempDir } from "tests/lib/engines/support.ts";

const { version } = CATALOG.pulumi;
const right = `echo v${version}`;
const wrong = "echo v3.1.0";
const platform: Platform = { os: "linux", arch: "x86_64" };
const cached = `cache/infrastructure-engines/pulumi/${version}-linux-x86_64/pulumi`;

interface Machine {
  /** Scripts by path. */
  readonly files: Record<string, string>;
  /** Relative folders. */
  readonly path?: string[];
  /** What `ENGINE_PULUMI` names, relative. */
  readonly variable?: string;
  /** What the flag names, relative. */
  readonly flag?: string;
}

async function look(dir: TempDir, machine: Machine, verify = false) {
  for (const [name, body] of Object.entries(machine.files)) await dir.script(name, body);
  const absolute = (name: string) => `${dir.path}/${name}`;
  const env = envOf({
    XDG_CACHE_HOME: absolute("cache"),
    PATH: (machine.path ?? []).map(absolute).join(":"),
    ENGINE_PULUMI: machine.variable ? absolute(machine.variable) : "",
  });
  return await lookupEngine("pulumi", {
    env,
    platform,
    verify,
    explicit: machine.flag && absolute(machine.flag),
  });
}

const orders: [what: string, machine: Machine, source: string, path: string, skipped: string[]][] =
  [
    [
      "the flag wins over the variable, PATH and cache",
      {
        files: { flag: right, variable: right, "bin/pulumi": right, [cached]: right },
        path: ["bin"],
        variable: "variable",
        flag: "flag",
      },
      "explicit",
      "flag",
      [],
    ],
    [
      "the variable wins over PATH and cache",
      {
        files: { variable: right, "bin/pulumi": right, [cached]: right },
        path: ["bin"],
        variable: "variable",
      },
      "explicit",
      "variable",
      [],
    ],
    [
      "PATH wins over the cache",
      { files: { "bin/pulumi": right, [cached]: right }, path: ["bin"] },
      "path",
      "bin/pulumi",
      [],
    ],
    [
      "a wrong version on PATH is passed over for a right one further on",
      { files: { "a/pulumi": wrong, "b/pulumi": right }, path: ["a", "b"] },
      "path",
      "b/pulumi",
      ["a/pulumi is version 3.1.0"],
    ],
    [
      "a wrong version on PATH is passed over for the cache",
      { files: { "bin/pulumi": wrong, [cached]: right }, path: ["bin"] },
      "cache",
      cached,
      ["bin/pulumi is version 3.1.0"],
    ],
    [
      "a broken program on PATH is passed over",
      { files: { "bin/pulumi": "exit 7", [cached]: right }, path: ["bin"] },
      "cache",
      cached,
      ["bin/pulumi fails with exit code 7"],
    ],
    [
      "the cache serves where PATH has nothing",
      { files: { [cached]: right }, path: ["bin"] },
      "cache",
      cached,
      [],
    ],
  ];
for (const [what, machine, source, path, skipped] of orders) {
  Deno.test(`Looking up: ${what}`, async () => {
    await using dir = await TempDir.make();
    const lookup = await look(dir, machine);
    assert.deepEqual(lookup.found, {
      name: "pulumi",
      path: `${dir.path}/${path}`,
      version,
      source,
      env: { PULUMI_SKIP_UPDATE_CHECK: "true" },
    });
    assert.deepEqual(
      lookup.skipped.map((entry) => `${entry.path} ${entry.reason}`),
      skipped.map((text) => `${dir.path}/${text}`),
    );
  });
}

Deno.test("Looking up: another version's folder in the cache is not looked at", async () => {
  await using dir = await TempDir.make();
  const other = cached.replace(version, "3.1.0");
  assert.equal((await look(dir, { files: { [other]: right } })).found, undefined);
});

Deno.test("Looking up: another platform's folder in the cache is not looked at", async () => {
  await using dir = await TempDir.make();
  const other = cached.replace("x86_64", "aarch64");
  assert.equal((await look(dir, { files: { [other]: right } })).found, undefined);
});

Deno.test("Looking up: a file on PATH that may not be run is no candidate", async () => {
  await using dir = await TempDir.make();
  await Deno.chmod(await dir.script("bin/pulumi", right), 0o644);
  const lookup = await look(dir, { files: {}, path: ["bin"] });
  assert.deepEqual([lookup.found, lookup.skipped], [undefined, []]);
});

Deno.test("Looking up with verify: a broken program in the cache is passed over", async () => {
  await using dir = await TempDir.make();
  const lookup = await look(dir, { files: { [cached]: "exit 1" } }, true);
  assert.equal(lookup.found, undefined);
  assert.equal(lookup.skipped[0].reason, "fails with exit code 1");
});

const refused: [what: string, files: Record<string, string>, message: RegExp][] = [
  [
    "another version",
    { named: wrong },
    /^ENGINE_PULUMI names .*\/named, which is version 3\.1\.0: /,
  ],
  ["no version at all", { named: "echo hi" }, /which prints no version: name an executable of /],
  ["a file that is not there", {}, /^ENGINE_PULUMI names .*\/named, which is no executable: name /],
];
for (const [what, files, message] of refused) {
  Deno.test(`A variable that names ${what} is an error, even with a right one on PATH`, async () => {
    await using dir = await TempDir.make();
    const machine = { files: { ...files, "bin/pulumi": right }, path: ["bin"], variable: "named" };
    await assert.rejects(look(dir, machine), (error) => {
      assert(error instanceof Problem);
      assert.match(error.message, message);
      return true;
    });
  });
}

Deno.test("A missing engine's message tells how to get it and what was passed over", async () => {
  await using dir = await TempDir.make();
  await dir.script("bin/pulumi", wrong);
  const env = envOf({ HOME: dir.path, PATH: `${dir.path}/bin` });
  await assert.rejects(resolveEngine("pulumi", { env, platform }), {
    name: "EngineProblem",
    message: `Engine pulumi ${version} is not installed ` +
      `(passed over: ${dir.path}/bin/pulumi is version 3.1.0): run deno task setup pulumi`,
  });
});

Deno.test("Packer's plugin comes with the folder that packer looks in", async () => {
  await using dir = await TempDir.make();
  const plugin = CATALOG["packer-plugin-amazon"];
  const root = `cache/infrastructure-engines/${plugin.name}/${plugin.version}-linux-x86_64`;
  await dir.script(`${root}/${plugin.executable(platform)}`, right);
  const env = envOf({ XDG_CACHE_HOME: `${dir.path}/cache` });
  const found = await resolveEngine("packer-plugin-amazon", { env, platform });
  assert.deepEqual(found.env, { PACKER_PLUGIN_PATH: `${dir.path}/${root}` });
});

Deno.test("A variable that names packer's plugin where packer does not look is an error", async () => {
  await using dir = await TempDir.make();
  const { version } = CATALOG["packer-plugin-amazon"];
  const path = await dir.script("packer-plugin-amazon", `echo ${version}`);
  const env = envOf({ ENGINE_PACKER_PLUGIN_AMAZON: path });
  await assert.rejects(
    resolveEngine("packer-plugin-amazon", { env }),
    /where packer does not look/,
  );
});

Deno.test("Each engine has a variable of its own", () => {
  const variables = EngineName.options.map(engineVariable);
  assert.equal(new Set(variables).size, variables.length);
  assert.equal(engineVariable("kube-apiserver"), "ENGINE_KUBE_APISERVER");
});

const homes: [variables: Record<string, string>, dir: string][] = [
  [{ XDG_CACHE_HOME: "/x", HOME: "/h" }, "/x/infrastructure-engines"],
  [{ HOME: "/h" }, "/h/.cache/infrastructure-engines"],
];
for (const [variables, expected] of homes) {
  Deno.test(`The cache is ${expected} given ${Object.keys(variables).join(" and ")}`, () => {
    assert.equal(engineCacheDir(envOf(variables)), expected);
  });
}

Deno.test("Without XDG_CACHE_HOME and HOME there is a message about them", () => {
  assert.throws(
    () => engineCacheDir(envOf({})),
    /neither XDG_CACHE_HOME nor HOME is set: set one$/,
  );
});
