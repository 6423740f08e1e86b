import { execOrThrow } from "lib/cli/exec.ts";
import { ROOT } from "lib/cli/root.ts";

const KEY_FILE = `${ROOT}/tests/fixtures/keys/example-ci.agekey`;

/** A repository whose secrets are a test's own: the tasks and libraries are this one's. */
export interface SecretsRoot extends AsyncDisposable {
  readonly path: string;
  /** Where its keys are. */
  readonly env: Readonly<Record<string, string>>;
  /** Writes a secret's file anew, encrypted by `sops`. */
  encrypt(context: string, name: string, data: Record<string, unknown>): Promise<void>;
  /** Starts a task with the permissions that deno.json gives it. */
  start(task: string, words: readonly string[], env: Record<string, string>): Deno.ChildProcess;
}

/**
 * Makes a repository with secrets for `ci`, encrypted by the real `sops`.
 *
 * @param sops The executable
 * @param contexts Data by context and name; each context's mount has its name
 * @param most Files of a context that are encrypted; the others are copies of them in turn
 */
export async function makeSecretsRoot(
  sops: string,
  contexts: Readonly<Record<string, Readonly<Record<string, Record<string, unknown>>>>>,
  most = Infinity,
): Promise<SecretsRoot> {
  const path = await Deno.makeTempDir({ prefix: "secrets-" });
  for (const name of ["lib", "tasks", "deno.json", "deno.lock"]) {
    await Deno.symlink(`${ROOT}/${name}`, `${path}/${name}`);
  }
  const recipient = /public key: (\S+)/.exec(await Deno.readTextFile(KEY_FILE))![1];
  const encrypt = async (context: string, name: string, data: Record<string, unknown>) => {
    const file = `${path}/secrets/${context}/${name}.ci.yaml`;
    // JSON is YAML; sops writes what it encrypts as YAML.
    await Deno.writeTextFile(file, JSON.stringify(data));
    await execOrThrow(sops, ["encrypt", "--age", recipient, "--input-type", "yaml", "-i", file]);
  };
  for (const [context, files] of Object.entries(contexts)) {
    await Deno.mkdir(`${path}/secrets/${context}`, { recursive: true });
    const names = Object.keys(files);
    await Deno.writeTextFile(
      `${path}/secrets/${context}/schema.ts`,
      `import { z } from "zod";
import { defineSecrets } from "lib/secrets/define.ts";

const AnyFile = z.looseObject({});
export default defineSecrets(import.meta, {
  mount: ${JSON.stringify(context)},
  files: Object.fromEntries(${JSON.stringify(names)}.map((name) => [name, AnyFile])),
});
`,
    );
    for (const [index, name] of names.entries()) {
      const folder = `${path}/secrets/${context}`;
      if (index < most) await encrypt(context, name, files[name]);
      else {await Deno.copyFile(
          `${folder}/${names[index % most]}.ci.yaml`,
          `${folder}/${name}.ci.yaml`,
        );}
    }
  }
  const info = await execOrThrow(Deno.execPath(), ["info", "--json"]);
  const { denoDir } = JSON.parse(info);
  const { tasks } = JSON.parse(await Deno.readTextFile(`${ROOT}/deno.json`));
  return {
    path,
    env: { SOPS_AGE_KEY_FILE: KEY_FILE },
    encrypt,
    start: (task, words, env) => {
      const [, ...command] = tasks[task].command.split(" ");
      const [file, ...permissions] = command.slice(1).reverse();
      return new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "--quiet",
          "--config",
          `${path}/deno.json`,
          ...permissions,
          `${path}/${file}`,
          ...words,
        ],
        env: { DENO_DIR: denoDir, SOPS_AGE_KEY_FILE: KEY_FILE, NO_COLOR: "1", ...env },
        stdout: "piped",
        stderr: "piped",
      }).spawn();
    },
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}
