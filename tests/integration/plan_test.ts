/** Plans: what was previewed is what is deployed, or nothing. */
import assert from "node:assert/strict";
import { openPlan, type PlannedRun, savePlan } from "lib/pulumi/deploy/plan.ts";
import { digestOf, type PlanBundle } from "lib/pulumi/deploy/plan_bundle.ts";
import { openSandbox } from "lib/pulumi/engine/backend.ts";
import { readState } from "lib/pulumi/engine/state.ts";
import { previewFleet, readsOf } from "lib/pulumi/evaluate/fleet.ts";
import { engineTest } from "tests/support/engine.ts";
import { engineFor, type FleetCopy, runStacks, withFleetCopy } from "tests/support/fleet.ts";

const NETWORK = "ol-infrastructure-network:CI";
const XQWATCHER = "ol-application-xqwatcher:CI";
const IDS = [NETWORK, XQWATCHER];
const NETWORK_FILE = "infra/foundation/network/Pulumi.CI.yaml";
const XQWATCHER_FILE = "infra/applications/xqwatcher/Pulumi.CI.yaml";

/** Plans and deploys in a copy of the fleet that is a git repository. */
async function withPlanner(
  use: (copy: FleetCopy, planner: {
    plan: (ids?: readonly string[], name?: string) => ReturnType<typeof savePlan>;
    open: (name?: string, expected?: string) => ReturnType<typeof openPlan>;
    deploy: (ids?: readonly string[], name?: string) => ReturnType<typeof runStacks>;
    digests: () => Promise<(string | undefined)[]>;
  }) => Promise<void>,
  pulumi: string,
): Promise<void> {
  await withFleetCopy(async (copy) => {
    await copy.commit();
    const folder = (name: string) => `${copy.root}/.cache/${name}`;
    const open = async (name = "plan", expected?: string) =>
      openPlan(
        await engineFor(copy.root, pulumi),
        await copy.load(),
        folder(name),
        expected === undefined ? {} : { expected },
      );
    await use(copy, {
      async plan(ids = IDS, name = "plan") {
        const fleet = await copy.load();
        const run: PlannedRun = {
          fleet,
          ids,
          engine: await engineFor(copy.root, pulumi),
          limits: { stacks: 2, classes: {} },
          reads: readsOf(await previewFleet(fleet, ids)),
        };
        return await savePlan(run, folder(name), async (options) => {
          const { of } = await runStacks(fleet, pulumi, "preview", ids, options);
          return ids.map(of);
        });
      },
      open,
      async deploy(ids = IDS, name = "plan") {
        const { optionsFor } = await open(name);
        return await runStacks(await copy.load(), pulumi, "up", ids, { optionsFor });
      },
      async digests() {
        const fleet = await copy.load();
        const engine = await engineFor(copy.root, pulumi);
        return await Promise.all(
          IDS.map(async (id) => (await readState(engine, fleet.stacks.get(id)!))?.digest),
        );
      },
    });
  });
}

engineTest("pulumi", "a plan is carried out once, as it was shown", async ({ pulumi }, t) => {
  await withPlanner(async (copy, { plan, open, deploy }) => {
    await t.step("of stacks that were never deployed, the upstream's outputs unknown", async () => {
      const { plan: saved } = await plan();
      assert.deepEqual(saved!.left, []);
      assert.deepEqual(saved!.bundle.stacks.map(({ id }) => id), IDS);
      const { of } = await deploy();
      for (const id of IDS) assert.deepEqual(of(id).problems, []);
      assert.equal(of(XQWATCHER).result!.report.changes.create, 4);
    });

    await t.step("carried out, it does not fit any more", async () => {
      await assert.rejects(open(), /network:CI: The state changed after this was planned/);
    });

    await t.step("a replacement upstream reaches the stack below as unknown", async () => {
      await copy.edit(NETWORK_FILE, (text) => text.replace("10.1.0.0/16", "10.9.0.0/16"));
      await copy.commit();
      const { plan: saved } = await plan();
      const [, below] = saved!.bundle.stacks;
      assert.deepEqual(below.upstream[NETWORK], {}, "the VPC's id is unknown, the token a secret");
      const { of } = await deploy();
      assert.deepEqual(of(XQWATCHER).problems, []);
      assert.equal(of(XQWATCHER).result!.report.changes.update, 1);
    });

    await t.step("a stack that has to wait is left out and named", async () => {
      const { plan: saved } = await plan(["ol-application-xqwatcher:QA"], "qa");
      assert.deepEqual(saved!.left, ["ol-application-xqwatcher:QA"]);
    });
  }, pulumi.path);
});

