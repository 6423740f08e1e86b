import assert from "node:assert/strict";
import { Host } from "lib/images/host.ts";
import type { Operation } from "lib/images/operation.ts";
import * as apt from "lib/images/operations/apt.ts";
import * as docker from "lib/images/operations/docker.ts";
import * as files from "lib/images/operations/files/mod.ts";
import * as systemd from "lib/images/operations/systemd.ts";
import { freePort } from "lib/images/port.ts";
import { verifyNothingLeft } from "lib/images/provision.ts";
import { bootTestMachine, machineTest } from "tests/support/machines.ts";

// A container inside one that shares this machine's network may neither filter nor route its packets.
const NO_NETWORK = { bridge: "none", iptables: false, "ip-forward": false };

const COMPOSE = (image: string) =>
  `services:
  first:
    image: ${image}
    command: ["/bin/sleep", "3600"]
    network_mode: none
    init: true
  second:
    image: ${image}
    command: ["/bin/sleep", "3600"]
    network_mode: none
    init: true
`;

machineTest([], "Docker's engine gets its images by digest and runs its projects", async (_, t) => {
  await using machine = await bootTestMachine({ nested: true });
  const { shell, target } = machine;
  const run = async (mode: "apply" | "verify", one: Operation) => {
    const host = new Host(target, { mode, booted: true });
    await host.run("test", one);
    return host.outcomes;
  };
  const settle = async (one: Operation) => {
    assert.ok((await run("apply", one)).some((outcome) => outcome.changed), "it changed nothing");
    verifyNothingLeft(await run("verify", one));
  };
  const registry = `127.0.0.1:${freePort()}`;
  await run(
    "apply",
    files.put({
      dest: "/etc/docker/registry/config.yml",
      content: `version: 0.1
storage:
  filesystem:
    rootdirectory: /var/lib/docker-registry
http:
  addr: ${registry}
`,
    }),
  );
  await run("apply", apt.packages({ packages: ["busybox-static"], cacheTime: 86_400 }));

  await t.step("the engine is installed with its settings", async () => {
    await settle(docker.install({
      settings: NO_NETWORK,
      packages: ["docker.io", "docker-compose", "docker-registry"],
    }));
    await run("apply", systemd.service({ unit: "docker", running: true, enabled: true }));
    await run("apply", systemd.service({ unit: "docker-registry", running: true }));
    assert.equal(await shell("docker info --format '{{.Swarm.LocalNodeState}}'"), "inactive");
  });

  let image = "";
  await t.step("an image is pulled by its digest, and runs", async () => {
    await shell(
      `mkdir -p /srv/image/bin && cp /bin/busybox /srv/image/bin/ && ln -s busybox /srv/image/bin/sleep && tar -C /srv/image -c . | docker import - ${registry}/demo:1`,
    );
    const pushed = await shell(`docker push ${registry}/demo:1 | grep -o 'sha256:[0-9a-f]*'`);
    await shell(`docker image rm ${registry}/demo:1`);
    image = `${registry}/demo@${pushed}`;
    await settle(docker.image({ image }));
    const said = await shell(`docker run --rm --network none ${image} /bin/busybox echo inside`);
    assert.equal(said, "inside");
  });

  await t.step("the services of a project run, and one that ended runs again", async () => {
    await run("apply", files.put({ dest: "/srv/demo/compose.yaml", content: COMPOSE(image) }));
    const project = { folder: "/srv/demo", services: ["first", "second"] };
    await settle(docker.compose(project));
    assert.equal(await shell("docker ps -q | wc -l"), "2");
    await shell("docker kill $(docker ps -q --filter name=second)");
    await settle(docker.compose(project));
    assert.equal(await shell("docker ps -q | wc -l"), "2");
    await settle(docker.compose({ ...project, present: false }));
    assert.equal(await shell("docker ps -aq | wc -l"), "0");
  });

  await t.step("an image is removed", async () => {
    await settle(docker.image({ image, present: false }));
    assert.equal(await shell("docker images -q | wc -l"), "0");
  });

  await t.step("without Compose, the package that has it is named", async () => {
    await shell(
      "DEBIAN_FRONTEND=noninteractive apt-get -qq remove docker-compose >/dev/null 2>&1",
    );
    await assert.rejects(
      run("apply", docker.compose({ folder: "/srv/demo", services: ["first"] })),
      /Compose is not installed: add docker-compose to the packages of docker.install/,
    );
  });

  await t.step("an image without a digest is refused", () => {
    assert.throws(() => docker.image({ image: "demo:1" }), /"demo:1" is not pinned: add @sha256/);
  });
}, { sanitizeResources: false, sanitizeOps: false });
