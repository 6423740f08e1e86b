import assert from "node:assert/strict";
import {
  VaultDatabaseBackend,
  type VaultDatabaseBackendArgs,
} from "infra/components/vault/database_backend.ts";
import { containsSecret, unwrap } from "lib/pulumi/simulate/wire.ts";
import { withBao } from "tests/support/bao.ts";
import { writeToBao } from "tests/support/bao_objects.ts";
import { engineTest } from "tests/support/engine.ts";
import { POSTGRES, withPostgres } from "tests/support/postgres.ts";
import { make } from "tests/support/program.ts";

const args: VaultDatabaseBackendArgs = {
  path: "postgres-learn",
  database: "learn",
  host: "db.example.edu",
  port: 5432,
  adminUsername: "admin",
  adminPassword: "hush",
};
const CONNECTION = "vault:database/secretBackendConnection:SecretBackendConnection";
const ROLE = "vault:database/secretBackendRole:SecretBackendRole";

Deno.test("the administrator's password is secret, and spoken over TLS alone", async () => {
  const made = await make(() => new VaultDatabaseBackend("learn", args));
  const { inputs } = made.resources.find(({ type }) => type === CONNECTION)!;
  assert.ok(containsSecret(inputs.postgresql));
  const { connectionUrl } = (unwrap(inputs) as { postgresql: { connectionUrl: string } })
    .postgresql;
  assert.equal(
    connectionUrl,
    "postgresql://{{username}}:{{password}}@db.example.edu:5432/learn?sslmode=require",
  );
  assert.deepEqual(inputs.allowedRoles, ["admin", "app", "readonly"]);
});

Deno.test("MariaDB has the same roles in its own words", async () => {
  const made = await make(() =>
    new VaultDatabaseBackend("learn", { ...args, path: "mariadb-learn", engine: "mariadb" })
  );
  assert.match(
    made.inputs(CONNECTION, "learn").mysqlRds.connectionUrl,
    /@tcp\(db\.example\.edu:5432\)\/\?tls=skip-verify$/,
  );
  const { creationStatements } = made.inputs(ROLE, "learn-readonly");
  assert.deepEqual(creationStatements.slice(1), [
    "GRANT SELECT, SHOW VIEW ON `learn`.* TO '{{name}}'@'%';",
  ]);
});

Deno.test("roles may be added and replaced", async () => {
  const reports = { create: ["CREATE USER a;"], revoke: ["DROP USER a;"] };
  const made = await make(() => new VaultDatabaseBackend("learn", { ...args, roles: { reports } }));
  assert.deepEqual(made.inputs(ROLE, "learn-reports").creationStatements, reports.create);
  assert.equal(made.inputs(CONNECTION, "learn").allowedRoles.length, 4);
});

const refused: [what: string, change: Partial<VaultDatabaseBackendArgs>, message: RegExp][] = [
  [
    "a default beyond the maximum",
    { defaultLeaseSeconds: 7200, maxLeaseSeconds: 3600 },
    /defaultLeaseSeconds: must not exceed maxLeaseSeconds/,
  ],
  ["a lease of a year", { maxLeaseSeconds: 31_536_000 }, /maxLeaseSeconds: Too big/],
  ["a database's name with a quote", { database: 'learn"' }, /database: must be a name/],
];
for (const [what, change, message] of refused) {
  Deno.test(`a database engine refuses ${what}`, async () => {
    await assert.rejects(
      make(() => new VaultDatabaseBackend("learn", { ...args, ...change })),
      message,
    );
  });
}

const title = "on a real server, users share what they own, readers read, and revoking drops";
if (POSTGRES === undefined) {
  Deno.test({ name: `${title} (skipped: no PostgreSQL)`, ignore: true, fn: () => {} });
} else {
  engineTest("bao", title, async (engines) => {
    await withPostgres("learn", async (postgres) => {
      const made = await make(() =>
        new VaultDatabaseBackend("learn", {
          ...args,
          host: "127.0.0.1",
          port: postgres.port,
          adminUsername: postgres.username,
          adminPassword: postgres.password,
        })
      );
      await withBao(engines.bao.path, async (bao) => {
        const { problems, namespace } = await writeToBao(bao, "learn", made.resources);
        assert.deepEqual(problems, []);
        const login = async (role: string) => {
          const path = `${namespace}/postgres-learn/creds/${role}`;
          const { status, text } = await bao.request("GET", path);
          assert.equal(status, 200, text);
          const { data, lease_id } = JSON.parse(text);
          return { ...data as { username: string; password: string }, lease: lease_id as string };
        };
        const [first, second] = [await login("app"), await login("app")];
        await postgres.query(
          "CREATE TABLE courses (id int); INSERT INTO courses VALUES (1)",
          first,
        );
        await postgres.query("ALTER TABLE courses ADD title text", second);

        const reader = await login("readonly");
        assert.equal(await postgres.query("SELECT id FROM courses", reader), "1");
        await assert.rejects(
          postgres.query("INSERT INTO courses VALUES (2)", reader),
          /permission denied/,
        );
        const admin = await login("admin");
        await postgres.query("CREATE ROLE another", admin);

        for (const { lease, username } of [first, reader]) {
          const { status, text } = await bao.request(
            "POST",
            `${namespace}/sys/leases/revoke`,
            { lease_id: lease, sync: true },
          );
          assert.equal(status, 204, text);
          const held = await postgres.query(
            `SELECT count(*) FROM pg_roles WHERE rolname = '${username}'`,
          );
          assert.equal(held, "0", `${username} is still there`);
        }
        assert.equal(await postgres.query("SELECT id FROM courses", second), "1");
      });
    });
  });
}