engineTest(
  "pulumi",
  "a plan that is stale or tampered with writes nothing",
  async ({ pulumi }, t) => {
    await withPlanner(async (copy, { plan, open, deploy, digests }) => {
      await runStacks(await copy.load(), pulumi.path, "up", IDS);
      await copy.edit(XQWATCHER_FILE, (text) => text.replace("replicas: 1", "replicas: 2"));
      await copy.commit();
      const { plan: saved } = await plan();
      const folder = `${copy.root}/.cache/plan`;
      const index = `${folder}/bundle.json`;
      const file = `${folder}/ol-application-xqwatcher.CI.plan.json`;
      const before = await digests();

      /** Changes a file while the step runs. */
      const changed = async (
        path: string,
        change: (text: string) => string,
        step: () => unknown,
      ) => {
        const text = await Deno.readTextFile(path);
        await Deno.writeTextFile(path, change(text));
        try {
          await step();
        } finally {
          await Deno.writeTextFile(path, text);
        }
      };
      const forged = (change: (bundle: PlanBundle) => void) => async (step: () => unknown) => {
        const bundle = structuredClone(saved!.bundle);
        change(bundle);
        const text = JSON.stringify({ ...bundle, digest: await digestOf(bundle) });
        await changed(index, () => text, step);
      };
      const program = `${copy.root}/infra/applications/xqwatcher/program.ts`;
      const refusals: [
        what: string,
        during: (step: () => unknown) => Promise<void>,
        says: RegExp,
      ][] = [
        [
          "an update plan was edited",
          (step) => changed(file, (text) => text.replace("replicas", "replicaz"), step),
          /xqwatcher\.CI\.plan\.json: was changed after it was written/,
        ],
        [
          "the index was edited",
          (step) => changed(index, (text) => text.replace("sandbox", "s3://other"), step),
          /bundle\.json: was changed after it was written/,
        ],
        [
          "the index lacks a key",
          (step) => changed(index, (text) => text.replace('"tools"', '"tool"'), step),
          /bundle\.json: .*tool/,
        ],
        [
          "another version of the CLI",
          forged((bundle) => void (bundle.tools.pulumi = "v3.1.0")),
          /made with pulumi v3\.1\.0, but this is v3/,
        ],
        [
          "another backend",
          forged((bundle) => void (bundle.backend = "s3://other")),
          /made for s3:\/\/other, but this is sandbox/,
        ],
        [
          "another commit",
          forged((bundle) => void (bundle.source.commit = "0".repeat(40))),
          /made at commit 000000000000, but this is/,
        ],
        [
          "a file that was edited and not committed",
          (step) => changed(program, (text) => `${text}\n// edited\n`, step),
          /Files differ from those that the plan was made from/,
        ],
        [
          "a stack that is gone",
          forged((bundle) => void (bundle.stacks[1].id = "ol-application-gone:CI")),
          /ol-application-gone:CI: no longer exists/,
        ],
      ];
      for (const [what, during, says] of refusals) {
        await t.step(what, () => during(() => assert.rejects(open(), says)));
      }

      await t.step("another plan than the approved one", async () => {
        await assert.rejects(open("plan", "0123456789abcdef"), /but 0123456789abcdef was approved/);
        await open("plan", saved!.bundle.digest.slice(0, 12));
      });

      await t.step(
        "a program that does something else is stopped by the CLI's preview",
        async () => {
          const { optionsFor } = await open();
          await changed(program, (text) => text.replace("watcher:1", "watcher:2"), async () => {
            const fleet = await copy.load();
            const { of } = await runStacks(fleet, pulumi.path, "up", [XQWATCHER], { optionsFor });
            assert.equal(of(XQWATCHER).verdict, "failed");
            assert.match(of(XQWATCHER).problems.join("\n"), /violates plan/);
          });
        },
      );

      await t.step("none of these wrote anything", async () => {
        assert.deepEqual(await digests(), before);
      });

      await t.step("a state that changes after the check is seen under the lock", async () => {
        const { optionsFor } = await open();
        const fleet = await copy.load();
        const overrides = new Map([[XQWATCHER, { replicas: 5 }]]);
        await runStacks(fleet, pulumi.path, "up", [XQWATCHER], { overrides });
        const { of } = await runStacks(fleet, pulumi.path, "up", [XQWATCHER], { optionsFor });
        assert.match(of(XQWATCHER).problems.join("\n"), /The state changed after this was planned/);
        const backend = await openSandbox(copy.root);
        const state = await Deno.readTextFile(
          `${backend.stateFolder}/.pulumi/stacks/ol-application-xqwatcher/CI.json`,
        );
        assert.match(state, /"replicas":5/);
        assert.doesNotMatch(state, /"replicas":2/);
      });

      await t.step("a folder that holds something else is not written to", async () => {
        await Deno.mkdir(`${copy.root}/.cache/mine`);
        await Deno.writeTextFile(`${copy.root}/.cache/mine/notes`, "keep");
        await assert.rejects(plan(IDS, "mine"), /holds something that is no plan/);
      });

      await t.step("planned again, it is carried out", async () => {
        await plan();
        const { of } = await deploy();
        assert.deepEqual(of(XQWATCHER).problems, []);
        assert.equal(of(XQWATCHER).result!.report.changes.update, 1);
      });
    }, pulumi.path);
  },
);

