import assert from "node:assert/strict";
import { applyChanges, compareFiles } from "lib/schema/files.ts";

Deno.test("surplus files are removed, but only those that count", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const name of ["gone.yaml", "notes.txt"]) {
      await Deno.writeTextFile(`${folder}/${name}`, "");
    }
    const wanted = new Map([["new.yaml", "jobs: []\n"]]);
    const changes = await compareFiles(folder, wanted, {
      surplus: (name) => name.endsWith(".yaml"),
    });
    assert.deepEqual(changes, [{ name: "gone.yaml", change: "remove" }, {
      name: "new.yaml",
      change: "add",
    }]);
    await applyChanges(folder, wanted, changes);
    const left = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
    assert.deepEqual(left, ["new.yaml", "notes.txt"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
