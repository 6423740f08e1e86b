import { z } from "zod";
import { defineSecrets } from "lib/secrets/define.ts";

/** What Consul's servers and agents know of each other before they speak. */
export default defineSecrets(import.meta, {
  mount: "secret-consul",
  files: {
    /** Whoever has it may join: `consul keygen` makes one. */
    gossip: z.strictObject({
      key: z.string().regex(
        /^[A-Za-z0-9+/]{43}=$/,
        "must be 32 bytes in base64, as consul keygen makes them",
      ),
    }),
  },
});
