import assert from "node:assert/strict";
import { loadDefinitions } from "lib/concourse/definitions.ts";

Deno.test("definitions are loaded by name, in order", async () => {
  const root = await Deno.makeTempDir();
  const folder = `${root}/pipelines`;
  try {
    await Deno.mkdir(folder);
    await Deno.writeTextFile(`${folder}/b.ts`, "export default { jobs: [] };");
    await Deno.writeTextFile(`${folder}/a.ts`, "export default { jobs: [], resources: [] };");
    await Deno.writeTextFile(`${folder}/notes.md`, "no definition");
    await Deno.mkdir(`${folder}/rendered`);
    const found = await loadDefinitions(root);
    assert.deepEqual([...found], [["a", { jobs: [], resources: [] }], ["b", { jobs: [] }]]);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("a module without a pipeline is named", async () => {
  const root = await Deno.makeTempDir();
  const folder = `${root}/pipelines`;
  try {
    await Deno.mkdir(folder);
    await Deno.writeTextFile(`${folder}/a.ts`, "export const jobs = [];");
    await assert.rejects(loadDefinitions(root), /a\.ts: its default export is no pipeline/);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("no folder, no definitions", async () => {
  assert.equal((await loadDefinitions("/nonexistent")).size, 0);
});
