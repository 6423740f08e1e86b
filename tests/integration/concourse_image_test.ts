/**
 * The concourse component with the real program: a web node beside PostgreSQL, a worker that
 * registers, and this repository's pipelines set there through the real `fly`.
 */
import assert from "node:assert/strict";
import { compose } from "lib/images/compose.ts";
import { freePort } from "lib/images/port.ts";
import { runComponents, verifyNothingLeft } from "lib/images/provision.ts";
import { runChecks } from "lib/images/test_artifact.ts";
import { baseline } from "images/components/baseline.ts";
import { concourse } from "images/components/concourse.ts";
import { execOrThrow } from "lib/cli/exec.ts";
import { Exit } from "lib/cli/task.ts";
import { task as setPipelines } from "tasks/set_pipelines.ts";
import { fakeIo, runWith } from "tests/support/io.ts";
import { bootTestMachine, machineTest, serveReleases, tarProgram } from "tests/support/machines.ts";

const PROGRAM = "/usr/local/concourse/bin/concourse";

machineTest(
  ["concourse", "fly"],
  "a web node of Concourse waits for its site, then answers, and lets a worker register",
  async ({ concourse: engine, fly }, t) => {
    const folder = await Deno.makeTempDir({ prefix: "concourse-image-" });
    const { path, sha256 } = await tarProgram(
      engine.path,
      "concourse/bin/concourse",
      folder,
    );
    await using server = serveReleases({ "concourse.tgz": path });
    const [port, tsaPort] = [freePort(), freePort()];
    const components = compose([
      baseline(),
      concourse({ url: `${server.url}/concourse.tgz`, sha256, node: "web", port, tsaPort }),
    ]);
    await using machine = await bootTestMachine({ components });
    const { shell } = machine;

    await t.step(
      "it is installed; a second pass does nothing, and every check passes",
      async () => {
        await runComponents(machine.target, components, "apply");
        verifyNothingLeft(await runComponents(machine.target, components, "verify"));
        const checks = components.flatMap(({ component, settings }) => component.checks(settings));
        const results = await runChecks(machine.target, checks, { say: () => {} });
        assert.deepEqual(results.filter(({ passed }) => !passed), []);
      },
    );

    await t.step("without its site's settings it does not start, which is no failure", async () => {
      await shell("systemctl start concourse");
      assert.equal(await shell("systemctl is-active concourse || true"), "inactive");
    });

    await t.step("with them it answers", async () => {
      await shell("DEBIAN_FRONTEND=noninteractive apt-get install -qqy postgresql >/dev/null");
      await shell(
        `cd /tmp; runuser -u postgres -- psql -qc "create role concourse login password 'made-up'" -c "create database atc owner concourse"`,
      );
      await shell(
        `cd /etc/concourse; for key in session_signing:rsa tsa_host:ssh worker:ssh; do ${PROGRAM} generate-key -t \${key#*:} -f /etc/concourse/\${key%:*}_key >/dev/null; done; chown concourse: *_key*`,
      );
      const site = Object.entries({
        POSTGRES_HOST: "127.0.0.1",
        POSTGRES_USER: "concourse",
        POSTGRES_PASSWORD: "made-up",
        POSTGRES_DATABASE: "atc",
        EXTERNAL_URL: `http://127.0.0.1:${port}`,
        SESSION_SIGNING_KEY: "/etc/concourse/session_signing_key",
        TSA_HOST_KEY: "/etc/concourse/tsa_host_key",
        TSA_AUTHORIZED_KEYS: "/etc/concourse/worker_key.pub",
        ADD_LOCAL_USER: "tester:tester",
        MAIN_TEAM_LOCAL_USER: "tester",
      }).map(([name, value]) => `CONCOURSE_${name}=${value}`).join("\n");
      await shell(`cat > /etc/concourse/site.env <<'END'\n${site}\nEND\nsystemctl start concourse`);
      const info = JSON.parse(
        await shell(
          `for i in $(seq 120); do curl -fs 127.0.0.1:${port}/api/v1/info && exit 0; sleep 0.5; done; journalctl -u concourse -n 20 >&2; exit 1`,
        ),
      );
      assert.equal(info.version, engine.version);
    });

    await t.step("a worker with an authorized key registers, and is seen there", async () => {
      await shell(
        `systemd-run -q --unit=tested-worker ${PROGRAM} worker --name tested --work-dir /tmp/worker --runtime houdini --baggageclaim-driver naive --tsa-host 127.0.0.1:${tsaPort} --tsa-public-key /etc/concourse/tsa_host_key.pub --tsa-worker-private-key /etc/concourse/worker_key`,
      );
      const seen = await shell(
        `runuser -u postgres -- sh -c 'for i in $(seq 120); do psql -tA atc -c "select name, state, version from workers" | grep running && exit 0; sleep 0.5; done; exit 1' || { journalctl -u tested-worker -n 20 >&2; exit 1; }`,
      );
      assert.match(seen, /^tested\|running\|/);
    });
    await t.step(
      "the repository's pipelines are set there, and setting again changes nothing",
      async () => {
        // fly keeps its targets and tokens below HOME.
        const home = `${folder}/fly`;
        await Deno.writeTextFile(home, `#!/bin/sh\nHOME='${folder}' exec '${fly.path}' "$@"\n`, {
          mode: 0o755,
        });
        const login = ["login", "--concourse-url", `http://127.0.0.1:${port}`];
        await execOrThrow(home, ["--target", "tested", ...login, "-u", "tester", "-p", "tester"]);
        const set = (...words: string[]) =>
          runWith(setPipelines, ["--target", "tested", "--fly", home, ...words], fakeIo());

        const pending = await set("--dry-run");
        assert.equal(pending.code, Exit.Pending, pending.stderr);
        const done = await set("--yes", "--pause");
        assert.equal(done.code, Exit.Ok, done.stderr);
        const again = await set("--dry-run", "--pause");
        assert.equal(again.code, Exit.Ok, again.stdout);
      },
    );
    await Deno.remove(folder, { recursive: true });
  },
  { sanitizeResources: false, sanitizeOps: false },
);
