import { z } from "zod";
import { defineSecrets } from "lib/secrets/define.ts";

/** What learn reads from Vault at run time, and its deployment from here. */
export default defineSecrets(import.meta, {
  mount: "secret-learn",
  files: {
    web: z.strictObject({
      /** Signs sessions. */
      secret_key: z.string().min(50),
      /** Whom the status page answers. */
      status_token: z.string().min(20),
      /** Sends mail. */
      mailgun_key: z.string().min(20),
    }),
    /** The cache's own: what it is made with, and what reads it. */
    cache: z.strictObject({ auth_token: z.string().regex(/^[A-Za-z0-9]{32,128}$/) }),
    /** The database's administrator, with whom Vault makes users; nobody else logs in as such. */
    database: z.strictObject({ admin_password: z.string().regex(/^[A-Za-z0-9]{24,128}$/) }),
  },
});
