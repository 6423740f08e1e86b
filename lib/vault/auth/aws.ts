import { IDENTITY_BODY, type IdentityOptions, signIdentityRequest } from "lib/aws/identity.ts";
import { type AuthMethod, readLogin } from "lib/vault/session.ts";

/** Who asks AWS, and where. */
export interface AwsAuthOptions extends IdentityOptions {
  /** Default the name of the IAM principal. */
  readonly role?: string;
  /** Default `aws`. */
  readonly mount?: string;
}

/**
 * AWS IAM: a signed `sts:GetCallerIdentity`, which Vault sends on to learn who signed it. The keys themselves
 * never leave the process.
 *
 * @throws {Problem} at login where there are no keys
 * @see https://developer.hashicorp.com/vault/api-docs/auth/aws#login
 */
export function awsAuth(options: AwsAuthOptions = {}): AuthMethod {
  const { role, mount = "aws" } = options;
  const name = `AWS IAM at auth/${mount}`;
  return {
    name,
    issues: true,
    login: async (send) => {
      const request = await signIdentityRequest(options);
      const body = {
        ...(role === undefined ? {} : { role }),
        iam_http_request_method: "POST",
        iam_request_url: btoa(request.url),
        iam_request_body: btoa(IDENTITY_BODY),
        iam_request_headers: btoa(JSON.stringify(request.headers)),
      };
      return readLogin(await send("POST", `auth/${mount}/login`, { body }), name);
    },
  };
}
