import assert from "node:assert/strict";
import { OLVaultK8SSecret } from "infra/components/vault_k8s_secret.ts";
import { make } from "tests/support/program.ts";

Deno.test("a static secret is written as it is, or through templates, and restarts what uses it", async () => {
  const made = await make(() => {
    new OLVaultK8SSecret("learn-web", {
      type: "static",
      namespace: "learn",
      vaultAuth: "learn-auth",
      mount: "secret-learn",
      path: "web",
    });
    new OLVaultK8SSecret("learn-env", {
      type: "static",
      namespace: "learn",
      vaultAuth: "learn-auth",
      mount: "secret-learn",
      path: "env",
      templates: { KEY: "{{ .Secrets.key }}" },
      restartTargets: [{ kind: "Deployment", name: "learn" }],
    });
  });
  assert.deepEqual(made.object("VaultStaticSecret", "learn-web").spec, {
    vaultAuthRef: "learn-auth",
    mount: "secret-learn",
    path: "web",
    type: "kv-v2",
    refreshAfter: "1h",
    destination: { name: "learn-web", create: true, overwrite: true },
  });
  const { destination, rolloutRestartTargets } = made.object("VaultStaticSecret", "learn-env").spec;
  assert.deepEqual(destination.transformation, {
    excludeRaw: true,
    excludes: [".*"],
    templates: { KEY: { name: "KEY", text: "{{ .Secrets.key }}" } },
  });
  assert.deepEqual(rolloutRestartTargets, [{ kind: "Deployment", name: "learn" }]);
});

Deno.test("a dynamic secret has a lease that is renewed and revoked", async () => {
  const dynamic = {
    type: "dynamic",
    namespace: "learn",
    vaultAuth: "learn-auth",
    mount: "postgres-learn",
    path: "creds/app",
  } as const;
  const made = await make(() => new OLVaultK8SSecret("learn-db", dynamic));
  assert.deepEqual(made.object("VaultDynamicSecret", "learn-db").spec, {
    vaultAuthRef: "learn-auth",
    mount: "postgres-learn",
    path: "creds/app",
    renewalPercent: 67,
    revoke: true,
    destination: { name: "learn-db", create: true, overwrite: true },
  });
  await assert.rejects(
    make(() => new OLVaultK8SSecret("learn-db", { ...dynamic, renewalPercent: 95 })),
    /OLVaultK8SSecret learn-db: renewalPercent: must be at most 90/,
  );
  await assert.rejects(
    make(() => new OLVaultK8SSecret("learn-db", { ...dynamic, path: "/creds/app" })),
    /path: must be a path such as creds\/app/,
  );
});
