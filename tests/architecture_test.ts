import assert from "node:assert/strict";
import { ROOT } from "lib/cli/root.ts";
import { formatFinding } from "lib/secrets/scan/finding.ts";
import { scanFiles } from "lib/secrets/scan/scan.ts";
import { treeFiles } from "lib/secrets/scan/sources.ts";

/** Which folders a folder may import from, beside itself. The first row whose start fits decides. */
const MAY_IMPORT: readonly (readonly [from: string, allowed: readonly string[]])[] = [
  ["tasks/", ["lib/"]],
  ["pipelines/", [
    "lib/concourse/",
    "lib/versions.ts",
    "lib/organization.ts",
    "infra/*/project.ts",
  ]],
  ["infra/components/", ["lib/pulumi/", "lib/iam/", "lib/vault/", "lib/schema/"]],
  ["infra/", [
    "infra/components/",
    "infra/*/project.ts",
    "secrets/*/schema.ts",
    "lib/pulumi/",
    "lib/iam/",
    "lib/vault/",
    "lib/secrets/",
    "lib/schema/",
    "lib/images/release.ts",
    "lib/versions.ts",
    "lib/organization.ts",
  ]],
  ["images/components/", ["lib/images/", "lib/versions.ts", "lib/schema/"]],
  ["images/", ["images/components/", "lib/images/", "lib/versions.ts", "lib/schema/"]],
  ["secrets/", ["lib/secrets/", "lib/schema/"]],
  ["lib/schema/", []],
  ["lib/versions.ts", []],
  ["lib/organization.ts", ["lib/schema/"]],
  ["lib/secrets/", ["lib/vault/", "LIB"]],
  ["lib/pulumi/", ["lib/iam/", "lib/secrets/", "lib/vault/", "lib/images/release.ts", "LIB"]],
  ["lib/", ["LIB"]],
  ["tests/", ["lib/", "infra/", "images/", "pipelines/", "secrets/", "tasks/"]],
];

/** What every area of lib may use. */
const LIB = [
  "lib/schema/",
  "lib/cli/",
  "lib/graph/",
  "lib/engines/",
  "lib/aws/",
  "lib/versions.ts",
  "lib/organization.ts",
];

/** The folder that a module belongs to, in which it may import anything. */
function home(path: string): string {
  const parts = path.split("/");
  if (parts[0] === "infra" && parts[1] !== "components") return parts.slice(0, 3).join("/") + "/";
  if (["lib", "images", "infra", "secrets"].includes(parts[0])) {
    return parts.length > 2 ? parts.slice(0, 2).join("/") + "/" : path;
  }
  return `${parts[0]}/`;
}

function mayImport(from: string, to: string): boolean {
  if (to.startsWith(home(from))) return true;
  const [, allowed] = MAY_IMPORT.find(([start]) => from.startsWith(start)) ?? ["", []];
  return allowed.flatMap((entry) => entry === "LIB" ? LIB : [entry]).some((entry) =>
    entry.includes("*")
      ? to.startsWith(entry.split("*")[0]) && to.endsWith(entry.split("*")[1]) &&
        !to.startsWith("infra/components/")
      : to.startsWith(entry)
  );
}

async function* sources(folder: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(`${ROOT}/${folder}`)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) yield* sources(path);
    else if (entry.name.endsWith(".ts")) yield path;
  }
}

async function allSources(): Promise<string[]> {
  const folders = ["tasks", "lib", "infra", "images", "pipelines", "secrets", "tests"];
  const paths: string[] = [];
  for (const folder of folders) {
    const exists = await Deno.stat(`${ROOT}/${folder}`).then(() => true, () => false);
    if (exists) { for await (const path of sources(folder)) paths.push(path); }
  }
  return paths.sort();
}

interface Module {
  readonly specifier: string;
  readonly dependencies?: readonly {
    readonly code?: { readonly specifier?: string };
    readonly type?: { readonly specifier?: string };
  }[];
}

