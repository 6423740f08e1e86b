import { type AuthMethod, readLogin } from "lib/vault/session.ts";

/**
 * AppRole: a role's id, and a secret id where the role asks for one.
 *
 * @param credentials.roleId Not secret by itself
 * @param credentials.secretId Secret
 * @param mount Default `approle`
 * @see https://developer.hashicorp.com/vault/api-docs/auth/approle#login-with-approle
 */
export function appRoleAuth(
  { roleId, secretId }: { readonly roleId: string; readonly secretId?: string },
  mount = "approle",
): AuthMethod {
  const name = `AppRole at auth/${mount}`;
  return {
    name,
    issues: true,
    login: async (send) => {
      const body = { role_id: roleId, ...(secretId === undefined ? {} : { secret_id: secretId }) };
      return readLogin(await send("POST", `auth/${mount}/login`, { body }), name);
    },
  };
}
