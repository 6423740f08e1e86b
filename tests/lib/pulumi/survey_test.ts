import assert from "node:assert/strict";
import { ROOT } from "lib/cli/root.ts";
import { surveyBackends } from "lib/pulumi/deploy/checkup.ts";
import { describeSurvey, surveyStacks } from "lib/pulumi/engine/survey.ts";
import { openBackend, openSandbox } from "lib/pulumi/engine/backend.ts";
import { engineTest } from "tests/support/engine.ts";
import { type FleetCopy, runStacks, withFleetCopy } from "tests/support/fleet.ts";
import { fakeIo } from "tests/support/io.ts";

const NETWORK = "ol-infrastructure-network";

/** A state as Pulumi writes it. */
function state(pending: readonly string[] = []) {
  const urn = `urn:pulumi:CI::${NETWORK}::aws:ec2/vpc:Vpc::vpc-ci`;
  return JSON.stringify({
    version: 3,
    checkpoint: {
      latest: {
        resources: [{ urn, type: "aws:ec2/vpc:Vpc", outputs: {} }],
        pending_operations: pending.map((type) => ({ type, resource: { urn } })),
      },
    },
  });
}

const lock = (pid: number, hostname = Deno.hostname()) =>
  JSON.stringify({ pid, username: "ada", hostname, timestamp: "2026-11-23T10:00:00Z" });

async function writeBackend(
  copy: FleetCopy,
  files: Record<string, string>,
): Promise<{ url: string }> {
  const folder = `${copy.root}/backend`;
  for (const [path, text] of Object.entries(files)) {
    const target = `${folder}/.pulumi/${path}`;
    await Deno.mkdir(target.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.writeTextFile(target, text);
  }
  return { url: `file://${folder}` };
}

/** A pid that is surely free: above the kernel's largest. */
const DEAD = 2 ** 30;

const FILES = {
  [`stacks/${NETWORK}/CI.json`]: state(["creating"]),
  [`stacks/${NETWORK}/QA.json`]: state(),
  "stacks/ol-application-gone/CI.json": state(),
  [`locks/organization/${NETWORK}/CI/1.json`]: lock(DEAD),
  [`locks/organization/${NETWORK}/QA/2.json`]: lock(1, "elsewhere"),
};

Deno.test("locks with owner and age, pending operations and orphans are told, with what to do", async () => {
  await withFleetCopy(async (copy) => {
    const { url } = await writeBackend(copy, FILES);
    const backend = openBackend(
      copy.root,
      (name) => name === "PULUMI_BACKEND_URL" ? url : undefined,
    );
    const stacks = await surveyStacks(await copy.load(), { backend, pulumi: "", root: copy.root });
    const lines = describeSurvey(stacks, false, Date.parse("2026-11-23T10:05:00Z"));
    const expected = [
      /gone:CI: has 1 resource, but no project here has this stack/,
      /network:CI: locked by ada@.* \(pid 1073741824\) for 5 min 00 s: that process has ended/,
      /network:CI: creating aws:ec2\/vpc:Vpc vpc-ci was begun and never ended: .*--import-pending/,
      /network:QA: locked by ada@elsewhere \(pid 1\) for 5 min 00 s: wait, or run .* --force/,
    ];
    assert.equal(lines.length, expected.length, lines.join("\n"));
    for (const [index, says] of expected.entries()) assert.match(lines[index], says);
  });
});

const breakings: [what: string, force: boolean, left: string[]][] = [
  ["only locks of the dead without --force", false, ["elsewhere"]],
  ["the others with --force, once confirmed", true, []],
];

for (const [what, force, left] of breakings) {
  Deno.test(`--break-locks removes ${what}`, async () => {
    await withFleetCopy(async (copy) => {
      const { url } = await writeBackend(copy, FILES);
      const io = fakeIo({ env: { PULUMI_BACKEND_URL: url }, answer: true });
      const checkup = { state: false, breakLocks: true, force };
      const [, { stacks }] = await surveyBackends(io, await copy.load(), checkup, copy.root);
      const owners = stacks.flatMap(({ locks }) => locks.map(({ owner }) => owner));
      assert.equal(owners.length, left.length);
      assert.ok(left.every((host) => owners.some((owner) => owner.includes(host))));
    });
  });
}

Deno.test("a lock whose owner may live is not broken without an answer", async () => {
  await withFleetCopy(async (copy) => {
    const { url } = await writeBackend(copy, FILES);
    const io = fakeIo({ env: { PULUMI_BACKEND_URL: url }, answer: false });
    const checkup = { state: false, breakLocks: true, force: true };
    await assert.rejects(
      copy.load().then((fleet) => surveyBackends(io, fleet, checkup, copy.root)),
      /Not confirmed/,
    );
  });
});

Deno.test("a state that is no JSON is named", async () => {
  await withFleetCopy(async (copy) => {
    const { url } = await writeBackend(copy, { [`stacks/${NETWORK}/CI.json`]: '{"version":' });
    const io = fakeIo({ env: { PULUMI_BACKEND_URL: url } });
    const checkup = { state: false, breakLocks: false, force: false };
    await assert.rejects(
      copy.load().then((fleet) => surveyBackends(io, fleet, checkup, copy.root)),
      /CI\.json: is no JSON .*: restore it from the backend's backups/,
    );
  });
});

engineTest("pulumi", "where only the CLI can tell, it is asked", async ({ pulumi }) => {
  await withFleetCopy(async (copy) => {
    const fleet = await copy.load();
    await runStacks(fleet, pulumi.path, "up", [`${NETWORK}:CI`]);
    const { stateFolder: _stateFolder, ...backend } = await openSandbox(copy.root);
    const surveyor = { backend, pulumi: pulumi.path, root: copy.root };
    const [{ id, resources, orphan }] = await surveyStacks(fleet, surveyor);
    assert.deepEqual({ id, resources, orphan }, {
      id: `${NETWORK}:CI`,
      resources: 5,
      orphan: false,
    });
  });
});

Deno.test("an owner that lives is seen by those who may not do everything", async () => {
  await withFleetCopy(async (copy) => {
    const { url } = await writeBackend(copy, {
      [`locks/organization/${NETWORK}/CI/1.json`]: lock(Deno.pid),
    });
    const script = `import { readLocks } from "lib/pulumi/engine/locks.ts";
      const [{ dead }] = await readLocks(Deno.args[0], { project: "${NETWORK}", name: "CI" });
      Deno.exit(dead ? 1 : 0);`;
    const path = `${copy.root}/look.ts`;
    await Deno.writeTextFile(path, script);
    const { code } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-q",
        "--no-check",
        "--config",
        `${ROOT}/deno.json`,
        "--allow-read",
        "--allow-sys",
        "--allow-run",
        path,
        url.slice("file://".length),
      ],
    }).output();
    assert.equal(code, 0);
  });
});
