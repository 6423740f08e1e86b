import type { Properties } from "lib/pulumi/simulate/wire.ts";

/** How one resource is written to Vault's API. */
export interface VaultCall {
  /** Where it is written with POST. */
  readonly path: string;
  readonly body: Properties;
  /** Where a change goes, when elsewhere. */
  readonly change?: { readonly path: string; readonly body: Properties };
  /** What is read and deleted, when it is not `path`; `false` where there is nothing of its own. */
  readonly object?: string | false;
  /** The plugin that the server has to carry: `kubernetes`, `aws`. */
  readonly plugin?: string;
}

// deno-lint-ignore no-explicit-any
type Inputs = any;

/** `maxTtl` → `max_ttl`, for all but the named keys. */
function snake(inputs: Properties, ...without: string[]): Properties {
  return Object.fromEntries(
    Object.entries(inputs)
      .filter(([key, value]) =>
        value !== undefined && !key.startsWith("__") && !["namespace", ...without].includes(key)
      )
      .map(([key, value]) => [
        key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
        value,
      ]),
  );
}

const lease = ({ defaultLeaseTtlSeconds, maxLeaseTtlSeconds }: Inputs): Properties => ({
  ...(defaultLeaseTtlSeconds === undefined ? {} : { default_lease_ttl: defaultLeaseTtlSeconds }),
  ...(maxLeaseTtlSeconds === undefined ? {} : { max_lease_ttl: maxLeaseTtlSeconds }),
});

/** A role, or a configuration, below a backend. */
const below = (where: (inputs: Inputs) => string, ...without: string[]) => (inputs: Inputs) => ({
  path: where(inputs),
  body: snake(inputs, "backend", ...without),
});

/** A request that makes something on the server which is no object of its own. */
const deed = (where: (inputs: Inputs) => string, ...without: string[]) => (inputs: Inputs) => ({
  ...below(where, ...without)(inputs),
  object: false as const,
});

const authRole = below(
  ({ backend, roleName, role }) => `auth/${backend}/role/${roleName ?? role}`,
  "roleName",
  "role",
);

/**
 * How each type of resource is written.
 *
 * @see https://openbao.org/api-docs/
 */
