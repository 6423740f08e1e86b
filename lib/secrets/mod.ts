/**
 * Secrets: contexts under `secrets/`, what their SOPS files hold, and made-up ones for rehearsals.
 *
 * @module
 */
export {
  defineSecrets,
  isSecretsContext,
  type SecretFiles,
  type SecretsContext,
} from "lib/secrets/define.ts";
export { readSopsFile, type SopsFile } from "lib/secrets/sops/read.ts";
export { SopsProblem } from "lib/secrets/sops/error.ts";
export { synthesize } from "lib/secrets/synthesize.ts";
