import { type Datum, field } from "lib/concourse/validate/datum.ts";
import { parseUrl, UrlError } from "lib/concourse/validate/go/url.ts";
import { quoteGo } from "lib/concourse/validate/go/quote.ts";
import { CreationError, type Manager } from "lib/concourse/validate/rules/var_sources/manager.ts";
import { checkSettings, setting } from "lib/concourse/validate/rules/var_sources/map_structure.ts";
import { checkSecretTemplate } from "lib/concourse/validate/rules/var_sources/secret_template.ts";

const SETTINGS = {
  url: "text",
  path_prefix: "text",
  lookup_templates: "texts",
  shared_path: "text",
  namespace: "text",
  login_timeout: "duration",
  query_timeout: "duration",
  enable_kv_mount_cache: "bool",
  Client: "inner",
  ReAuther: "inner",
  SecretFactory: "inner",
  disable_srv_lookup: "bool",
  ca_cert: "text",
  CACertFile: "text",
  CAPath: "text",
  client_cert: "text",
  ClientCertFile: "text",
  client_key: "text",
  ClientKeyFile: "text",
  server_name: "text",
  insecure_skip_verify: "bool",
  client_token: "text",
  client_token_path: "text",
  auth_backend: "text",
  auth_backend_max_ttl: "duration",
  auth_retry_max: "duration",
  auth_retry_initial: "duration",
  auth_params: "map of texts",
} as const;

function checkUrl(text: string): string | undefined {
  try {
    const { scheme, hostname } = parseUrl(text);
    if (scheme !== "http" && scheme !== "https") {
      return `invalid scheme ${quoteGo(scheme)}: must be http or https`;
    }
    return hostname === "" ? "URL must specify a host" : undefined;
  } catch (error) {
    if (error instanceof UrlError) return `invalid URL: ${error.message}`;
    throw error;
  }
}

function templatesOf(config: Datum): readonly string[] {
  const given = field(config, "lookup_templates");
  if (given === undefined) {
    return ["/{{.Team}}/{{.Pipeline}}/{{.Secret}}", "/{{.Team}}/{{.Secret}}"];
  }
  return given.type === "list"
    ? given.items.map((item) => item.type === "string" ? item.value : "")
    : [];
}

/**
 * HashiCorp's Vault.
 *
 * @see {@link https://github.com/concourse/concourse/blob/master/atc/creds/vault/manager.go}
 */
export const vault: Manager = {
  supported: true,
  check(config) {
    if (config?.type !== "map") throw new CreationError("invalid vault config format");
    checkSettings(config, "vault.VaultManager", SETTINGS);
    const urlFault = checkUrl(setting(config, "url"));
    if (urlFault !== undefined) return urlFault;
    const prefix = setting(config, "path_prefix", "/concourse");
    if (prefix === "") return "path prefix must be a non-empty string";
    for (const [index, template] of templatesOf(config).entries()) {
      const fault = checkSecretTemplate(`lookup-template-${index}`, prefix + template);
      if (fault !== undefined) return fault;
    }
    const logins = ["client_token", "client_token_path", "auth_backend"];
    return logins.some((name) => setting(config, name) !== "")
      ? undefined
      : "must configure client token or auth backend";
  },
};
