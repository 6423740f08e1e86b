import { z } from "zod";

/** A public key as `ssh-keygen` and `concourse generate-key` write it. */
export const SshPublicKey = z.string().regex(
  /^ssh-rsa [A-Za-z0-9+/=]+( \S+)?\n?$/,
  "must be a key such as ssh-rsa AAAA…",
).meta({ examples: ["ssh-rsa c3ludGhlc2lzZWQ=\n"] });
