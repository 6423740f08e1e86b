import assert from "node:assert/strict";
import { ROOT } from "lib/cli/root.ts";
import { previewFleet } from "lib/pulumi/evaluate/fleet.ts";
import { loadFleet } from "lib/pulumi/fleet.ts";
import { makeEveryKubernetesComponent } from "tests/support/components.ts";
import { engineTest } from "tests/support/engine.ts";
import { withKube } from "tests/support/kube.ts";
import { installKinds, KubeJudge, objectsOf } from "tests/support/kube_objects.ts";
import { make } from "tests/support/program.ts";

engineTest(
  ["kube-apiserver", "etcd"],
  "a real API server accepts every object of every stack, field by field",
  async (engines) => {
    const fleet = await loadFleet(ROOT);
    const previews = await previewFleet(fleet, [...fleet.stacks.keys()]);
    assert.deepEqual(previews.flatMap(({ problems }) => problems), []);
    await withKube(engines, async (kube) => {
      await installKinds(kube);
      const judge = new KubeJudge(kube);
      const problems: string[] = [];
      let count = 0;
      for (const { stack, evaluation } of previews) {
        const objects = objectsOf(evaluation!.resources);
        count += objects.length;
        const found = await Promise.all(objects.map((object) => judge.judge(object)));
        problems.push(...found.flat().map((problem) => `${stack.id}: ${problem}`));
      }
      assert.deepEqual(problems, []);
      assert.ok(count > 10, `only ${count} objects were judged`);

      const { objects } = await make(makeEveryKubernetesComponent);
      const found = await Promise.all(objects.map((object) => judge.judge(object)));
      assert.deepEqual(found.flat(), [], "components with every option");

      // The judge does judge: a field too many, a value of the wrong type, a name of no use.
      const metadata = { name: "a", namespace: "default" };
      const apiVersion = "secrets.hashicorp.com/v1beta1";
      const spec = { mount: "m", path: "p", type: "kv-v2", destination: { name: "d" } };
      const wrong: [object: Parameters<KubeJudge["judge"]>[0], message: RegExp][] = [
        [{ apiVersion, kind: "VaultStaticSecret", metadata, spec: { ...spec, paht: "p" } }, /paht/],
        [
          { apiVersion, kind: "VaultStaticSecret", metadata, spec: { ...spec, type: "kv" } },
          /kv-v1/,
        ],
        [{ apiVersion: "v1", kind: "Service", metadata, spec: { ports: [{ prot: 1 }] } }, /prot/],
        [{ apiVersion, kind: "VaultSecret", metadata, spec }, /knows no VaultSecret/],
      ].map(([object, message]) => [object as never, message as RegExp]);
      for (const [object, message] of wrong) {
        assert.match((await judge.judge(object)).join("\n"), message);
      }
      const right = { apiVersion, kind: "VaultStaticSecret", metadata, spec };
      assert.deepEqual(await judge.judge(right), []);
    });
  },
);
