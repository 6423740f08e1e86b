import assert from "node:assert/strict";
import { compose } from "lib/images/compose.ts";
import { freePort } from "lib/images/port.ts";
import { runComponents, verifyNothingLeft } from "lib/images/provision.ts";
import { runChecks } from "lib/images/test_artifact.ts";
import { baseline } from "images/components/baseline.ts";
import { consul } from "images/components/consul.ts";
import { consulTemplate } from "images/components/consul_template.ts";
import { traefik } from "images/components/traefik.ts";
import {
  bootTestMachine,
  machineTest,
  serveReleases,
  tarProgram,
  zipProgram,
} from "tests/support/machines.ts";

const ignoreTimers = { sanitizeResources: false, sanitizeOps: false };

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
    await using server = serveReleases({
      "consul.zip": archives.consul.path,
      "consul-template.zip": archives.template.path,
      "traefik.tar.gz": archives.traefik.path,
    });
    const [http, https, ping, api] = [freePort(), freePort(), freePort(), freePort()];
    const components = compose([
      baseline(),
      consul({
        url: `${server.url}/consul.zip`,
        sha256: archives.consul.sha256,
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
    const { shell, target } = machine;

    await t.step("they are installed, and a second pass does nothing", async () => {
      await runComponents(target, components, "apply");
      verifyNothingLeft(await runComponents(target, components, "verify"));
    });

    await t.step("every check passes", async () => {
      const checks = components.flatMap(({ component, settings }) => component.checks(settings));
      const results = await runChecks(target, checks, { say: () => {} });
      assert.deepEqual(results.filter(({ passed }) => !passed), []);
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
