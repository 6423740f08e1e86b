import assert from "node:assert/strict";
import { openAmis } from "lib/pulumi/amis.ts";
import { parseStack } from "lib/pulumi/stack_info.ts";

const info = parseStack("ol-infrastructure-vault", "QA");
const key = { image: "vault", nodeType: "server", region: "us-east-1" };

Deno.test("where nothing real is started, an AMI that was never released is made up, always the same", async () => {
  const amiFor = openAmis(["vault"], info, false);
  const ami = await amiFor(key);
  assert.match(ami, /^ami-[0-9a-f]{17}$/);
  assert.equal(await amiFor(key), ami);
  assert.notEqual(await openAmis(["vault"], parseStack(info.project, "CI"), false)(key), ami);
});

Deno.test("a deployment needs a release", async () => {
  await assert.rejects(
    openAmis(["vault"], info, true)({ ...key, image: "vault" }),
    /images\/vault\/releases\/server\.qa\.json/,
  );
});

Deno.test("an image that the manifest does not name is refused", async () => {
  await assert.rejects(
    openAmis(["consul"], info, false)(key),
    /starts machines of images\/vault, which its manifest does not name: add "vault" to its images/,
  );
});
