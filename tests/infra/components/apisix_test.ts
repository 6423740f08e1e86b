import assert from "node:assert/strict";
import { GatewayRoute } from "infra/components/apisix/gateway_route.ts";
import { OLApisixOidc } from "infra/components/apisix/oidc.ts";
import { OLApisixRoute } from "infra/components/apisix/route.ts";
import { OLApisixSharedPlugins } from "infra/components/apisix/shared_plugins.ts";
import { OLApisixUpstream } from "infra/components/apisix/upstream.ts";
import { make } from "tests/support/program.ts";

const namespace = "learn";
const route = {
  name: "web",
  hosts: ["learn.example.edu"],
  backend: { service: "learn", port: 8071 },
};

Deno.test("a route has a request id, timeouts of a minute and the service's address", async () => {
  const made = await make(() => new OLApisixRoute("learn", { namespace, routes: [route] }));
  assert.deepEqual(made.object("ApisixRoute", "learn").spec, {
    ingressClassName: "apache-apisix",
    http: [{
      name: "web",
      priority: 0,
      websocket: false,
      timeout: { connect: "60s", read: "60s", send: "60s" },
      match: { hosts: ["learn.example.edu"], paths: ["/*"] },
      backends: [{ serviceName: "learn", servicePort: 8071, resolveGranularity: "service" }],
      plugins: [{ name: "request-id", enable: true, config: { include_in_response: true } }],
    }],
  });
});

Deno.test("a route honours what it is told", async () => {
  const made = await make(() =>
    new OLApisixRoute("learn", {
      namespace,
      ingressClass: "internal",
      routes: [{
        name: "static",
        hosts: ["learn.example.edu"],
        paths: ["/static/*"],
        methods: ["GET"],
        priority: 10,
        websocket: true,
        timeouts: { read: "300s" },
        upstream: "bucket",
        sharedPlugins: "common",
        plugins: [{ name: "request-id", config: { header_name: "X-Id" } }],
      }],
    })
  );
  const { ingressClassName, http: [made_] } = made.object("ApisixRoute", "learn").spec;
  assert.equal(ingressClassName, "internal");
  assert.deepEqual(made_, {
    name: "static",
    priority: 10,
    websocket: true,
    timeout: { connect: "60s", read: "300s", send: "60s" },
    match: { hosts: ["learn.example.edu"], paths: ["/static/*"], methods: ["GET"] },
    upstreams: [{ name: "bucket" }],
    plugin_config_name: "common",
    plugins: [{ name: "request-id", enable: true, config: { header_name: "X-Id" } }],
  });
});

