/** How a role's users are made, renewed and dropped; Vault fills in `{{name}}`, `{{password}}`, `{{expiration}}`. */
export interface RoleStatements {
  /** In order. */
  readonly create: readonly string[];
  /** In order. */
  readonly revoke: readonly string[];
  /** In order; default none. */
  readonly renew?: readonly string[];
}

/**
 * Roles of a Postgres database. What any user of `app` makes belongs to a role that all of them are in, so
 * that it outlives the user that made it. Vault's administrator needs CREATEROLE and the database, and need
 * be no superuser: RDS has none.
 *
 * @see https://developer.hashicorp.com/vault/docs/secrets/databases/postgresql
 */
export function postgresRoles(database: string): Record<string, RoleStatements> {
  const owner = `"${database}"`;
  const ensureOwner = [
    [
      "DO $$ BEGIN",
      `IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${database}') THEN CREATE ROLE ${owner}; END IF;`,
      "END $$;",
    ].join(" "),
    // Whoever is no superuser gives and takes only what belongs to a role that it is in.
    `GRANT ${owner} TO CURRENT_USER;`,
  ];
  const administer = `GRANT "{{name}}" TO CURRENT_USER;`;
  const user = `CREATE USER "{{name}}" WITH PASSWORD '{{password}}' VALID UNTIL '{{expiration}}'`;
  const renew = [`ALTER USER "{{name}}" VALID UNTIL '{{expiration}}';`];
  const drop = [
    `REASSIGN OWNED BY "{{name}}" TO ${owner};`,
    `DROP OWNED BY "{{name}}";`,
    `DROP USER IF EXISTS "{{name}}";`,
  ];
  return {
    admin: {
      create: [
        ...ensureOwner,
        `${user} CREATEROLE CREATEDB IN ROLE ${owner};`,
        administer,
        `GRANT ALL PRIVILEGES ON DATABASE ${owner} TO "{{name}}" WITH GRANT OPTION;`,
      ],
      renew,
      revoke: drop,
    },
    app: {
      create: [
        ...ensureOwner,
        `GRANT CONNECT, TEMPORARY ON DATABASE ${owner} TO ${owner};`,
        `GRANT CREATE, USAGE ON SCHEMA public TO ${owner};`,
        `${user} IN ROLE ${owner};`,
        administer,
        `ALTER ROLE "{{name}}" SET role TO ${owner};`,
      ],
      renew,
      revoke: drop,
    },
    readonly: {
      create: [
        ...ensureOwner,
        `${user};`,
        administer,
        `GRANT CONNECT ON DATABASE ${owner} TO "{{name}}";`,
        `GRANT USAGE ON SCHEMA public TO "{{name}}";`,
        `GRANT SELECT ON ALL TABLES IN SCHEMA public TO "{{name}}";`,
        `GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO "{{name}}";`,
      ],
      renew,
      revoke: drop,
    },
  };
}

/**
 * Roles of a MariaDB database.
 *
 * @see https://developer.hashicorp.com/vault/docs/secrets/databases/mysql-maria
 */
export function mariadbRoles(database: string): Record<string, RoleStatements> {
  const user = "CREATE USER '{{name}}'@'%' IDENTIFIED BY '{{password}}';";
  const grant = (what: string, on = `\`${database}\`.*`) =>
    `GRANT ${what} ON ${on} TO '{{name}}'@'%'`;
  const revoke = [
    "REVOKE ALL PRIVILEGES, GRANT OPTION FROM '{{name}}'@'%';",
    "DROP USER '{{name}}'@'%';",
  ];
  return {
    admin: { create: [user, `${grant("ALL PRIVILEGES")} WITH GRANT OPTION;`], revoke },
    app: {
      create: [
        user,
        `${
          grant(
            "SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, DROP, INDEX, REFERENCES, LOCK TABLES, " +
              "CREATE TEMPORARY TABLES",
          )
        };`,
      ],
      revoke,
    },
    readonly: { create: [user, `${grant("SELECT, SHOW VIEW")};`], revoke },
  };
}
