import { z } from "zod";
import { defineSecrets } from "lib/secrets/define.ts";
import { pem } from "lib/secrets/pem.ts";

/** What Vault's servers cannot keep in Vault, as they start without it. */
export default defineSecrets(import.meta, {
  mount: "secret-vault",
  files: {
    /** By which servers know each other, and how the load balancer speaks to them. */
    tls: z.strictObject({
      /** Who signed it: what servers trust. */
      authority: pem("CERTIFICATE"),
      /** For `vault.<internal domain>`, with the certificates between it and the authority. */
      certificate: pem("CERTIFICATE"),
      private_key: pem("PRIVATE KEY"),
    }),
    /** The client of the identity provider with which people log in. */
    oidc: z.strictObject({
      client_id: z.string().min(1),
      client_secret: z.string().min(20),
    }),
  },
});
