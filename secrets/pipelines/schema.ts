import { z } from "zod";
import { defineSecrets } from "lib/secrets/define.ts";

/** What pipelines ask Concourse for by name: `((slack.webhook))` is the key `webhook` of `slack`. */
export default defineSecrets(import.meta, {
  mount: "secret-pipelines",
  files: {
    dockerhub: z.strictObject({
      username: z.string().min(4),
      password: z.string().min(20),
    }),
    github: z.strictObject({
      /** Records deployments. */
      access_token: z.string().min(20),
      /** Opens and closes issues. */
      issues_resource_access_token: z.string().min(20),
      /** Reads public repositories beyond the anonymous limit. */
      public_repo_access_token: z.string().min(20),
    }),
    /** Encrypts the secrets in Pulumi's state. */
    pulumi: z.strictObject({ passphrase: z.string().min(32) }),
    /** Where messages are posted. */
    slack: z.strictObject({ webhook: z.url({ protocol: /^https$/ }) }),
  },
});
