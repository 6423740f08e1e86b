import { type Datum, field } from "lib/concourse/validate/datum.ts";
import { secretsmanager, ssm } from "lib/concourse/validate/rules/var_sources/aws.ts";
import { idtoken } from "lib/concourse/validate/rules/var_sources/idtoken.ts";
import { CreationError, type Manager } from "lib/concourse/validate/rules/var_sources/manager.ts";
import { vault } from "lib/concourse/validate/rules/var_sources/vault.ts";
import { goType } from "lib/concourse/validate/template/vars.ts";

const typeOf = (datum: Datum | undefined) => datum ? goType(datum) : "<nil>";

/** Vars written into the pipeline itself. */
const dummy: Manager = {
  supported: true,
  check(config) {
    if (config?.type !== "map") {
      throw new CreationError(`invalid dummy credential manager config: ${typeOf(config)}`);
    }
    const vars = field(config, "vars");
    if (vars?.type !== "map") throw new CreationError(`invalid vars config: ${typeOf(vars)}`);
    return undefined;
  },
};

/** A manager that only a whole installation can use: its config is not even read. */
const installationOnly = (fault: string): Manager => ({ supported: false, check: () => fault });

/** The credential managers by type. */
export const MANAGERS: ReadonlyMap<string, Manager> = new Map([
  ["dummy", dummy],
  ["vault", vault],
  ["ssm", ssm],
  ["secretsmanager", secretsmanager],
  ["idtoken", idtoken],
  ["conjur", installationOnly("secret template should not be empty")],
  ["credhub", installationOnly("invalid URL (must be http or https)")],
  [
    "kubernetes",
    installationOnly(
      "invalid configuration: no configuration has been provided, try setting KUBERNETES_MASTER environment variable",
    ),
  ],
]);