/** Every arrow between two of the repository's modules, as Deno resolves it. */
async function arrows(paths: readonly string[]): Promise<[from: string, to: string][]> {
  const entry = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(
      entry,
      paths.map((path) => `import ${JSON.stringify(`file://${ROOT}/${path}`)};`).join("\n"),
    );
    const { stdout, success } = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", "--config", `${ROOT}/deno.json`, entry],
      stderr: "null",
    }).output();
    assert.ok(success, "deno info failed");
    const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as { modules: Module[] };
    const own = (specifier?: string) =>
      specifier?.startsWith(`file://${ROOT}/`)
        ? specifier.slice(`file://${ROOT}/`.length)
        : undefined;
    return modules.flatMap((module) => {
      const from = own(module.specifier);
      if (from === undefined) return [];
      return (module.dependencies ?? []).flatMap(({ code, type }): [string, string][] => {
        const to = own(code?.specifier) ?? own(type?.specifier);
        return to === undefined ? [] : [[from, to]];
      });
    });
  } finally {
    await Deno.remove(entry);
  }
}

Deno.test("every import follows the table of who may import what", async () => {
  const found = await arrows(await allSources());
  assert.ok(found.length > 50, "the import graph was not read");
  const wrong = found.filter(([from, to]) => !mayImport(from, to));
  assert.deepEqual(wrong.map(([from, to]) => `${from} imports ${to}`), []);
});

Deno.test("the table refuses what the design refuses", () => {
  const refused: [string, string][] = [
    ["lib/schema/parse.ts", "lib/cli/task.ts"],
    ["lib/concourse/render.ts", "lib/pulumi/project.ts"],
    ["infra/applications/a/program.ts", "infra/applications/b/program.ts"],
    ["infra/components/vpc.ts", "lib/secrets/mod.ts"],
    ["lib/cli/task.ts", "tests/support/io.ts"],
    ["pipelines/network.ts", "infra/components/vpc.ts"],
  ];
  assert.deepEqual(refused.filter(([from, to]) => mayImport(from, to)), []);
  assert.ok(mayImport("infra/applications/a/project.ts", "infra/foundation/b/project.ts"));
});

/** Tasks that other tasks run. */
const INTERNAL_TASKS = ["provision-image", "lint-docs"];

async function documents(): Promise<string[]> {
  const names = ["README.md"];
  const docs = await Deno.stat(`${ROOT}/docs`).then(() => true, () => false);
  if (docs) {
    for await (const entry of Deno.readDir(`${ROOT}/docs`)) {
      if (entry.name.endsWith(".md")) names.push(`docs/${entry.name}`);
    }
  }
  return names;
}

Deno.test("every path that the documents name exists", async () => {
  const missing: string[] = [];
  for (const name of await documents()) {
    const text = await Deno.readTextFile(`${ROOT}/${name}`);
    for (
      const [, path] of text.matchAll(
        /[`(]((?:lib|infra|images|pipelines|secrets|tasks|tests|docs)\/[\w./-]+)[`)]/g,
      )
    ) {
      await Deno.stat(`${ROOT}/${path.replace(/\/$/, "")}`).catch(() =>
        missing.push(`${name}: ${path}`)
      );
    }
  }
  assert.deepEqual(missing, []);
});

Deno.test("every task that the documents name exists and has a description", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(`${ROOT}/deno.json`));
  const unknown: string[] = [];
  for (const name of await documents()) {
    const text = await Deno.readTextFile(`${ROOT}/${name}`);
    for (const [, task] of text.matchAll(/deno(?:@[\w.<>-]+)? task ([a-z][a-z-]*)/g)) {
      if (!(task in tasks)) unknown.push(`${name}: ${task}`);
    }
  }
  assert.deepEqual(unknown, []);
  const readme = await Deno.readTextFile(`${ROOT}/README.md`);
  for (const [name, task] of Object.entries<{ description?: string }>(tasks)) {
    assert.ok(task.description, `task ${name} has no description`);
    if (INTERNAL_TASKS.includes(name)) continue;
    assert.ok(readme.includes(`| \`deno task ${name}\` `), `README.md does not list ${name}`);
  }
});

Deno.test("no secret lies open in the tree", async () => {
  const files = await treeFiles(ROOT);
  const { findings } = await scanFiles(files, { root: ROOT, isWhole: true });
  assert.deepEqual(findings.map(formatFinding), []);
});
