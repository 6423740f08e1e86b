import { z } from "zod";
import { Config, Env } from "./config.ts";
import { Duration } from "./duration.ts";
import { Identifier } from "./identifier.ts";

/** Values in the pipeline itself: for trying out. */
export const DummyVarSource = z.strictObject({
  name: Identifier,
  type: z.literal("dummy"),
  config: z.strictObject({ vars: Config }),
});
/** See the schema of this name. */
export type DummyVarSource = z.infer<typeof DummyVarSource>;

/** Where Vault is and how it is spoken to. @see https://concourse-ci.org/docs/vars/#vault-var-source */
export const VaultConfig = z.strictObject({
  /** `https://vault.example.org`. */
  url: z.string(),
  /** Default `/concourse`. */
  path_prefix: z.string().optional(),
  /** Go templates; default `/{{.Team}}/{{.Pipeline}}/{{.Secret}}` and `/{{.Team}}/{{.Secret}}`. */
  lookup_templates: z.array(z.string()).readonly().optional(),
  shared_path: z.string().optional(),
  namespace: z.string().optional(),
  login_timeout: Duration.optional(),
  query_timeout: Duration.optional(),
  enable_kv_mount_cache: z.boolean().optional(),
  disable_srv_lookup: z.boolean().optional(),
  /** PEM. */
  ca_cert: z.string().optional(),
  client_cert: z.string().optional(),
  client_key: z.string().optional(),
  server_name: z.string().optional(),
  insecure_skip_verify: z.boolean().optional(),
  client_token: z.string().optional(),
  client_token_path: z.string().optional(),
  /** `approle`, `cert`, `aws`, … */
  auth_backend: z.string().optional(),
  auth_backend_max_ttl: Duration.optional(),
  auth_retry_max: Duration.optional(),
  auth_retry_initial: Duration.optional(),
  auth_params: Env.optional(),
});
/** See the schema of this name. */
export type VaultConfig = z.infer<typeof VaultConfig>;

/** Values in HashiCorp Vault. */
export const VaultVarSource = z.strictObject({
  name: Identifier,
  type: z.literal("vault"),
  config: VaultConfig,
});
/** See the schema of this name. */
export type VaultVarSource = z.infer<typeof VaultVarSource>;

const Aws = {
  access_key: z.string().optional(),
  secret_key: z.string().optional(),
  session_token: z.string().optional(),
  region: z.string().optional(),
  pipeline_secret_template: z.string().optional(),
  team_secret_template: z.string().optional(),
};

/** Values in the parameter store of AWS Systems Manager. */
export const SsmVarSource = z.strictObject({
  name: Identifier,
  type: z.literal("ssm"),
  config: z.strictObject({ ...Aws, shared_path: z.string().optional() }).optional(),
});
/** See the schema of this name. */
export type SsmVarSource = z.infer<typeof SsmVarSource>;

/** Values in AWS Secrets Manager. */
export const SecretsManagerVarSource = z.strictObject({
  name: Identifier,
  type: z.literal("secretsmanager"),
  config: z.strictObject({ ...Aws, shared_secret_template: z.string().optional() }).optional(),
});
/** See the schema of this name. */
export type SecretsManagerVarSource = z.infer<typeof SecretsManagerVarSource>;

/** Tokens that Concourse signs, by which a build shows who it is. */
export const IdTokenVarSource = z.strictObject({
  name: Identifier,
  type: z.literal("idtoken"),
  config: z.strictObject({
    audience: z.array(z.string()).readonly().optional(),
    /** Default `pipeline`. */
    subject_scope: z.enum(["team", "pipeline", "instance", "job"]).optional(),
    /** At most `24h`; default `1h`. */
    expires_in: Duration.optional(),
    /** Default `RS256`. */
    algorithm: z.enum(["RS256", "ES256"]).optional(),
  }),
});
/** See the schema of this name. */
export type IdTokenVarSource = z.infer<typeof IdTokenVarSource>;

/** Where `((NAME:path))` is looked up. @see https://concourse-ci.org/docs/vars/#var_sources */
export const VarSource = z.discriminatedUnion("type", [
  DummyVarSource,
  VaultVarSource,
  SsmVarSource,
  SecretsManagerVarSource,
  IdTokenVarSource,
]);
/** See the schema of this name. */
export type VarSource = z.infer<typeof VarSource>;