engineTest(
  "pulumi",
  "a stack below runs only when an output that it reads changes",
  async ({ pulumi }, t) => {
    await withFleetCopy(async (copy) => {
      await runStacks(await copy.load(), pulumi.path, "up", IDS);
      const gatedRun = async () => {
        const fleet = await copy.load();
        const reads = readsOf(await previewFleet(fleet, IDS));
        return await runStacks(fleet, pulumi.path, "up", IDS, {
          gated: new Set([XQWATCHER]),
          reads,
        });
      };
      await t.step("nothing changed", async () => {
        assert.equal((await gatedRun()).of(XQWATCHER).verdict, "unchanged");
      });
      await t.step("an output changed that it does not read", async () => {
        await copy.edit(NETWORK_FILE, (text) => text.replace("note: first", "note: second"));
        const { of } = await gatedRun();
        assert.ok(of(NETWORK).result !== undefined);
        assert.equal(of(XQWATCHER).verdict, "unchanged");
        assert.match(of(XQWATCHER).problems[0], /no output that it reads changed/);
      });
      await t.step("an output changed that it reads", async () => {
        await copy.edit(NETWORK_FILE, (text) => text.replace("10.1.0.0/16", "10.8.0.0/16"));
        const { of } = await gatedRun();
        assert.equal(of(XQWATCHER).verdict, "done");
        assert.equal(of(XQWATCHER).result!.report.changes.update, 1);
      });
      await t.step("a secret changed that it reads", async () => {
        await copy.edit(
          "infra/foundation/network/program.ts",
          (text) => text.replace("token-of-the-network", "another-token"),
        );
        assert.equal((await gatedRun()).of(XQWATCHER).verdict, "done");
      });
    });
  },
);
