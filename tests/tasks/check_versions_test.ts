import assert from "node:assert/strict";
import { checkVersions, compareVersions } from "lib/images/upstream.ts";
import { RELEASES } from "lib/versions.ts";
import { task } from "tasks/check_versions.ts";
import { runWith } from "tests/support/io.ts";

const order: [string, string, number][] = [
  ["1.2.3", "1.2.3", 0],
  ["1.9.0", "1.10.0", -1],
  ["2.0.0", "1.99.99", 1],
  ["1.2", "1.2.0", 0],
  ["2.0.0-rc1", "2.0.0", -1],
  ["2.0.0-rc1", "2.0.0-rc2", -1],
];
for (const [a, b, wanted] of order) {
  Deno.test(`compareVersions("${a}", "${b}") is ${wanted}`, () => {
    assert.equal(compareVersions(a, b), wanted);
    assert.equal(compareVersions(b, a) + wanted, 0);
  });
}

Deno.test("a release is behind only when upstream says so", async () => {
  const tags: Record<string, string> = {
    "hashicorp/vault": "v99.0.0",
    "hashicorp/consul": `v${RELEASES.consul.version}`,
  };
  const rows = await checkVersions({
    now: new Date("2026-12-01T00:00:00Z"),
    latest: (repository) => Promise.resolve(tags[repository]),
  });
  const state = Object.fromEntries(rows.map((row) => [row.name, row.state]));
  assert.equal(state.vault, "behind");
  assert.equal(state.consul, "current");
  assert.equal(state.nomad, "unknown");
  assert.equal(rows.find((row) => row.name === "vault")!.ageDays, 166);
});

Deno.test("check-versions --offline reports every pin's age and exits 0", async () => {
  const { code, stdout } = await runWith(task, ["--offline"]);
  assert.equal(code, 0);
  for (const name of Object.keys(RELEASES)) {
    assert.match(stdout, new RegExp(`^${name} .*days$`, "m"));
  }
});
