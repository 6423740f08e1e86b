/** Stacks through the real CLI, with state, references and diffs, against simulated providers. */
import assert from "node:assert/strict";
import { runFleet } from "lib/pulumi/deploy/deploy.ts";
import { describeChanges } from "lib/pulumi/deploy/report.ts";
import type { StackOperation } from "lib/pulumi/engine/run_stack.ts";
import { countResources } from "lib/pulumi/engine/state.ts";
import { exec } from "lib/cli/exec.ts";
import type { Fleet } from "lib/pulumi/fleet.ts";
import { engineTest } from "tests/support/engine.ts";
import { engineFor, runStacks, withFleetCopy } from "tests/support/fleet.ts";

const NETWORK = "ol-infrastructure-network:CI";
const XQWATCHER = "ol-application-xqwatcher:CI";
const XQWATCHER_FILE = "infra/applications/xqwatcher/Pulumi.CI.yaml";
const NETWORK_FILE = "infra/foundation/network/Pulumi.CI.yaml";

const run = (fleet: Fleet, pulumi: string, operation: StackOperation, ids = [NETWORK, XQWATCHER]) =>
  runStacks(fleet, pulumi, operation, ids);

engineTest(
  "pulumi",
  "a fleet is deployed, redeployed, edited and destroyed",
  async ({ pulumi }, t) => {
    await withFleetCopy(async (copy) => {
      let fleet = await copy.load();

      await t.step(
        "a preview of what was never deployed sees the upstream's outputs as unknown",
        async () => {
          const { of } = await run(fleet, pulumi.path, "preview");
          assert.deepEqual(of(XQWATCHER).problems, []);
          assert.equal(of(XQWATCHER).result!.report.changes.create, 4);
        },
      );

      await t.step(
        "an eager read of an unknown defers the stack, which is no failure",
        async () => {
          const program = "infra/applications/xqwatcher/program.ts";
          const before = await Deno.readTextFile(`${copy.root}/${program}`);
          await copy.edit(
            program,
            (text) =>
              text
                .replace("(({ config", "(async ({ config")
                .replace("const name =", 'await needs.network.eager("vpcId");\n  const name ='),
          );
          const { of } = await run(fleet, pulumi.path, "preview");
          assert.equal(of(XQWATCHER).verdict, "done");
          assert.match(of(XQWATCHER).result!.deferred!, /output "vpcId" of .* is not known/);
          await Deno.writeTextFile(`${copy.root}/${program}`, before);
        },
      );

      await t.step("the first run creates everything, upstream first", async () => {
        const { order, of } = await run(fleet, pulumi.path, "up");
        assert.deepEqual(order, [NETWORK, XQWATCHER]);
        assert.deepEqual(of(NETWORK).problems, []);
        assert.deepEqual(of(XQWATCHER).problems, []);
        assert.equal(of(NETWORK).result!.report.changes.create, 4);
        assert.equal(of(XQWATCHER).result!.report.changes.create, 4);
        assert.match(String(of(NETWORK).result!.report.outputs.vpcId), /^vpc-[0-9a-f]{17}$/);
      });

      await t.step("the plain CLI reads it: tags by transform, a real reference", async () => {
        const { backend } = await engineFor(fleet.root, pulumi.path);
        const cwd = await backend.projectDir(fleet.stacks.get(XQWATCHER)!);
        const { stdout } = await exec(pulumi.path, ["stack", "export", "--stack", "CI"], {
          cwd,
          env: { ...backend.env },
        });
        const { resources } = JSON.parse(stdout).deployment;
        const find = (type: string) => resources.find((one: { type: string }) => one.type === type);
        assert.equal(
          find("pulumi:pulumi:StackReference").id,
          "organization/ol-infrastructure-network/CI",
        );
        assert.equal(find("aws:iam/role:Role").inputs.tags.business_unit, "mitx");
        const { metadata, spec } = find("kubernetes:apps/v1:Deployment").inputs;
        assert.equal(metadata.labels["ol.mit.edu/environment"], "ci");
        const [container] = spec.template.spec.containers;
        assert.match(container.env[0].value, /^vpc-/, "the upstream's output reached the pod");
      });

      await t.step("the second run changes nothing", async () => {
        const { of } = await run(fleet, pulumi.path, "up");
        assert.ok(!of(NETWORK).changed && !of(XQWATCHER).changed);
      });

      await t.step("another note is a change of one output, and of no resource", async () => {
        await copy.edit(NETWORK_FILE, (text) => text.replace(/note: .*/, "note: another"));
        fleet = await copy.load();
        for (const operation of ["preview", "up"] as const) {
          const { of } = await run(fleet, pulumi.path, operation, [NETWORK]);
          assert.ok(of(NETWORK).changed, operation);
          assert.equal(describeChanges(of(NETWORK).result!.report), "output note");
        }
        const { of } = await run(fleet, pulumi.path, "refresh", [NETWORK]);
        assert.ok(!of(NETWORK).changed);
      });

      await t.step("one more replica updates one Deployment", async () => {
        await copy.edit(XQWATCHER_FILE, (text) => text.replace("replicas: 1", "replicas: 2"));
        const { of } = await run(fleet, pulumi.path, "up");
        assert.ok(!of(NETWORK).changed);
        assert.deepEqual(
          of(XQWATCHER).result!.report.steps.map(({ operation, type }) => [operation, type]),
          [["update", "kubernetes:apps/v1:Deployment"]],
        );
      });

      await t.step(
        "another network replaces the VPC, and the reference carries the new id",
        async () => {
          await copy.edit(NETWORK_FILE, (text) => text.replace("10.1.0.0/16", "10.9.0.0/16"));
          const { of } = await run(fleet, pulumi.path, "up");
          const replaced = of(NETWORK).result!.report.steps.filter(({ operation }) =>
            operation === "replace"
          );
          assert.ok(replaced.some(({ type }) => type === "aws:ec2/vpc:Vpc"));
        },
      );

      await t.step("a stack with a live consumer is not destroyed", async () => {
        await assert.rejects(
          run(fleet, pulumi.path, "destroy", [NETWORK]),
          /Cannot destroy ol-infrastructure-network:CI: ol-application-xqwatcher:CI still uses it/,
        );
      });

      await t.step("a program that fails skips what needs it and loses nothing", async () => {
        await copy.edit(NETWORK_FILE, (text) => text.replace("10.9.0.0/16", "8.8.0.0/16"));
        const { of } = await run(fleet, pulumi.path, "up");
        assert.equal(of(NETWORK).verdict, "failed");
        assert.match(
          of(NETWORK).problems[0],
          /cidrBlock: "8\.8\.0\.0\/16" is not in a private/,
        );
        assert.equal(of(XQWATCHER).verdict, "skipped");
        assert.match(of(XQWATCHER).problems[0], /needs ol-infrastructure-network:CI, which failed/);
        await copy.edit(NETWORK_FILE, (text) => text.replace("8.8.0.0/16", "10.9.0.0/16"));
      });

      await t.step("a cancelled run starts nothing and leaves no lock", async () => {
        const engine = await engineFor(fleet.root, pulumi.path, AbortSignal.abort());
        const outcomes = await runFleet({
          fleet,
          ids: [NETWORK, XQWATCHER],
          operation: "up",
          engine,
          limits: { stacks: 2, classes: {} },
          observe: () => {},
        });
        assert.ok(outcomes.every(({ verdict }) => verdict === "cancelled"));
      });

      await t.step("what a program protects is destroyed only when that is said", async () => {
        await copy.edit(
          "infra/foundation/network/program.ts",
          (text) =>
            text.replace(
              "{ cidrBlock: config.cidrBlock });",
              "{ cidrBlock: config.cidrBlock }, { protect: true });",
            ),
        );
        fleet = await copy.load();
        await run(fleet, pulumi.path, "up");
        await assert.rejects(
          runStacks(fleet, pulumi.path, "destroy", [NETWORK, XQWATCHER], { unprotect: false }),
          /^Problems: Cannot destroy ol-infrastructure-network:CI: aws:ec2\/vpc:Vpc vpc-ci is protected: pass --unprotect if it shall go, too$/,
        );
        const engine = await engineFor(fleet.root, pulumi.path);
        assert.ok(await countResources(engine, fleet.stacks.get(XQWATCHER)!) > 0);
      });

      await t.step("destroy goes in reverse and leaves no resource", async () => {
        const { order } = await run(fleet, pulumi.path, "destroy");
        assert.deepEqual(order, [XQWATCHER, NETWORK]);
        const engine = await engineFor(fleet.root, pulumi.path);
        for (const id of [NETWORK, XQWATCHER]) {
          assert.equal(await countResources(engine, fleet.stacks.get(id)!), 0);
        }
      });
    });
  },
);

