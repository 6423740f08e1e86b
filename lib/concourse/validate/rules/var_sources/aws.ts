import type { Datum } from "lib/concourse/validate/datum.ts";
import type { Manager } from "lib/concourse/validate/rules/var_sources/manager.ts";
import {
  checkSettings,
  setting,
  type SettingKind,
} from "lib/concourse/validate/rules/var_sources/map_structure.ts";
import { checkSecretTemplate } from "lib/concourse/validate/rules/var_sources/secret_template.ts";

const KEYS = { access_key: "text", secret_key: "text", session_token: "text" } as const;
const PIPELINE = "/concourse/{{.Team}}/{{.Pipeline}}/{{.Secret}}";
const TEAM = "/concourse/{{.Team}}/{{.Secret}}";

function checkTemplates(
  config: Datum | undefined,
  defaults: readonly (readonly [name: string, template: string])[],
): string | undefined {
  for (const [name, template] of defaults) {
    const fault = checkSecretTemplate(
      name.replaceAll("_", "-"),
      setting(config, name, template),
    );
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** Either no credentials, which then come from the environment, or both keys. */
function checkKeys(config: Datum | undefined): string | undefined {
  const [id, secret, token] = Object.keys(KEYS).map((name) => setting(config, name));
  if (id === "" && secret === "" && token === "") return undefined;
  if (id === "") return "must provide aws access key id";
  if (secret === "") return "must provide aws secret access key";
  return undefined;
}

function manager(
  type: string,
  settings: Readonly<Record<string, SettingKind>>,
  templates: readonly (readonly [string, string])[],
): Manager {
  return {
    supported: true,
    check(config) {
      checkSettings(config, type, settings);
      return checkTemplates(config, templates) ?? checkKeys(config);
    },
  };
}

/** AWS SSM's parameter store. */
export const ssm = manager("ssm.SsmManager", {
  ...KEYS,
  region: "text",
  pipeline_secret_template: "text",
  team_secret_template: "text",
  shared_path: "text",
  Ssm: "inner",
}, [["pipeline_secret_template", PIPELINE], ["team_secret_template", TEAM]]);

/** AWS Secrets Manager. */
export const secretsmanager = manager("secretsmanager.Manager", {
  ...KEYS,
  region: "text",
  pipeline_secret_template: "text",
  team_secret_template: "text",
  shared_secret_template: "text",
  SecretManager: "inner",
}, [
  ["pipeline_secret_template", PIPELINE],
  ["team_secret_template", TEAM],
  ["shared_secret_template", "/concourse/{{.Secret}}"],
]);
