import { z } from "zod";
import { VaultProblem } from "lib/vault/http.ts";
import { type AuthMethod, isTokenKnown } from "lib/vault/session.ts";

const Lookup = z.looseObject({ ttl: z.int().default(0), renewable: z.boolean().default(false) });

/**
 * A token that someone has: it is used as it is, and renewed while that works.
 *
 * @param token Secret
 * @see https://developer.hashicorp.com/vault/docs/auth/token
 */
export function tokenAuth(token: string): AuthMethod {
  return {
    name: "token",
    issues: false,
    async login(send) {
      const answer = await send("GET", "auth/token/lookup-self", { token });
      // Without the policy `default` a token may not ask about itself: how long it lasts is not known.
      if (answer.status === 403 && await isTokenKnown(send, token)) {
        return { token, lease: 0, renewable: false };
      }
      const lookup = Lookup.safeParse(answer.data);
      if (answer.status !== 200 || !lookup.success) {
        throw new VaultProblem(
          answer.status,
          answer.status === 403
            ? "Vault refuses the token: log in again"
            : `Vault answers ${answer.status} when asked about the token: try again`,
        );
      }
      return { token, lease: lookup.data.ttl, renewable: lookup.data.renewable };
    },
  };
}
