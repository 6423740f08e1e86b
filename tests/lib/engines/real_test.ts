import assert from "node:assert/strict";
import { execOrThrow } from "lib/cli/exec.ts";
import { CATALOG, EngineName } from "lib/engines/catalog.ts";
import { readVersion } from "lib/engines/version.ts";
import { engineTest } from "tests/support/engine.ts";

for (const name of EngineName.options) {
  engineTest(name, `${name} itself says that it is the pinned version`, async (engines) => {
    const answer = await readVersion(CATALOG[name], engines[name].path);
    assert.deepEqual(answer, { version: engines[name].version });
    if (engines[name].source === "cache") {
      assert.equal(engines[name].version, CATALOG[name].version);
    }
  });
}

engineTest(
  ["packer", "packer-plugin-amazon"],
  "packer finds its amazon plugin in the environment that the resolver gives",
  async (engines) => {
    const { packer, "packer-plugin-amazon": plugin } = engines;
    const out = await execOrThrow(packer.path, ["plugins", "installed"], {
      env: { ...packer.env, ...plugin.env },
    });
    assert.equal(out.trim(), plugin.path);
  },
);
