import assert from "node:assert/strict";
import { engineTest } from "tests/support/engine.ts";
import { withKube } from "tests/support/kube.ts";

engineTest(
  ["kube-apiserver", "etcd"],
  "the API server of tests judges objects field by field",
  async (engines) => {
    await withKube(engines, async (kube) => {
      const version = await kube.request("GET", "/version");
      assert.equal(version.body.gitVersion, `v${engines["kube-apiserver"].version}`);
      const path = "/api/v1/namespaces/default/configmaps?dryRun=All&fieldValidation=Strict";
      const map = { metadata: { name: "a" }, data: { key: "value" } };
      assert.equal((await kube.request("POST", path, map)).status, 201);
      const misspelt = await kube.request("POST", path, { ...map, dats: {} });
      assert.equal(misspelt.status, 400);
      assert.match(misspelt.body.message, /unknown field "dats"/);
      const config = JSON.parse(await Deno.readTextFile(kube.kubeconfig));
      assert.equal(config.clusters[0].cluster.server, kube.address);
    });
  },
);
