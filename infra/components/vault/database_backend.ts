import * as pulumi from "@pulumi/pulumi";
import * as vault from "@pulumi/vault";
import { z } from "zod";
import { after } from "infra/components/after.ts";
import { VaultPath } from "infra/components/vault_k8s_secret.ts";
import { mariadbRoles, postgresRoles, type RoleStatements } from "infra/components/vault/sql.ts";
import { parseWith } from "lib/schema/parse.ts";

const DAY = 86_400;

/** What a {@linkcode VaultDatabaseBackend} is made from, beside what other resources tell. */
export const VaultDatabaseBackendArgs = z.strictObject({
  /** Where it is mounted: `postgres-learn`. */
  path: VaultPath,
  /** What the database speaks. */
  engine: z.enum(["postgres", "mariadb"]).default("postgres"),
  /** The database within the server, which is also the role that owns its tables. */
  database: z.string().regex(/^[a-z_][a-z0-9_]{0,62}$/, "must be a name such as learn"),
  /** Seconds that a user lasts when nothing else is asked for. */
  defaultLeaseSeconds: z.int().min(60).max(180 * DAY).default(DAY),
  /** Seconds beyond which one is never renewed. */
  maxLeaseSeconds: z.int().min(60).max(180 * DAY).default(30 * DAY),
}).refine((args) => args.defaultLeaseSeconds <= args.maxLeaseSeconds, {
  message: "must not exceed maxLeaseSeconds",
  path: ["defaultLeaseSeconds"],
});
/** Arguments as they are given. */
export type VaultDatabaseBackendArgs = z.input<typeof VaultDatabaseBackendArgs> & {
  /** Where the server answers. */
  readonly host: pulumi.Input<string>;
  /** On which port. */
  readonly port: pulumi.Input<number>;
  /** The server's administrator. */
  readonly adminUsername: pulumi.Input<string>;
  /** The administrator's password; secret whatever it is given as. */
  readonly adminPassword: pulumi.Input<string>;
  /** Roles in place of, or beside, `admin`, `app` and `readonly`. */
  readonly roles?: Readonly<Record<string, RoleStatements>>;
};

/**
 * Vault's database engine for one database: users are made on request and dropped when their lease ends.
 *
 * Creates: the engine, the connection, and the roles `admin` (anything), `app` (owns what it makes together
 * with all other users of the role) and `readonly`.
 */
export class VaultDatabaseBackend extends pulumi.ComponentResource {
  /** Where it is mounted, known when its roles are there; below it `creds/app` and so on. */
  readonly path: pulumi.Output<string>;

  /**
   * Makes the engine.
   *
   * @param name Starts every child's name
   * @param args See {@linkcode VaultDatabaseBackendArgs}
   * @throws {Problems} for arguments that {@linkcode VaultDatabaseBackendArgs} refuses
   */
  constructor(
    name: string,
    args: VaultDatabaseBackendArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("ol:vault:DatabaseBackend", name, {}, opts);
    const { host, port, adminUsername, adminPassword, roles: others, ...given } = args;
    const settings = parseWith(VaultDatabaseBackendArgs, given, `VaultDatabaseBackend ${name}`);
    const { engine, database } = settings;
    const usual = engine === "postgres" ? postgresRoles(database) : mariadbRoles(database);
    const roles = { ...usual, ...others };
    const parent = { parent: this };
    const mount = new vault.Mount(name, {
      path: settings.path,
      type: "database",
      description: `Users of the database ${database}`,
    }, parent);
    const login = { username: adminUsername, password: pulumi.secret(adminPassword) };
    const connection = new vault.database.SecretBackendConnection(name, {
      backend: mount.path,
      name: database,
      allowedRoles: Object.keys(roles),
      verifyConnection: true,
      ...(engine === "postgres"
        ? {
          postgresql: {
            ...login,
            connectionUrl: pulumi
              .interpolate`postgresql://{{username}}:{{password}}@${host}:${port}/${database}?sslmode=require`,
          },
        }
        : {
          mysqlRds: {
            ...login,
            connectionUrl: pulumi
              .interpolate`{{username}}:{{password}}@tcp(${host}:${port})/?tls=skip-verify`,
          },
        }),
    }, parent);
    const made = Object.entries(roles).map(([role, statements]) =>
      new vault.database.SecretBackendRole(`${name}-${role}`, {
        backend: mount.path,
        name: role,
        dbName: connection.name,
        creationStatements: [...statements.create],
        revocationStatements: [...statements.revoke],
        renewStatements: [...statements.renew ?? []],
        defaultTtl: settings.defaultLeaseSeconds,
        maxTtl: settings.maxLeaseSeconds,
      }, parent)
    );
    this.path = after(mount.path, ...made);
    this.registerOutputs({ path: this.path });
  }
}
