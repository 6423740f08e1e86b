import { z } from "zod";
import { defineSecrets } from "lib/secrets/define.ts";

/** What xqwatcher reads from Vault at run time. */
export default defineSecrets(import.meta, {
  mount: "secret-xqwatcher",
  files: {
    "grader-config": z.strictObject({
      /** The user that takes submissions from XQueue. */
      xqueue_username: z.string().min(1),
      xqueue_password: z.string().min(12),
      /** Submissions taken at once. */
      connections: z.int().min(1).max(64),
    }),
  },
});
