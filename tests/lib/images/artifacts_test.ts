import assert from "node:assert/strict";
import { z } from "zod";
import { exceeds } from "lib/images/budget.ts";
import { defineComponent } from "lib/images/component.ts";
import { Host } from "lib/images/host.ts";
import { Budget } from "lib/images/image.ts";
import { parseInventory } from "lib/images/inventory.ts";
import { put } from "lib/images/operations/files/put.ts";
import { fill } from "lib/images/operations/files/template.ts";
import { prepareImage, REPOSITORY } from "lib/images/prepare.ts";
import { makeSbom } from "lib/images/sbom.ts";
import { requireContainable } from "lib/images/test_artifact.ts";
import type { Target } from "lib/images/target.ts";

const INVENTORY = parseInventory(`
== os
debian 12
== packages
ii |curl|7.88.1-10|amd64|curl
ii |libc6|2.36-9|amd64|glibc
rc |gone|1|amd64|gone
hi |held|2:1.0|all|held
== setuid
/usr/bin/sudo
/opt/odd
== ports
0.0.0.0:22
127.0.0.1:8200
[::]:9000
*:9000
== size
900
`);

Deno.test("an inventory holds installed packages and ports that others can reach", () => {
  assert.deepEqual(INVENTORY.packages.map(({ name }) => name), ["curl", "libc6", "held"]);
  assert.deepEqual(INVENTORY.openPorts, [22, 9000]);
  assert.equal(INVENTORY.sizeMiB, 900);
});

Deno.test("a budget is exceeded by size, by a port and by a setuid program", () => {
  const findings = exceeds(Budget.parse({ sizeMiB: 800 }), INVENTORY);
  assert.equal(findings.length, 3);
  assert.match(findings.join("\n"), /900 MiB.*800 MiB[\s\S]*Port 9000[\s\S]*\/opt\/odd/);
  const generous = Budget.parse({ sizeMiB: 900, openPorts: [9000], setuid: ["/opt/odd"] });
  assert.deepEqual(exceeds(generous, INVENTORY), []);
});

Deno.test("a bill of materials names packages by purl and releases by digest", () => {
  const component = defineComponent({
    name: "vault",
    settings: z.strictObject({ version: z.string(), url: z.string(), sha256: z.string() }),
    steps: () => Promise.resolve(),
  }).component;
  const settings = { version: "1.2.3", url: "https://x/{version}.zip", sha256: "ab".repeat(32) };
  const sbom = makeSbom(
    { image: "vault", build: "vault-1", at: new Date(0), serial: crypto.randomUUID() },
    INVENTORY,
    [{ component, settings }],
  );
  const components = sbom.components as { purl: string; hashes?: { content: string }[] }[];
  assert.deepEqual(components.map(({ purl }) => purl), [
    "pkg:generic/vault@1.2.3",
    "pkg:deb/debian/curl@7.88.1-10?arch=amd64&distro=debian-12",
    "pkg:deb/debian/libc6@2.36-9?arch=amd64&distro=debian-12",
    "pkg:deb/debian/held@2%3A1.0?arch=all&distro=debian-12",
  ]);
  assert.equal(components[0].hashes?.[0].content, settings.sha256);
});

Deno.test("two components that write one path are a fault of the image, found in the plan", async () => {
  const empty: Target = {
    name: "nothing",
    run: () => Promise.resolve({ code: 0, stdout: "", stderr: "" }),
    close: () => Promise.resolve(),
  };
  const host = new Host(empty, { mode: "plan", booted: true });
  host.enter("vault");
  await host.run("Write it", put({ dest: "/etc/x", content: "" }));
  await host.run("Write it again", put({ dest: "/etc/x", content: "b" }));
  host.enter("consul");
  await assert.rejects(
    host.run("Write it", put({ dest: "/etc/x", content: "" })),
    /consul: Write it: component vault manages path \/etc\/x already/,
  );
});

Deno.test("a template's missing and unused variables are told with their lines, all at once", () => {
  assert.equal(fill("a {{ b }}\n{{c}}", { b: 1, c: "$&" }, "t"), "a 1\n$&");
  assert.throws(() => fill("x\n{{ b }}", { c: 1 }, "t"), (error) => {
    assert.match(String(error), /t:2: variable "b" has no value\nt: variable "c" is not used/);
    return true;
  });
});

for (const [name, wants] of [["codejail", "filters packets"], ["docker-host", "runs containers"]]) {
  Deno.test(`${name}, which ${wants}, is not tested in a container`, async () => {
    const flags = { env: "ci", set: [] } as const;
    const prepared = await prepareImage(REPOSITORY, name, flags, () => undefined);
    assert.throws(
      () => requireContainable(prepared),
      new RegExp(`of ${name} ${wants}, which a container .* --target qcow2`),
    );
  });
}

Deno.test("vault is tested in a container", async () => {
  const flags = { env: "ci", set: [] } as const;
  requireContainable(await prepareImage(REPOSITORY, "vault", flags, () => undefined));
});
