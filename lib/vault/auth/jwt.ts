import { type AuthMethod, readLogin } from "lib/vault/session.ts";

/**
 * A signed token of someone whom Vault trusts: JWT/OIDC from a CI system, or Kubernetes' for a service
 * account. Both methods take it alike.
 *
 * @param method What it is called in messages: `JWT`, `Kubernetes`
 * @param readJwt Gets the token anew for each login, as files with tokens are rewritten. Secret
 * @param mount `jwt`, `kubernetes`
 * @param role Default the method's `default_role`, which Kubernetes has not
 * @see https://developer.hashicorp.com/vault/api-docs/auth/jwt#jwt-login
 * @see https://developer.hashicorp.com/vault/api-docs/auth/kubernetes#login
 */
export function jwtAuth(
  method: string,
  readJwt: () => Promise<string>,
  mount: string,
  role?: string,
): AuthMethod {
  const name = `${method} at auth/${mount}`;
  return {
    name,
    issues: true,
    login: async (send) => {
      const body = { jwt: await readJwt(), ...(role === undefined ? {} : { role }) };
      return readLogin(await send("POST", `auth/${mount}/login`, { body }), name);
    },
  };
}
