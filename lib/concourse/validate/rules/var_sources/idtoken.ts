import type { Datum, StringDatum } from "lib/concourse/validate/datum.ts";
import { readDuration } from "lib/concourse/validate/go/duration.ts";
import { CreationError, type Manager } from "lib/concourse/validate/rules/var_sources/manager.ts";
import { goType } from "lib/concourse/validate/template/vars.ts";

const SCOPES = ["", "team", "pipeline", "instance", "job"];
const DAY = 24n * 3_600_000_000_000n;

function fail(what: string): never {
  throw new CreationError(`invalid idtoken provider config: ${what}`);
}

function checkAudience(value: Datum): void {
  if (value.type !== "list") fail("audience must be a list of strings");
  if (value.items.some((item) => item.type !== "string")) {
    fail("invalid audience value: %!w(<nil>)");
  }
}

/**
 * Concourse's own identity tokens. The message about a wrong algorithm shows the subject scope, as
 * Concourse's does.
 *
 * @see {@link https://github.com/concourse/concourse/blob/master/atc/creds/idtoken/manager.go}
 */
export const idtoken: Manager = {
  supported: true,
  check(config) {
    if (config?.type !== "map") fail(goType(config ?? { type: "null", line: 0, column: 0 }));
    let scope = "pipeline", algorithm = "RS256", expires = 0n;
    const text = (name: string, value: Datum): string =>
      value.type === "string" ? (value as StringDatum).value : fail(`${name} must be a string`);
    for (const [name, { value }] of config.entries) {
      if (name === "audience") checkAudience(value);
      else if (name === "subject_scope") scope = text(name, value);
      else if (name === "algorithm") algorithm = text(name, value);
      else if (name === "expires_in") {
        const duration = readDuration(text(name, value));
        if ("fault" in duration) fail(`invalid expires_in value: ${duration.fault}`);
        expires = duration.ns;
      } else fail(`unknown setting: ${name}`);
    }
    if (!SCOPES.includes(scope)) return `invalid subject_scope value: ${scope}`;
    if (expires > DAY) return "expires_in must be <= 24h0m0s";
    if (algorithm !== "RS256" && algorithm !== "ES256") {
      return `invalid algorithm value: ${scope}. Only RS256 and ES256 are supported`;
    }
    return undefined;
  },
};
