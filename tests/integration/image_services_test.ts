import assert from "node:assert/strict";
import type { Use } from "lib/images/component.ts";
import { compose, type Configured } from "lib/images/compose.ts";
import { freePort } from "lib/images/port.ts";
import { runComponents, verifyNothingLeft } from "lib/images/provision.ts";
import { runChecks } from "lib/images/test_artifact.ts";
import { alloy } from "images/components/alloy.ts";
import { baseline } from "images/components/baseline.ts";
import { consul } from "images/components/consul.ts";
import { consulTemplate } from "images/components/consul_template.ts";
import { nomad } from "images/components/nomad.ts";
import { traefik } from "images/components/traefik.ts";
import { vector } from "images/components/vector.ts";
import {
  bootTestMachine,
  machineTest,
  serveReleases,
  tarProgram,
  type TestMachine,
  zipProgram,
} from "tests/support/machines.ts";
import { makeSigningKey } from "tests/support/pgp.ts";

const ignoreTimers = { sanitizeResources: false, sanitizeOps: false };

/** Installs, and shows that a second pass does nothing. */
async function apply(machine: TestMachine, components: readonly Configured[]): Promise<void> {
  await runComponents(machine.target, components, "apply");
  verifyNothingLeft(await runComponents(machine.target, components, "verify"));
}

/** Shows that every check of the components passes. */
async function check(machine: TestMachine, components: readonly Configured[]): Promise<void> {
  const checks = components.flatMap(({ component, settings }) => component.checks(settings));
  const results = await runChecks(machine.target, checks, { say: () => {} });
  assert.deepEqual(results.filter(({ passed }) => !passed), []);
}

type Release = { readonly url: string; readonly sha256: string };

const AGENTS: readonly (readonly ["nomad" | "alloy", string, (release: Release) => Use])[] = [
  ["nomad", "a server", (release) =>
    nomad({
      ...release,
      mode: "server",
      servers: 1,
      httpPort: freePort(),
      rpcPort: freePort(),
      serfPort: freePort(),
    })],
  [
    "nomad",
    "a client that knows no server yet",
    (release) => nomad({ ...release, mode: "client", httpPort: freePort() }),
  ],
  ["alloy", "the collector", (release) => alloy({ ...release, port: freePort() })],
];
for (const [name, what, use] of AGENTS) {
  machineTest([name], `${name} is installed and runs: ${what}`, async (engines) => {
    const folder = await Deno.makeTempDir({ prefix: "image-service-" });
    const member = name === "alloy" ? "alloy-linux-amd64" : name;
    const { path, sha256 } = await zipProgram(engines[name].path, member, folder);
    await using server = serveReleases({ "release.zip": path });
    const components = compose([baseline(), use({ url: `${server.url}/release.zip`, sha256 })]);
    await using machine = await bootTestMachine({ components, nested: true });
    await apply(machine, components);
    await machine.shell(`systemctl start ${name}`);
    await check(machine, components);
    await Deno.remove(folder, { recursive: true });
  }, ignoreTimers);
}

machineTest(["vector"], "vector is installed and runs", async ({ vector: engine }) => {
  const folder = await Deno.makeTempDir({ prefix: "image-service-" });
  const member = "vector-x86_64-unknown-linux-gnu/bin/vector";
  const { path, sha256 } = await tarProgram(engine.path, `./${member}`, folder);
  await using server = serveReleases({ "release.tar.gz": path });
  const components = compose([
    baseline(),
    vector({ url: `${server.url}/release.tar.gz`, sha256 }),
  ]);
  await using machine = await bootTestMachine({ components });
  await apply(machine, components);
  await check(machine, components);
  await Deno.remove(folder, { recursive: true });
}, ignoreTimers);

machineTest(
  ["consul", "consul-template", "traefik"],
  "consul, consul-template and traefik are installed, run and work together",
  async (engines, t) => {
    const folder = await Deno.makeTempDir({ prefix: "image-services-" });
    const archives = {
      consul: await zipProgram(engines.consul.path, "consul", folder),
      template: await zipProgram(engines["consul-template"].path, "consul-template", folder),
      traefik: await tarProgram(engines.traefik.path, "traefik", folder),
    };
    await using key = await makeSigningKey();
    const sums = `${"0".repeat(64)}  consul.tgz\n${archives.consul.sha256}  consul.zip\n`;
    await using server = serveReleases({
      "consul.zip": archives.consul.path,
      "SHA256SUMS": new TextEncoder().encode(sums),
      "SHA256SUMS.sig": await key.sign(sums),
      "consul-template.zip": archives.template.path,
      "traefik.tar.gz": archives.traefik.path,
    });
    const [http, https, ping, api] = [freePort(), freePort(), freePort(), freePort()];
    const components = compose([
      baseline(),
      consul({
        url: `${server.url}/consul.zip`,
        sha256: archives.consul.sha256,
        checksums: `${server.url}/SHA256SUMS`,
        signingKey: key.publicKey,
        mode: "server",
        servers: 1,
        bindAddress: "127.0.0.1",
        httpPort: api,
        dnsPort: freePort(),
        serfPort: freePort(),
        serverPort: freePort(),
      }),
      consulTemplate({
        url: `${server.url}/consul-template.zip`,
        sha256: archives.template.sha256,
        consulAddress: `127.0.0.1:${api}`,
      }),
      traefik({
        url: `${server.url}/traefik.tar.gz`,
        sha256: archives.traefik.sha256,
        httpPort: http,
        httpsPort: https,
        pingPort: ping,
      }),
    ]);
    await using machine = await bootTestMachine({ components });
    const { shell } = machine;

    await t.step("a second pass does nothing, and every check passes", async () => {
      await apply(machine, components);
      await check(machine, components);
      assert.equal(server.requests.get("SHA256SUMS.sig"), 1);
    });

    await t.step("a route that consul-template writes is served by traefik", async () => {
      const route = `http:
  routers:
    site: { rule: "PathPrefix(\`/\`)", service: site, entryPoints: [https], tls: {} }
  services:
    site: { loadBalancer: { servers: [{ url: "{{ key "site" }}" }] } }
`;
      await shell(`curl -sf -X PUT -d ${server.url} http://127.0.0.1:${api}/v1/kv/site`);
      await shell(`cat > /etc/consul-template/templates/route.ctmpl <<'END'\n${route}END`);
      await shell(
        `printf 'template {\\n source = "%s"\\n destination = "%s"\\n}\\n' /etc/consul-template/templates/route.ctmpl /etc/traefik/routes/site.yaml > /etc/consul-template/conf.d/10-route.hcl && systemctl restart consul-template`,
      );
      const got = await shell(
        `for i in $(seq 50); do code=$(curl -sk -o /dev/null -w '%{http_code}' https://127.0.0.1:${https}/consul.zip); [ "$code" = 200 ] && break; sleep 0.2; done; echo $code`,
      );
      assert.equal(got, "200");
      const redirect = await shell(`curl -s -o /dev/null -w '%{http_code}' 127.0.0.1:${http}/`);
      assert.equal(redirect, "301");
    });
    await Deno.remove(folder, { recursive: true });
  },
  ignoreTimers,
);