const refused: [what: string, routes: unknown, message: RegExp][] = [
  [
    "neither backend nor upstream",
    [{ ...route, backend: undefined }],
    /routes\[0\]\.backend: give either/,
  ],
  ["both backend and upstream", [{ ...route, upstream: "bucket" }], /backend: give either/],
  ["a timeout of zero", [{ ...route, timeouts: { read: "0s" } }], /timeouts\.read: must be whole/],
  [
    "a timeout in minutes",
    [{ ...route, timeouts: { connect: "1m" } }],
    /timeouts\.connect: must be whole/,
  ],
  ["no host", [{ ...route, hosts: [] }], /hosts: name at least one host/],
  ["a host with a scheme", [{ ...route, hosts: ["https://a.edu"] }], /hosts\[0\]: must be a host/],
  ["a path without a slash", [{ ...route, paths: ["api/*"] }], /paths\[0\]: must start with/],
  ["a star inside a path", [{ ...route, paths: ["/*/api"] }], /paths\[0\]: must start with/],
  [
    "a plugin twice",
    [{ ...route, plugins: [{ name: "cors" }, { name: "cors" }] }],
    /plugins: plugin cors is given twice/,
  ],
  [
    "two routes of one name",
    [route, { ...route, paths: ["/a"] }],
    /routes\[1\]\.name: two routes are named web/,
  ],
  [
    "two routes that answer the same",
    [route, { ...route, name: "other" }],
    /routes\[1\]\.priority: answers learn\.example\.edu\/\* like web: give one a higher priority/,
  ],
  ["no route", [], /routes: /],
  ["a misspelt key", [{ ...route, prioritiy: 1 }], /prioritiy: unknown key: did you mean "prio/],
];
for (const [what, routes, message] of refused) {
  Deno.test(`routes are refused with ${what}`, async () => {
    await assert.rejects(
      make(() => new OLApisixRoute("learn", { namespace, routes: routes as never })),
      message,
    );
  });
}

const gateway = { name: "public", namespace: "operations", listener: "https" };

Deno.test("a Gateway API route keeps priority and timeouts, which the standard lacks", async () => {
  const made = await make(() =>
    new GatewayRoute("learn", {
      namespace,
      gateway,
      routes: [{
        ...route,
        paths: ["/api/*", "/health"],
        methods: ["GET", "POST"],
        priority: 7,
        timeouts: { read: "120s" },
      }],
    })
  );
  const { parentRefs, hostnames, rules: [rule] } = made.object("HTTPRoute", "learn-web").spec;
  assert.deepEqual(parentRefs, [{
    name: "public",
    namespace: "operations",
    sectionName: "https",
  }]);
  assert.deepEqual(hostnames, ["learn.example.edu"]);
  assert.deepEqual(rule.matches, [
    { path: { type: "PathPrefix", value: "/api" }, method: "GET" },
    { path: { type: "PathPrefix", value: "/api" }, method: "POST" },
    { path: { type: "Exact", value: "/health" }, method: "GET" },
    { path: { type: "Exact", value: "/health" }, method: "POST" },
  ]);
  assert.deepEqual(rule.backendRefs, [{ name: "learn", port: 8071 }]);
  assert.equal(made.object("HTTPRoutePolicy", "learn-web").spec.priority, 7);
  assert.deepEqual(made.object("BackendTrafficPolicy", "learn-learn").spec, {
    targetRefs: [{ group: "", kind: "Service", name: "learn" }],
    timeout: { connect: "60s", read: "120s", send: "60s" },
  });
  assert.deepEqual(
    made.object("PluginConfig", "learn-web").spec.plugins.map(({ name }: { name: string }) => name),
    ["request-id"],
  );
});

const beyond: [what: string, change: Record<string, unknown>, message: RegExp][] = [
  ["an upstream", { backend: undefined, upstream: "bucket" }, /knows services only/],
  ["a port by name", { backend: { service: "learn", port: "http" } }, /ports by number only/],
  ["websockets", { websocket: true }, /appProtocol/],
  ["a plugin's secret", { plugins: [{ name: "openid-connect", secretRef: "s" }] }, /secretRef/],
  ["half a word's prefix", { paths: ["/api*"] }, /prefixes of whole words/],
];
for (const [what, change, message] of beyond) {
  Deno.test(`a Gateway API route refuses ${what}`, async () => {
    await assert.rejects(
      make(() =>
        new GatewayRoute("learn", { namespace, gateway, routes: [{ ...route, ...change }] })
      ),
      message,
    );
  });
}

Deno.test("shared plugins have two forms; a given plugin takes a default's place", async () => {
  const made = await make(() =>
    new OLApisixSharedPlugins("common", {
      namespace,
      plugins: [{ name: "redirect", enable: false }, { name: "cors", secretRef: "s" }],
    })
  );
  const { plugins } = made.object("ApisixPluginConfig", "common").spec;
  assert.deepEqual(
    plugins.map(({ name, enable }: { name: string; enable: boolean }) => [name, enable]),
    [["redirect", false], ["request-id", true], ["response-rewrite", true], ["cors", true]],
  );
  assert.deepEqual(
    made.object("PluginConfig", "common").spec.plugins.map(({ name }: { name: string }) => name),
    ["request-id", "response-rewrite"],
  );
  await assert.rejects(
    make(() => new OLApisixSharedPlugins("common", { namespace, defaults: false })),
    /plugins: no plugin is left/,
  );
});

Deno.test("an upstream names hosts outside the cluster", async () => {
  const nodes = [{ host: "bucket.s3.amazonaws.com" }];
  const made = await make(() => new OLApisixUpstream("bucket", { namespace, nodes }));
  assert.deepEqual(made.object("ApisixUpstream", "bucket").spec, {
    ingressClassName: "apache-apisix",
    scheme: "https",
    passHost: "node",
    retries: 1,
    timeout: { connect: "60s", read: "60s", send: "60s" },
    externalNodes: [{ type: "Domain", name: "bucket.s3.amazonaws.com", weight: 100 }],
  });
  for (const change of [{ passHost: "rewrite" as const }, { host: "a.example.edu" }]) {
    await assert.rejects(
      make(() => new OLApisixUpstream("bucket", { namespace, nodes, ...change })),
      /host: goes with passHost "rewrite"/,
    );
  }
});

Deno.test("log-in takes its credentials from Vault, and never shows them to Pulumi", async () => {
  const made = await make(() => {
    const oidc = new OLApisixOidc("learn", {
      namespace,
      vaultAuth: "learn-auth",
      vaultMount: "secret-operations",
      vaultPath: "sso/learn",
    });
    new OLApisixRoute("learn", {
      namespace,
      routes: [{ ...route, plugins: [oidc.plugin("pass")] }],
    });
  });
  const [{ plugins }] = made.object("ApisixRoute", "learn").spec.http;
  assert.deepEqual(plugins[1], {
    name: "openid-connect",
    enable: true,
    secretRef: "learn-oidc",
    config: {
      scope: "openid profile email",
      bearer_only: false,
      ssl_verify: true,
      redirect_uri: "/.apisix/redirect",
      logout_path: "/logout/oidc",
      post_logout_redirect_uri: "/",
      session: { cookie: { lifetime: 1209600 } },
      unauth_action: "pass",
    },
  });
  const { transformation } = made.object("VaultStaticSecret", "learn-oidc").spec.destination;
  assert.deepEqual(Object.keys(transformation.templates), [
    "client_id",
    "client_secret",
    "discovery",
    "session.secret",
  ]);
  await assert.rejects(
    make(() =>
      new OLApisixOidc("learn", {
        namespace,
        vaultAuth: "learn-auth",
        vaultMount: "secret-operations",
        vaultPath: "sso/learn",
        scopes: ["profile"],
      })
    ),
    /scopes: must hold "openid"/,
  );
});