export const VAULT_CALLS: Readonly<Record<string, (inputs: Inputs) => VaultCall>> = {
  "vault:index/mount:Mount": (inputs) => {
    const { path, type } = inputs;
    return {
      path: `sys/mounts/${path}`,
      body: {
        ...snake(inputs, "path", "defaultLeaseTtlSeconds", "maxLeaseTtlSeconds"),
        config: lease(inputs),
      },
      change: {
        path: `sys/mounts/${path}/tune`,
        body: { ...lease(inputs), description: inputs.description, options: inputs.options },
      },
      // The database engine is part of the server, whose catalog lists what it connects to.
      ...(type === "database" ? {} : { plugin: type === "kv-v2" ? "kv" : type }),
    };
  },
  "vault:index/policy:Policy": ({ name, policy }) => ({
    path: `sys/policies/acl/${name}`,
    body: { policy },
  }),
  "vault:index/authBackend:AuthBackend": (inputs) => {
    const path = inputs.path ?? inputs.type;
    return {
      path: `sys/auth/${path}`,
      body: snake(inputs, "path", "tune"),
      change: { path: `sys/auth/${path}/tune`, body: { description: inputs.description } },
      plugin: inputs.type,
    };
  },
  // The issuer's own answers would be asked for over the network: the method is made without it.
  "vault:jwt/authBackend:AuthBackend": (inputs) => {
    const path = inputs.path ?? inputs.type;
    const { type, description } = inputs;
    return {
      path: `sys/auth/${path}`,
      body: { type, description },
      change: { path: `sys/auth/${path}/tune`, body: { description } },
      plugin: type,
    };
  },
  "vault:kubernetes/authBackendConfig:AuthBackendConfig": deed(({ backend }) =>
    `auth/${backend}/config`
  ),
  "vault:kubernetes/authBackendRole:AuthBackendRole": authRole,
  "vault:appRole/authBackendRole:AuthBackendRole": authRole,
  "vault:jwt/authBackendRole:AuthBackendRole": authRole,
  "vault:aws/authBackendRole:AuthBackendRole": (inputs) => ({ ...authRole(inputs), plugin: "aws" }),
  "vault:kv/secretBackendV2:SecretBackendV2": (inputs) => ({
    path: `${inputs.mount}/config`,
    body: snake(inputs, "mount"),
    object: false,
  }),
  "vault:kv/secretV2:SecretV2": ({ mount, name, dataJson }) => ({
    path: `${mount}/data/${name}`,
    body: { data: JSON.parse(dataJson) },
    object: `${mount}/metadata/${name}`,
  }),
  "vault:appRole/authBackendRoleSecretId:AuthBackendRoleSecretId": deed(
    ({ backend, roleName }) => `auth/${backend}/role/${roleName}/secret-id`,
    "roleName",
    "withWrappedAccessor",
  ),
  // A key that may not be deleted goes with its engine.
  "vault:transit/secretBackendKey:SecretBackendKey": deed(
    ({ backend, name }) => `${backend}/keys/${name}`,
    "name",
  ),
  "vault:aws/secretBackend:SecretBackend": ({ path, description }) => ({
    path: `sys/mounts/${path}`,
    body: { type: "aws", description },
    plugin: "aws",
  }),
  "vault:aws/secretBackendRole:SecretBackendRole": (inputs) => ({
    ...below(({ backend, name }) => `${backend}/roles/${name}`, "name")(inputs),
    plugin: "aws",
  }),
  "vault:database/secretBackendConnection:SecretBackendConnection": (inputs) => ({
    path: `${inputs.backend}/config/${inputs.name}`,
    body: databaseConnection(inputs),
  }),
  "vault:database/secretBackendRole:SecretBackendRole": below(
    ({ backend, name }) => `${backend}/roles/${name}`,
    "name",
  ),
  "vault:pkiSecret/secretBackendRole:SecretBackendRole": (inputs) => ({
    path: `${inputs.backend}/roles/${inputs.name}`,
    body: {
      ...snake(inputs, "backend", "name", "organizations"),
      ...(inputs.organizations === undefined ? {} : { organization: inputs.organizations }),
    },
  }),
  "vault:pkiSecret/secretBackendConfigUrls:SecretBackendConfigUrls": deed(({ backend }) =>
    `${backend}/config/urls`
  ),
  "vault:pkiSecret/secretBackendRootCert:SecretBackendRootCert": deed(
    ({ backend, type }) => `${backend}/root/generate/${type}`,
    "type",
  ),
  "vault:pkiSecret/secretBackendIntermediateCertRequest:SecretBackendIntermediateCertRequest": deed(
    ({ backend, type }) => `${backend}/intermediate/generate/${type}`,
    "type",
  ),
  "vault:pkiSecret/secretBackendRootSignIntermediate:SecretBackendRootSignIntermediate": deed((
    { backend },
  ) => `${backend}/root/sign-intermediate`),
  "vault:pkiSecret/secretBackendIntermediateSetSigned:SecretBackendIntermediateSetSigned": deed((
    { backend },
  ) => `${backend}/intermediate/set-signed`),
};

/** The connection without asking the database, which a rehearsal does not have. */
function databaseConnection(inputs: Inputs): Properties {
  const [plugin, options] = Object.entries(DATABASE_PLUGINS)
    .map(([key, name]) => [name, inputs[key]] as const)
    .find(([, given]) => given !== undefined) ?? [inputs.pluginName, {}];
  return {
    plugin_name: plugin,
    allowed_roles: inputs.allowedRoles,
    verify_connection: false,
    ...snake(options, "passwordAuthentication"),
  };
}

const DATABASE_PLUGINS = {
  postgresql: "postgresql-database-plugin",
  mysql: "mysql-database-plugin",
  mysqlRds: "mysql-rds-database-plugin",
} as const;
