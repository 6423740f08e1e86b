import assert from "node:assert/strict";
import { execOrThrow } from "lib/cli/exec.ts";
import { CLI_SETTINGS } from "lib/pulumi/engine/backend.ts";
import { installPlugin, requirePlugins } from "lib/pulumi/engine/plugins.ts";
import { engineTest } from "tests/support/engine.ts";

const AWS = { name: "aws", version: "7.48.0" };

engineTest(
  "pulumi",
  "a plugin that is missing is named, and installed where asked",
  async ({ pulumi }) => {
    const folder = await Deno.makeTempDir();
    await Deno.writeTextFile(`${folder}/pulumi-resource-aws`, "#!/bin/sh\n", { mode: 0o755 });
    await execOrThrow("tar", ["-czf", "plugin.tgz", "pulumi-resource-aws"], { cwd: folder });
    const asked: string[] = [];
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      async ({ url }) => {
        asked.push(new URL(url).pathname);
        return new Response(await Deno.readFile(`${folder}/plugin.tgz`));
      },
    );
    const env = {
      ...CLI_SETTINGS,
      PULUMI_HOME: `${folder}/home`,
      PULUMI_PLUGIN_DOWNLOAD_URL_OVERRIDES: `^.*$=http://127.0.0.1:${server.addr.port}`,
    };
    try {
      const require = () => requirePlugins(pulumi.path, env, [AWS]);
      await assert.rejects(
        require(),
        /Providers' plugins are not installed: aws 7\.48\.0: run deno task setup --plugins/,
      );
      await installPlugin(pulumi.path, AWS, { env });
      assert.match(asked.join(), /pulumi-resource-aws-v7\.48\.0-/);
      await require();
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);
