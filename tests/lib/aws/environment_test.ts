import assert from "node:assert/strict";
import { organization } from "lib/organization.ts";
import { awsEnvironment } from "lib/aws/environment.ts";

const PROFILE = organization.environments.QA.awsProfile;

const rows: [
  what: string,
  config: string | undefined,
  variables: Record<string, string>,
  profile: string | undefined,
][] = [
  ["the environment's profile is used where there is one", `[profile ${PROFILE}]\n`, {}, PROFILE],
  ["credentials' files name it without a word before", `[ ${PROFILE} ]\n`, {}, PROFILE],
  ["a longer name is another profile", `[profile ${PROFILE}-old]\n`, {}, undefined],
  ["a machine without configuration speaks as itself", undefined, {}, undefined],
  ["who chose a profile keeps it", `[profile ${PROFILE}]\n`, { AWS_PROFILE: "mine" }, undefined],
  ["a key goes before", `[profile ${PROFILE}]\n`, { AWS_ACCESS_KEY_ID: "AKIA" }, undefined],
  ["an empty variable is none", `[profile ${PROFILE}]\n`, { AWS_PROFILE: "" }, PROFILE],
];
for (const [what, config, variables, profile] of rows) {
  Deno.test(what, async () => {
    const folder = await Deno.makeTempDir();
    try {
      await Deno.mkdir(`${folder}/.aws`);
      if (config !== undefined) await Deno.writeTextFile(`${folder}/.aws/config`, config);
      const env = (name: string) => ({ HOME: folder, ...variables })[name];
      assert.deepEqual(await awsEnvironment("QA", undefined, env), {
        AWS_REGION: organization.region,
        ...(profile ? { AWS_PROFILE: profile } : {}),
      });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

Deno.test("a stack's own region goes before the organization's", async () => {
  const { AWS_REGION } = await awsEnvironment("CI", "us-west-2", () => undefined);
  assert.equal(AWS_REGION, "us-west-2");
});
