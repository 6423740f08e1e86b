import { z } from "zod";
import { SshPublicKey } from "lib/schema/ssh.ts";
import { defineSecrets } from "lib/secrets/define.ts";
import { pem } from "lib/secrets/pem.ts";

/** As `concourse generate-key` writes it. */
const PrivateKey = pem("RSA PRIVATE KEY");

/** What Concourse's own machines start with. */
export default defineSecrets(import.meta, {
  mount: "secret-concourse",
  files: {
    keys: z.strictObject({
      /** Signs sessions. */
      session_signing_key: PrivateKey,
      /** By which workers know the web nodes. */
      tsa_host_key: PrivateKey,
      tsa_host_public_key: SshPublicKey,
      /** By which web nodes know the workers. */
      worker_key: PrivateKey,
      worker_public_key: SshPublicKey,
      /** Encrypts what the database holds of pipelines. */
      encryption_key: z.string().regex(/^[0-9a-f]{32}$/, "must be 32 hexadecimal digits"),
    }),
    /** The client of the identity provider with which people log in. */
    oidc: z.strictObject({
      client_id: z.string().regex(/^[\w.-]+$/),
      client_secret: z.string().regex(/^[\w.~-]{20,}$/, "must be 20 letters and digits or more"),
    }),
    /** The database's administrator: Concourse itself. */
    database: z.strictObject({ admin_password: z.string().regex(/^[A-Za-z0-9]{24,128}$/) }),
  },
});
