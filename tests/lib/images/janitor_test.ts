import assert from "node:assert/strict";
import { Janitor } from "lib/images/janitor.ts";

Deno.test("the janitor waits longer for whom it is told to, and still ends who does not listen", async () => {
  const folder = await Deno.makeTempDir();
  const script = (file: string) =>
    `trap 'sleep 5.5; echo >${file}; exit 0' TERM; while :; do sleep 0.1; done`;
  const janitor = new Janitor();
  const patient = await janitor.spawn("sh", ["-c", script(`${folder}/patient`)], { patience: 60 });
  const other = await janitor.spawn("sh", ["-c", script(`${folder}/other`)]);
  await new Promise((resolve) => setTimeout(resolve, 500));
  await janitor[Symbol.asyncDispose]();
  assert.equal((await patient.status).code, 0);
  assert.equal((await other.status).signal, "SIGKILL");
  assert.deepEqual((await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name), [
    "patient",
  ]);
  await Deno.remove(folder, { recursive: true });
});
