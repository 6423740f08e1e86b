import assert from "node:assert/strict";
import { CATALOG, EngineName } from "lib/engines/catalog.ts";
import { parseEngineNames, planBatches } from "lib/engines/setup.ts";
import { UsageProblem } from "lib/schema/problem.ts";
import { task as doctor } from "tasks/doctor.ts";
import { task as setup } from "tasks/setup_engines.ts";
import { fakeIo, runWith } from "tests/support/io.ts";
import { TempDir } from "./support.ts";

const names: [what: string, typed: string[], parsed: string[]][] = [
  ["as typed", ["sops", "pulumi"], ["sops", "pulumi"]],
  ["once", ["sops", "sops"], ["sops"]],
  ["optional ones when named", ["fly"], ["fly"]],
  [
    "all but the optional ones by default",
    [],
    ["pulumi", "packer", "packer-plugin-amazon", "sops", "bao", "kube-apiserver", "etcd"],
  ],
];
for (const [what, typed, parsed] of names) {
  Deno.test(`Engine names are read ${what}`, () => {
    assert.deepEqual(parseEngineNames(typed), parsed);
  });
}

const unknown: [typed: string, message: RegExp][] = [
  ["plumi", /^No engine is called "plumi": did you mean "pulumi"\?$/],
  ["kube-api-server", /did you mean "kube-apiserver"\?$/],
  ["terraform", /^No engine is called "terraform": known are pulumi, packer, /],
];
for (const [typed, message] of unknown) {
  Deno.test(`${typed} is no engine: exit code 2`, async () => {
    assert.throws(() => parseEngineNames([typed]), (error: Error) => {
      assert(error instanceof UsageProblem);
      assert.match(error.message, message);
      return true;
    });
    assert.equal((await runWith(setup, [typed])).code, 2);
  });
}

const batches: [what: string, wanted: EngineName[], present: EngineName[], plan: string[]][] = [
  ["nothing is missing", ["pulumi"], ["pulumi"], []],
  ["two share a Go module", ["etcd", "sops", "kube-apiserver"], [], [
    "sops",
    "kube-apiserver etcd",
  ]],
  ["one needs another", ["packer-plugin-amazon"], [], ["packer packer-plugin-amazon"]],
  ["what it needs is there", ["packer-plugin-amazon"], ["packer"], ["packer-plugin-amazon"]],
];
for (const [what, wanted, present, plan] of batches) {
  Deno.test(`Batches when ${what}`, () => {
    const planned = planBatches(wanted, (name) => !present.includes(name));
    assert.deepEqual(planned.map((batch) => batch.map(({ name }) => name).join(" ")), plan);
  });
}

/** A machine whose `PATH` has right engines, but for those given with another version. */
async function machine(dir: TempDir, changes: Partial<Record<EngineName, string | null>> = {}) {
  for (const name of EngineName.options) {
    const version = changes[name] === undefined ? CATALOG[name].version : changes[name];
    if (version === null) continue;
    const executable = CATALOG[name].executable({ os: Deno.build.os, arch: Deno.build.arch });
    await dir.script(`bin/${executable}`, `echo ${version}`);
  }
  const plugin = `${dir.path}/bin/` + CATALOG["packer-plugin-amazon"].executable(Deno.build);
  return {
    PATH: `${dir.path}/bin`,
    HOME: dir.path,
    ...changes["packer-plugin-amazon"] === null ? {} : { ENGINE_PACKER_PLUGIN_AMAZON: plugin },
  };
}

Deno.test("setup leaves alone what is there, and says where", async () => {
  await using dir = await TempDir.make();
  const io = fakeIo({ env: await machine(dir) });
  const { code, stdout, stderr } = await runWith(setup, ["pulumi", "sops", "--json"], io);
  assert.deepEqual([code, stderr], [0, ""]);
  assert.deepEqual(
    JSON.parse(stdout),
    ["pulumi", "sops"].map((name) => ({
      name,
      path: `${dir.path}/bin/${name}`,
      version: CATALOG[name as EngineName].version,
      origin: "present",
    })),
  );
});

const checkups: [
  what: string,
  changes: Partial<Record<EngineName, string | null>>,
  code: number,
  lines: RegExp[],
][] = [
  ["everything is there", {}, 0, [/^pulumi +3\S+ +3\S+ +PATH +\/\S+\/bin\/pulumi$/m]],
  ["an optional engine is missing", { fly: null }, 0, [
    /^fly +\S+ +optional$/m,
    /^fly: Run deno task setup fly$/m,
  ]],
  ["a needed engine is missing", { sops: null }, 1, [
    /^sops +\S+ +missing$/m,
    /^sops: Run deno task setup sops$/m,
  ]],
  ["PATH has a wrong version", { bao: "1.0.0" }, 1, [
    /^bao: passed over \/\S+\/bin\/bao is version 1\.0\.0$/m,
    /^bao: Run deno task setup bao$/m,
  ]],
  ["a variable names a wrong version", { "packer-plugin-amazon": "1.0.0" }, 1, [
    /^packer-plugin-amazon +\S+ +wrong$/m,
    /^packer-plugin-amazon: ENGINE_PACKER_PLUGIN_AMAZON names .*, which is version 1\.0\.0: /m,
  ]],
  ["PATH has an etcd that is older than the pinned one but will do", { etcd: "3.4.23" }, 0, [
    /^etcd +\S+ +3\.4\.23 +PATH/m,
  ]],
];
for (const [what, changes, code, lines] of checkups) {
  Deno.test(`doctor exits ${code} when ${what}`, async () => {
    await using dir = await TempDir.make();
    const result = await runWith(doctor, [], fakeIo({ env: await machine(dir, changes) }));
    for (const line of lines) assert.match(result.stdout, line);
    assert.equal(result.code, code);
  });
}

Deno.test("doctor --json tells state, versions, source and advice", async () => {
  await using dir = await TempDir.make();
  const io = fakeIo({ env: await machine(dir, { sops: "1.0.0" }) });
  const { stdout } = await runWith(doctor, ["--json"], io);
  const { engines } = JSON.parse(stdout);
  assert.deepEqual(engines.map(({ name }: { name: string }) => name), EngineName.options);
  assert.deepEqual(engines.find(({ name }: { name: string }) => name === "sops"), {
    name: "sops",
    purpose: CATALOG.sops.purpose,
    wanted: CATALOG.sops.version,
    optional: false,
    state: "missing",
    skipped: [`${dir.path}/bin/sops is version 1.0.0`],
    advice: "Run deno task setup sops",
  });
});
