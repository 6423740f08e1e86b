/** Stacks on a backend that is no sandbox: files at another place, encrypted by real providers. */
import assert from "node:assert/strict";
import { execOrThrow } from "lib/cli/exec.ts";
import { openBackend } from "lib/pulumi/engine/backend.ts";
import { showChanges } from "lib/pulumi/deploy/preview.ts";
import { openPlan, savePlan } from "lib/pulumi/deploy/plan.ts";
import { runFleet } from "lib/pulumi/deploy/deploy.ts";
import type { Engine, StackOperation } from "lib/pulumi/engine/run_stack.ts";
import { runPlainCli } from "lib/pulumi/engine/plain_cli.ts";
import { comparableOutputs, readState } from "lib/pulumi/engine/state.ts";
import { sha256 } from "lib/schema/digest.ts";
import { type Fleet, loadFleet } from "lib/pulumi/fleet.ts";
import { withBao } from "tests/support/bao.ts";
import { engineTest } from "tests/support/engine.ts";
import { type FleetCopy, withFleetCopy } from "tests/support/fleet.ts";
import { fakeIo } from "tests/support/io.ts";
import { withEnvironment } from "tests/support/secrets.ts";

const NETWORK = "ol-infrastructure-network:CI";
const FILE = "infra/foundation/network/Pulumi.CI.yaml";
const PROGRAM = "infra/foundation/network/program.ts";

/** A checkout of the same repository, at the same backend. */
interface Checkout {
  readonly root: string;
  readonly fleet: Fleet;
  readonly engine: Engine;
  run(operation: StackOperation): ReturnType<typeof runFleet>;
  /** What differs from what was committed. */
  changes(): Promise<string>;
}

async function checkoutAt(root: string, pulumi: string, url: string): Promise<Checkout> {
  const variables: Record<string, string> = { PULUMI_BACKEND_URL: url };
  const engine = {
    root,
    pulumi,
    backend: openBackend(root, (name) => variables[name]),
    runDir: `${root}/.cache/runs/${crypto.randomUUID()}`,
    narrate: () => {},
  };
  const fleet = await loadFleet(root);
  return {
    root,
    fleet,
    engine,
    run: (operation) => runFleet({ ...runOf({ fleet, engine }), operation, observe: () => {} }),
    changes: () => execOrThrow("git", ["status", "--porcelain"], { cwd: root }),
  };
}

const runOf = ({ fleet, engine }: Pick<Checkout, "fleet" | "engine">) => ({
  fleet,
  engine,
  ids: [NETWORK],
  limits: { stacks: 1, classes: {} },
});

