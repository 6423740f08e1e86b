/** What files do to a sync, at a real server. */
import assert from "node:assert/strict";
import { Exit } from "lib/cli/task.ts";
import { withBao } from "tests/support/bao.ts";
import { engineTest } from "tests/support/engine.ts";
import { makeSecretsRoot } from "tests/support/secrets_root.ts";
import { freshMount, heldAt } from "tests/support/synced_vault.ts";

engineTest(
  ["bao", "sops"],
  "files decide what is written, and one that is wrong stops all",
  async (engines, t) => {
    await using root = await makeSecretsRoot(engines.sops.path, {
      app: { one: { a: "first" }, two: { b: { c: 2, d: [true, 1.5] } }, three: { e: "x" } },
    });
    await withBao(engines.bao.path, async (bao) => {
      await freshMount(bao);
      const run = async (words: string[], env: Record<string, string> = {}) => {
        const variables = { VAULT_ADDR: bao.address, VAULT_TOKEN: bao.token, ...env };
        const child = root.start("sync-secrets", ["--env", "ci", ...words], variables);
        const { code, stdout, stderr } = await child.output();
        const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
        return { code, out, err };
      };
      const versions = () =>
        Promise.all(["one", "two", "three"].map(async (name) => (await heldAt(bao, name)).version));
      const file = (name: string) => `${root.path}/secrets/app/${name}.ci.yaml`;

      await t.step("values are typed in Vault as they are in the files", async () => {
        const { code, err } = await run(["--apply"]);
        assert.equal(code, Exit.Ok, err);
        assert.deepEqual((await heldAt(bao, "two")).data, { b: { c: 2, d: [true, 1.5] } });
      });

      await t.step("an unchanged run needs no key", async () => {
        const { code, out, err } = await run([], { SOPS_AGE_KEY_FILE: "/dev/null" });
        assert.equal(code, Exit.Ok, err);
        assert.match(out, /In sync/);
        const full = await run(["--full"], { SOPS_AGE_KEY_FILE: "/dev/null" });
        assert.equal(full.code, Exit.Failed);
        assert.match(full.err, /three\.ci\.yaml: no key at hand opens it/);
      });

      await t.step("F1 a file that was tampered with stops the change of another", async () => {
        const good = await Deno.readTextFile(file("two"));
        await Deno.writeTextFile(file("two"), good.replace(/mac: ENC\[AES256_GCM,data:./, "$&A"));
        await root.encrypt("app", "one", { a: "second" });
        const { code, err } = await run(["--apply"]);
        assert.equal(code, Exit.Failed);
        assert.match(err, /secrets\/app\/two\.ci\.yaml: /);
        assert.deepEqual(await versions(), [1, 1, 1]);
        await Deno.writeTextFile(file("two"), good);
      });

      await t.step("F42 a file that changed since the plan stops its digest", async () => {
        const { out } = await run([]);
        assert.match(out, /^change +app\/one +version 1 +~a \(6\)$/m);
        const digest = /--digest (\w+)/.exec(out)![1];
        await root.encrypt("app", "one", { a: "thirds" });
        const { code, err } = await run(["--apply", "--digest", digest]);
        assert.equal(code, Exit.Failed);
        assert.match(err, /The plan is now \w+, not \w+: files or Vault changed: plan again/);
        assert.deepEqual(await versions(), [1, 1, 1]);
        assert.equal((await run(["--apply"])).code, Exit.Ok);
        assert.deepEqual(await versions(), [2, 1, 1]);
      });

      await t.step("F16 an empty file is an error, and deletes nothing", async () => {
        const good = await Deno.readTextFile(file("three"));
        await Deno.writeTextFile(file("three"), "");
        const { code, err } = await run(["--apply", "--delete"]);
        assert.equal(code, Exit.Failed);
        assert.match(err, /three\.ci\.yaml: is empty/);
        await Deno.remove(file("three"));
        const missing = await run(["--apply", "--delete"]);
        assert.equal(missing.code, Exit.Failed);
        assert.match(missing.err, /three\.ci\.yaml: no such file/);
        await Deno.writeTextFile(file("three"), good);
        assert.deepEqual((await heldAt(bao, "three")).data, { e: "x" });
      });

      await t.step("a secret encrypted anew with the same values makes no version", async () => {
        await root.encrypt("app", "three", { e: "x" });
        const { code, out } = await run(["--apply"]);
        assert.equal(code, Exit.Ok);
        assert.match(out, /In sync/);
        assert.deepEqual(await versions(), [2, 1, 1]);
      });
    });
  },
);
