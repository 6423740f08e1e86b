/** An OpenPGP key of the test's own, made by GnuPG. */
import { execOrThrow } from "lib/cli/exec.ts";

/** Signs files; its agent ends when it is disposed of. */
export interface SigningKey extends AsyncDisposable {
  /** In ASCII armour. */
  readonly publicKey: string;
  /** A detached signature, as HashiCorp makes them. */
  sign(content: string): Promise<Uint8Array<ArrayBuffer>>;
}

/** Makes a key. */
export async function makeSigningKey(): Promise<SigningKey> {
  const home = await Deno.makeTempDir({ prefix: "gpg-" });
  const gpg = (...args: string[]) =>
    execOrThrow("gpg", ["--homedir", home, "--batch", "--quiet", "--passphrase", "", ...args]);
  await gpg("--quick-generate-key", "Releases <releases@example.org>", "ed25519", "sign", "never");
  return {
    publicKey: await gpg("--armor", "--export"),
    async sign(content) {
      await Deno.writeTextFile(`${home}/content`, content);
      await gpg("--yes", "--output", `${home}/signature`, "--detach-sign", `${home}/content`);
      return await Deno.readFile(`${home}/signature`);
    },
    async [Symbol.asyncDispose]() {
      await execOrThrow("gpgconf", ["--homedir", home, "--kill", "all"]);
      await Deno.remove(home, { recursive: true });
    },
  };
}