/** Two checkouts of a project that has outputs alone, one of them secret, and so needs no provider. */
async function withCheckouts(
  pulumi: string,
  use: (one: Checkout, other: Checkout, folder: string) => Promise<void>,
  prepare: (copy: FleetCopy) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  await withFleetCopy(async (copy) => {
    await copy.edit(PROGRAM, () => `
      import * as pulumi from "@pulumi/pulumi";
      import { defineProgram } from "lib/pulumi/project.ts";
      import type project from "./project.ts";
      export default defineProgram<typeof project>(({ config }) => ({
        vpcId: "vpc-1", subnetIds: [], token: pulumi.secret("canary-token"), note: config.note,
      }));`);
    await copy.edit(
      "infra/foundation/network/project.ts",
      (text) =>
        text.replace(
          "note: z.string() })",
          "note: z.string(), word: secret(z.string()).optional() })",
        ),
    );
    await prepare(copy);
    await copy.commit();
    const folder = await Deno.makeTempDir({ prefix: "backend-" });
    try {
      await execOrThrow("git", ["clone", "-q", copy.root, `${folder}/checkout`]);
      await Deno.mkdir(`${folder}/state`);
      const url = `file://${folder}/state?no_tmp_dir=true`;
      const [one, other] = [copy.root, `${folder}/checkout`]
        .map((root) => checkoutAt(root, pulumi, url));
      await use(await one, await other, folder);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

async function stateOf({ engine, fleet }: Checkout) {
  return await readState(engine, fleet.stacks.get(NETWORK)!);
}

const withPassphrase = (use: () => Promise<void>) =>
  withEnvironment({ PULUMI_CONFIG_PASSPHRASE: "correct horse" }, use);

engineTest("pulumi", "every checkout encrypts by the state's key", async ({ pulumi }, t) => {
  await withPassphrase(() =>
    withCheckouts(pulumi.path, async (one, other) => {
      const say = (outcomes: Awaited<ReturnType<Checkout["run"]>>) =>
        outcomes.map(({ verdict, changed, problems }) => ({ verdict, changed, problems }));

      await t.step("a preview of what was never deployed leaves no stack", async () => {
        assert.deepEqual(say(await one.run("preview")), [
          { verdict: "done", changed: true, problems: [] },
        ]);
        assert.equal(await stateOf(one), undefined);
      });

      await t.step("what a deployment would do is shown before it is confirmed", async () => {
        const io = fakeIo();
        assert.ok(await showChanges(io, runOf(one), undefined));
        assert.match(io.stderr.join("\n"), /network:CI +1 create/);
        assert.deepEqual(io.stdout, []);
        assert.equal(await stateOf(one), undefined);
      });

      await t.step("a deployment leaves the repository's files as they are", async () => {
        assert.deepEqual(say(await one.run("up")), [
          { verdict: "done", changed: true, problems: [] },
        ]);
        assert.equal(await one.changes(), "");
      });

      await t.step("another checkout goes on with it", async () => {
        const { encryption } = (await stateOf(one))!;
        for (const operation of ["preview", "up", "refresh"] as const) {
          assert.deepEqual(say(await other.run(operation)), [
            { verdict: "done", changed: false, problems: [] },
          ], operation);
        }
        assert.equal(await other.changes(), "");
        assert.deepEqual((await stateOf(other))!.encryption, encryption);
        const { token } = await comparableOutputs(other.engine, other.fleet.stacks.get(NETWORK)!);
        assert.equal(token, await sha256('"canary-token"'));
      });

      await t.step("the plain CLI changes the repository's file, by the same key", async () => {
        const stack = other.fleet.stacks.get(NETWORK)!;
        const words = ["config", "set", "--secret", "ol-infrastructure-network:word", "hidden"];
        assert.equal(await runPlainCli(other.engine, stack, words), 0);
        const text = await Deno.readTextFile(`${other.root}/${FILE}`);
        assert.match(text, /word:\n {4,}secure: v1:/);
        assert.ok(text.includes((await stateOf(other))!.encryption.encryptionsalt!));
        const [{ verdict, problems }] = await other.run("up");
        assert.deepEqual({ verdict, problems }, { verdict: "done", problems: [] });
      });

      await t.step("a state that the CLI compressed is read", async () => {
        await withEnvironment({ PULUMI_DIY_BACKEND_GZIP: "true" }, () => one.run("up"));
        assert.equal((await stateOf(one))!.resources, 1);
      });

      await t.step("destroyed", async () => {
        assert.equal((await other.run("destroy"))[0].verdict, "done");
        assert.equal((await stateOf(other))!.resources, 0);
        const stack = one.fleet.stacks.get(NETWORK)!;
        assert.equal(await runPlainCli(one.engine, stack, ["stack", "rm", "--yes"]), 0);
        assert.equal(await stateOf(one), undefined);
        assert.equal(await one.changes(), "", "the repository's file stays");
      });
    })
  );
});

engineTest("pulumi", "a plan is carried out by another checkout", async ({ pulumi }) => {
  await withPassphrase(() =>
    withCheckouts(pulumi.path, async (one, other, folder) => {
      const { outcomes, plan } = await savePlan(
        runOf(one),
        `${folder}/plan`,
        (options) =>
          runFleet({ ...runOf(one), operation: "preview", observe: () => {}, ...options }),
      );
      assert.deepEqual(outcomes.flatMap(({ problems }) => problems), []);
      assert.deepEqual(plan!.left, []);
      const { optionsFor } = await openPlan(other.engine, other.fleet, `${folder}/plan`);
      const [{ verdict, problems }] = await runFleet({
        ...runOf(other),
        operation: "up",
        optionsFor,
        observe: () => {},
      });
      assert.deepEqual({ verdict, problems }, { verdict: "done", problems: [] });
      assert.equal(await other.changes(), "");
    })
  );
});

engineTest(
  ["pulumi", "bao"],
  "the key of a provider that the stack's file names is made once, and kept in the state",
  async ({ pulumi, bao }) => {
    await withBao(bao.path, async (server) => {
      await server.request("POST", "sys/mounts/transit", { type: "transit" });
      await server.request("POST", "transit/keys/stacks", {});
      const login = { VAULT_SERVER_URL: server.address, VAULT_SERVER_TOKEN: server.token };
      const name = (copy: FleetCopy) =>
        copy.edit(FILE, (text) => `secretsprovider: hashivault://stacks\n${text}`);
      await withEnvironment(login, () =>
        withCheckouts(pulumi.path, async (one, other) => {
          assert.deepEqual((await one.run("up"))[0].problems, []);
          const { encryption } = (await stateOf(one))!;
          assert.equal(encryption.secretsprovider, "hashivault://stacks");
          assert.equal((await other.run("up"))[0].changed, false);
          assert.deepEqual((await stateOf(other))!.encryption, encryption);
          assert.equal(await one.changes() + await other.changes(), "");

          const text = await Deno.readTextFile(`${other.root}/${FILE}`);
          await Deno.writeTextFile(`${other.root}/${FILE}`, text.replace("stacks", "others"));
          const [{ problems: [problem] }] = await other.run("up");
          assert.match(
            problem,
            /secretsprovider is hashivault:\/\/others, but the state is encrypted by hashivault:\/\/stacks/,
          );
        }, name));
    });
  },
);
