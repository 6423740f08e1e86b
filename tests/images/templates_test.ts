import assert from "node:assert/strict";
import { exec } from "lib/cli/exec.ts";
import { imageNames, loadImage } from "lib/images/catalog.ts";
import { cloudVariables } from "lib/images/cloud.ts";
import { validate as validateWith } from "lib/images/packer.ts";
import { REPOSITORY } from "lib/images/prepare.ts";
import { Environment } from "lib/schema/environment.ts";
import { engineTest } from "tests/support/engine.ts";

for (const name of await imageNames(REPOSITORY)) {
  engineTest(
    ["packer", "packer-plugin-amazon"],
    `Packer finds images/${name} formatted and valid for every node type, offline`,
    async ({ packer, "packer-plugin-amazon": plugin }) => {
      const folder = `${REPOSITORY}/images/${name}`;
      const env = { ...packer.env, ...plugin.env, CHECKPOINT_DISABLE: "1", PACKER_NO_COLOR: "1" };
      const formatted = await exec(packer.path, ["fmt", "-check", "-diff", folder], { env });
      assert.equal(formatted.code, 0, formatted.stdout);
      const validate = (...words: string[]) =>
        exec(packer.path, ["validate", ...words, folder], { env });
      for (const nodeType of (await loadImage(REPOSITORY, name)).nodeTypes) {
        const result = await validate("-var", `node_type=${nodeType}`);
        assert.equal(result.code, 0, result.stdout + result.stderr);
      }
      for (const environment of Environment.options) {
        await validateWith({ engine: packer, env }, folder, {
          variables: cloudVariables(environment, new Date()),
        });
      }
      await validateWith({ engine: packer, env }, folder, {
        variables: {
          profile: "ol-qa",
          kms_key_id: "alias/images",
          ami_users: ["111111111111"],
          ssh_interface: "public_ip",
        },
      });
      for (
        const refused of [
          "ssh_cidrs=[]",
          'ssh_cidrs=["0.0.0.0/0"]',
          "ssh_interface=public",
          'ami_users=["1"]',
        ]
      ) {
        assert.notEqual((await validate("-var", refused)).code, 0, refused);
      }
      const wrong = await validate("-var", "node_type=nonsense");
      assert.notEqual(wrong.code, 0);
      assert.match(wrong.stdout + wrong.stderr, /node_type of/);
    },
  );

  Deno.test(`images/${name} is named after its folder in its template and image.ts`, async () => {
    const text = await Deno.readTextFile(`${REPOSITORY}/images/${name}/image.pkr.hcl`);
    assert.match(
      text,
      new RegExp(`variable "app_name" \\{\\s+type\\s+= string\\s+default = "${name}"`),
    );
    assert.equal((await loadImage(REPOSITORY, name)).name, name);
  });
}
