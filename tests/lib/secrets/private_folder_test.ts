/** Folders in which a secret lies open while it is edited. */
import assert from "node:assert/strict";
import { withPrivateFolder } from "lib/secrets/sops/private_folder.ts";
import { ROOT } from "lib/cli/root.ts";

const PROGRAM = `
import { withPrivateFolder } from "lib/secrets/sops/private_folder.ts";
await withPrivateFolder(async (folder) => {
  await Deno.writeTextFile(folder + "/open.yaml", "password: canary");
  console.log(folder);
  await new Promise((resolve) => setTimeout(resolve, 3_600_000));
}, [Deno.args[0]]);
`;

async function names(place: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(place))).map(({ name }) => name).sort();
}

Deno.test("a folder of a run that was killed goes with the next run, one in use stays", async () => {
  const place = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${place}/edit-secret-new`);
    await Deno.mkdir(`${place}/of-someone-else`);
    await Deno.writeTextFile(`${place}/of-someone-else/file`, "");
    const config = `${ROOT}/deno.json`;
    const script = `${place}/program.ts`;
    await Deno.writeTextFile(script, PROGRAM);
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", `--config=${config}`, script, place],
      stdout: "piped",
    }).spawn();
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const folder = (await reader.read()).value!.trim();
    const others = ["edit-secret-new", "of-someone-else", "program.ts"];
    const running = folder.slice(place.length + 1);

    const own = await withPrivateFolder(async (mine) => {
      assert.equal((await Deno.stat(mine)).mode! & 0o777, 0o700);
      assert.deepEqual(await names(mine), []);
      assert.ok((await names(place)).includes(running), "a running edit lost its folder");
      return mine;
    }, [place]);
    await assert.rejects(Deno.stat(own), Deno.errors.NotFound);

    child.kill("SIGKILL");
    await child.status;
    await reader.cancel();
    assert.equal(await Deno.readTextFile(`${folder}/open.yaml`), "password: canary");
    await withPrivateFolder(() => Promise.resolve(), [`${place}/nowhere`, undefined, place]);
    assert.deepEqual(await names(place), others);
  } finally {
    await Deno.remove(place, { recursive: true });
  }
});

Deno.test("a folder goes also when its work fails", async () => {
  const place = await Deno.makeTempDir();
  const work = async (folder: string) => {
    await Deno.writeTextFile(`${folder}/open.yaml`, "");
    throw new Error("it failed");
  };
  await assert.rejects(withPrivateFolder(work, [place]), /it failed/);
  assert.deepEqual(await names(place), []);
  await Deno.remove(place);
});
