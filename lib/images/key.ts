import { execOrThrow } from "lib/cli/exec.ts";

/** An ssh key that lives as long as one build or one test. */
export interface EphemeralKey {
  /** The private key's file. */
  readonly path: string;
  /** The public key, as in `authorized_keys`. */
  readonly publicKey: string;
}

/**
 * Makes an ed25519 key.
 *
 * @param folder A folder that only its owner can enter
 */
export async function makeKey(folder: string): Promise<EphemeralKey> {
  const path = `${folder}/key`;
  await execOrThrow("ssh-keygen", [
    "-q",
    "-t",
    "ed25519",
    "-N",
    "",
    "-C",
    "image-build",
    "-f",
    path,
  ]);
  return { path, publicKey: (await Deno.readTextFile(`${path}.pub`)).trim() };
}