engineTest(
  "pulumi",
  "a host that crashes is started again, with the reason",
  async ({ pulumi }) => {
    await withFleetCopy(async (copy) => {
      // The host may not write: what tells the second run from the first is written here.
      const marker = `${copy.root}/crashed`;
      await Deno.writeTextFile(marker, "");
      await copy.edit("infra/foundation/network/program.ts", (text) =>
        text.replace(
          "const vpc =",
          `if (!Deno.readTextFileSync(${JSON.stringify(marker)})) Deno.exit(134);
  const vpc =`,
        ));
      const fleet = await copy.load();
      const said: string[] = [];
      const engine = {
        ...await engineFor(copy.root, pulumi.path),
        narrate: (_stack: string, text: string) => {
          said.push(text);
          Deno.writeTextFileSync(marker, "now run");
        },
      };
      const outcomes = await runFleet({
        fleet,
        ids: [NETWORK],
        operation: "up",
        engine,
        limits: { stacks: 1, classes: {} },
        observe: () => {},
      });
      assert.equal(said.length, 1);
      assert.match(said[0], /runs again, as the stack host ended with exit code 134/);
      assert.equal(outcomes[0].verdict, "done", outcomes[0].problems.join("\n"));
    });
  },
);

engineTest("pulumi", "what exists is read and imported, and stays as it is", async ({ pulumi }) => {
  await withFleetCopy(async (copy) => {
    await copy.edit("infra/foundation/network/program.ts", (text) =>
      text.replace(
        "const vpc =",
        `const known = aws.ec2.Vpc.get("known", "vpc-0123456789abcdef0");
  new aws.ec2.InternetGateway("gateway", { vpcId: known.id });
  new aws.sns.Topic("pages", { name: "pages" }, { import: "arn:aws:sns:us-east-1:123456789012:pages" });
  const vpc =`,
      ));
    const fleet = await copy.load();
    const first = await run(fleet, pulumi.path, "up", [NETWORK]);
    assert.deepEqual(first.of(NETWORK).problems, []);
    assert.equal(first.of(NETWORK).result!.report.changes.import, 1);
    const second = await run(fleet, pulumi.path, "up", [NETWORK]);
    assert.ok(!second.of(NETWORK).changed);
    const refreshed = await run(fleet, pulumi.path, "refresh", [NETWORK]);
    assert.deepEqual(refreshed.of(NETWORK).result!.report.steps, [], "nothing has drifted");
  });
});
