/**
 * The `sops` binary: it does all writing, and reads what this reader does not. Nothing that it prints on
 * stderr is passed on: it prints open values and comments there.
 *
 * @see {@link https://github.com/getsops/sops/blob/v3.13.3/cmd/sops/codes/codes.go}
 * @see {@link https://github.com/getsops/sops/blob/v3.13.3/cmd/sops/main.go} for the environment variables
 * @module
 */
import { resolveEngine } from "lib/engines/resolve.ts";
import { exec, type ExecResult } from "lib/cli/exec.ts";
import { Problem } from "lib/schema/problem.ts";
import { withPrivateFolder } from "lib/secrets/sops/private_folder.ts";

/** What an exit code of SOPS means, where more can be said than that it failed. */
const MEANINGS: Readonly<Record<number, string>> = {
  2: "it cannot read the file",
  3: "it cannot write the file",
  5: "it cannot read secrets/.sops.yaml",
  7: "the new value is not JSON",
  23: "it cannot encrypt a value",
  24: "the authentication code does not open",
  25: "a value does not open: it was altered, or is not encrypted",
  49: "there is no such file",
  51: "the authentication code does not match: the file was changed outside SOPS",
  52: "there is no authentication code",
  61: "it finds no secrets/.sops.yaml",
  91: "there is no such key",
  100: "there is no such file",
  111: "the creation rule names no recipient",
  128: "no key at hand opens it: give an identity by SOPS_AGE_KEY or SOPS_AGE_KEY_FILE",
  201: "the editor failed, or there is none: set EDITOR",
};

/** The exit code of `sops edit` for a file that was left as it was. */
export const NOT_MODIFIED = 200;

/** How to run SOPS. */
export interface SopsOptions {
  /** Working directory: that of `.sops.yaml`. */
  readonly cwd?: string;
  /** Secrets go in here, never into the arguments. */
  readonly stdin?: string;
  /** Environment variables on top of this process's. */
  readonly env?: Readonly<Record<string, string>>;
  /** Ends SOPS when aborted. */
  readonly signal?: AbortSignal;
}

/**
 * Runs SOPS, whose version is checked first.
 *
 * @param args The arguments; hold no secret
 * @param what What is being done to what, for the error: `encrypt secrets/a/b.ci.yaml`
 * @returns Its stdout, which may be plaintext: keep it in memory
 * @throws {Problem} with what the exit code means; what SOPS printed is dropped
 * @throws {EngineProblem} when there is no `sops` of the right version
 */
export async function runSops(
  args: readonly string[],
  what: string,
  options: SopsOptions = {},
): Promise<string> {
  const sops = await resolveEngine("sops");
  const env = { ...inherited(), ...sops.env, ...keyPaths(), ...options.env };
  const result = await exec(sops.path, args, { ...options, env, clearEnv: true });
  if (result.code === 0) return result.stdout;
  throw new Problem(`Cannot ${what}: ${meaningOf(result)}`);
}

/** Each stands for a flag that takes the place of the creation rules, or of the file they are in. */
const OVERRIDES: readonly string[] = [
  "SOPS_CONFIG",
  "SOPS_AGE_RECIPIENTS",
  "SOPS_PGP_FP",
  "SOPS_KMS_ARN",
  "SOPS_VAULT_URIS",
  "SOPS_GCP_KMS_IDS",
  "SOPS_AZURE_KEYVAULT_URLS",
  "SOPS_HUAWEICLOUD_KMS_IDS",
];

/** This process's environment without what would change to whom SOPS encrypts. */
function inherited(): Record<string, string> {
  const variables = Object.entries(Deno.env.toObject());
  return Object.fromEntries(variables.filter(([name]) => !OVERRIDES.includes(name)));
}

/** The variables that name key files, absolute: SOPS runs in another folder. */
function keyPaths(): Record<string, string> {
  const names = ["SOPS_AGE_KEY_FILE", "SOPS_AGE_SSH_PRIVATE_KEY_FILE"];
  return Object.fromEntries(names.flatMap((name) => {
    const path = Deno.env.get(name);
    return path && !path.startsWith("/") ? [[name, `${Deno.cwd()}/${path}`]] : [];
  }));
}

/** What a failure means, without what was printed. */
export function meaningOf({ code }: Pick<ExecResult, "code">): string {
  return MEANINGS[code] ?? `sops failed with exit code ${code}`;
}

/**
 * Opens a file in the user's editor by `sops edit`, on the terminal of this process. The open text lies
 * in a folder of its own, in memory where there is such a place, for as long as the editor runs; a later
 * edit removes what one that was killed left there.
 *
 * @returns Whether the file was changed
 * @throws {Problem} with what the exit code means
 */
export async function editWithSops(cwd: string, path: string, what: string): Promise<boolean> {
  const sops = await resolveEngine("sops");
  return await withPrivateFolder(async (folder) => {
    const { code } = await new Deno.Command(sops.path, {
      args: ["edit", path],
      cwd,
      env: { ...inherited(), ...sops.env, ...keyPaths(), TMPDIR: folder },
      clearEnv: true,
      stdin: "inherit",
      stdout: "inherit",
      stderr: "inherit",
    }).spawn().status;
    if (code !== 0 && code !== NOT_MODIFIED) {
      throw new Problem(`Cannot ${what}: ${meaningOf({ code })}`);
    }
    return code === 0;
  });
}
