import assert from "node:assert/strict";
import { newestArtifact, requireSame } from "lib/images/artifact.ts";
import { shownSettings } from "lib/images/compose.ts";
import { Manifest, writeJson } from "lib/images/manifest.ts";
import { prepareImage, REPOSITORY } from "lib/images/prepare.ts";

const prepare = (...set: string[]) =>
  prepareImage(REPOSITORY, "vault", { env: "qa", set }, () => undefined);
const prepared = await prepare();

const manifest = (changes: Partial<Manifest> = {}) =>
  Manifest.parse({
    image: "vault",
    build: "vault-server-QA-20261101120000",
    nodeType: "server",
    environment: "QA",
    target: "rootfs",
    builtAt: "2026-11-01T12:00:00Z",
    commit: "0123456789abcdef",
    artifact: "rootfs",
    sbomDigest: "0".repeat(64),
    components: JSON.parse(JSON.stringify(Object.fromEntries(
      prepared.components.map((one) => [one.component.name, shownSettings(one)]),
    ))),
    sizeMiB: 1,
    packages: 1,
    openPorts: [],
    setuid: [],
    ...changes,
  });

async function withArtifacts(
  artifacts: Readonly<Record<string, Partial<Manifest>>>,
  test: (out: string) => Promise<void>,
): Promise<void> {
  const out = await Deno.makeTempDir();
  for (const [name, changes] of Object.entries(artifacts)) {
    await Deno.mkdir(`${out}/vault/${name}`, { recursive: true });
    await writeJson(`${out}/vault/${name}/manifest.json`, manifest(changes));
  }
  await test(out);
  await Deno.remove(out, { recursive: true });
}

Deno.test("a test takes the newest artifact of the image's own node type, environment and kind", async () => {
  await withArtifacts({
    old: {},
    disk: { target: "qcow2", builtAt: "2026-11-02T12:00:00Z" },
    root: { builtAt: "2026-11-03T12:00:00Z" },
    ci: { environment: "CI", builtAt: "2026-11-04T12:00:00Z" },
    agent: { nodeType: "agent", builtAt: "2026-11-05T12:00:00Z" },
    ami: { target: "ami", artifact: undefined, builtAt: "2026-11-06T12:00:00Z" },
  }, async (out) => {
    assert.equal(await newestArtifact(out, prepared), `${out}/vault/root`);
    assert.equal(await newestArtifact(out, prepared, "qcow2"), `${out}/vault/disk`);
  });
});

Deno.test("where there is none, a test says what there is", async () => {
  await withArtifacts({ ci: { environment: "CI" } }, async (out) => {
    await assert.rejects(
      newestArtifact(out, prepared),
      /no rootfs or qcow2 of vault as server for QA .*\(there are ci\): run deno task build-image vault/,
    );
  });
  await assert.rejects(newestArtifact("/nowhere", prepared), /under \/nowhere: run/);
});

Deno.test("an artifact is tested with the settings it was built with only", async () => {
  requireSame("out/x", manifest(), prepared);
  const other = await prepare("vault.port=8210");
  assert.throws(
    () => requireSame("out/x", manifest(), other),
    /out\/x was built with vault\.port 8200, and is tested with 8210/,
  );
  assert.throws(
    () => requireSame("out/x", manifest({ environment: "CI" }), prepared),
    /out\/x is of environment "CI", not "QA"/,
  );
  assert.throws(
    () => requireSame("out/x", manifest({ components: {} }), prepared),
    /lacks component vault/,
  );
});
