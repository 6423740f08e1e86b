import assert from "node:assert/strict";
import { freePort } from "lib/images/port.ts";
import { REPOSITORY } from "lib/images/prepare.ts";
import { task as buildImage } from "tasks/build_image.ts";
import { fakeIo, runWith } from "tests/support/io.ts";
import { machineTest, processesIn, serveReleases, zipProgram } from "tests/support/machines.ts";

/** `IMAGE_SIGNALS=10` signals ten builds of each kind; the default is one. */
const RUNS = Number(Deno.env.get("IMAGE_SIGNALS") ?? 1);

/** Waits until a condition holds; it has to before the deadline. */
async function eventually(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!await holds()) {
    if (performance.now() > deadline) assert.fail(`still not so after 30 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function* walk(folder: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(folder)) yield entry.name;
}

for (const signal of ["SIGTERM", "SIGKILL"] as const) {
  machineTest(
    ["packer", "packer-plugin-amazon", "bao"],
    `a build that gets ${signal} leaves no process, mount, key or artifact`,
    async ({ bao }) => {
      const folder = await Deno.makeTempDir({ prefix: "image-signals-" });
      const release = await zipProgram(bao.path, "vault", folder);
      await Deno.mkdir(`${folder}/out`);
      await using server = serveReleases({ "vault.zip": release.path });
      try {
        // From before the first file to well into the provisioning.
        let latest = 9000;
        for (let signalled = 0; signalled < RUNS;) {
          const child = new Deno.Command(Deno.execPath(), {
            args: [
              ...["run", "-A", "--quiet", `${REPOSITORY}/tasks/build_image.ts`, "vault"],
              ...["--set", `vault.url=${server.url}/vault.zip`],
              ...["--set", `vault.sha256=${release.sha256}`],
              ...["--set", `vault.port=${freePort()}`, "--out", `${folder}/out`],
            ],
            cwd: REPOSITORY,
            stdin: "null",
            stdout: "null",
            stderr: "null",
          }).spawn();
          await new Promise((resolve) => setTimeout(resolve, 300 + Math.random() * latest));
          try {
            child.kill(signal);
          } catch (error) {
            if (!(error instanceof TypeError)) throw error;
          }
          const { code, signal: by } = await child.status;
          if (code === 0) {
            // It was quicker.
            latest *= 0.8;
            await Deno.remove(`${folder}/out`, { recursive: true });
            await Deno.mkdir(`${folder}/out`);
            continue;
          }
          signalled++;
          assert.ok(code === 143 || by === signal, `exit code ${code}`);
          await eventually(
            "no process is left",
            async () => (await processesIn(folder)).length === 0,
          );
          await eventually(
            "no folder is left",
            async () => (await Array.fromAsync(walk(`${folder}/out`))).length === 0,
          );
          const mounts = await Deno.readTextFile("/proc/self/mounts");
          assert.equal(mounts.includes(folder), false);
        }
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
    { sanitizeResources: false, sanitizeOps: false },
  );
}

machineTest(
  ["packer", "packer-plugin-amazon"],
  "a build whose port another one has is told so, and leaves nothing",
  async () => {
    const folder = await Deno.makeTempDir({ prefix: "image-port-" });
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    try {
      const words = ["vault", "--set", `vault.port=${port}`, "--out", folder];
      const { code, stderr } = await runWith(
        buildImage,
        words,
        fakeIo({ env: Deno.env.toObject() }),
      );
      assert.equal(code, 1);
      assert.match(stderr, new RegExp(`error: Port ${port} of component vault is taken`));
      assert.deepEqual(await Array.fromAsync(walk(folder)), []);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
  { sanitizeResources: false, sanitizeOps: false },
);
