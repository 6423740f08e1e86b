import { z } from "zod";
import type { Env } from "lib/schema/env.ts";
import { didYouMean } from "lib/schema/nearest.ts";
import { readText } from "lib/schema/parse.ts";
import { Problem } from "lib/schema/problem.ts";
import { appRoleAuth } from "lib/vault/auth/approle.ts";
import { awsAuth } from "lib/vault/auth/aws.ts";
import { jwtAuth } from "lib/vault/auth/jwt.ts";
import { tokenAuth } from "lib/vault/auth/token.ts";
import type { AuthMethod } from "lib/vault/session.ts";

/** The ways to log in, as `VAULT_AUTH_METHOD` names them. */
export const AuthMethodName = z.enum(["token", "approle", "kubernetes", "jwt", "aws"]);
/** One of the ways to log in. */
export type AuthMethodName = z.infer<typeof AuthMethodName>;

const SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount/token";

/**
 * The way to log in that `VAULT_AUTH_METHOD` names; default `token`.
 *
 * | Method | Takes |
 * |---|---|
 * | `token` | `VAULT_TOKEN`, else the file in `VAULT_TOKEN_FILE`; default `~/.vault-token` |
 * | `approle` | `VAULT_ROLE_ID`, `VAULT_SECRET_ID` or the file in `VAULT_SECRET_ID_FILE` |
 * | `kubernetes` | `VAULT_AUTH_ROLE`; the service account's token, or the file in `VAULT_JWT_FILE` |
 * | `jwt` | `VAULT_JWT` or the file in `VAULT_JWT_FILE`; `VAULT_AUTH_ROLE` |
 * | `aws` | AWS's own variables; `VAULT_AUTH_ROLE`, `VAULT_AWS_SERVER_ID`, `AWS_REGION`, `AWS_ENDPOINT_URL_STS` |
 *
 * `VAULT_AUTH_MOUNT` says where a method is mounted; default by its name.
 *
 * @throws {Problem} when something that it takes is not set
 */
export async function chooseAuth(env: Env): Promise<AuthMethod> {
  const word = env("VAULT_AUTH_METHOD") ?? "token";
  const parsed = AuthMethodName.safeParse(word);
  if (!parsed.success) {
    const { options } = AuthMethodName;
    throw new Problem(
      `VAULT_AUTH_METHOD "${word}" is not one of ${options.join(", ")}${didYouMean(word, options)}`,
    );
  }
  const method = parsed.data;
  const mount = env("VAULT_AUTH_MOUNT") ?? method;
  const role = env("VAULT_AUTH_ROLE");
  const needs = (name: string, also = ""): string => {
    const value = env(name);
    if (value !== undefined) return value;
    throw new Problem(`VAULT_AUTH_METHOD is ${method}, which takes ${name}${also}: set it`);
  };
  switch (method) {
    case "approle": {
      const file = env("VAULT_SECRET_ID_FILE");
      const secretId = env("VAULT_SECRET_ID") ?? (file && (await readText(file)).trim());
      return appRoleAuth(
        { roleId: needs("VAULT_ROLE_ID"), ...(secretId ? { secretId } : {}) },
        mount,
      );
    }
    case "kubernetes": {
      const file = env("VAULT_JWT_FILE") ?? SERVICE_ACCOUNT;
      const read = async () => (await readText(file)).trim();
      return jwtAuth("Kubernetes", read, mount, needs("VAULT_AUTH_ROLE"));
    }
    case "jwt": {
      const jwt = env("VAULT_JWT");
      if (jwt !== undefined) return jwtAuth("JWT", () => Promise.resolve(jwt), mount, role);
      const file = needs("VAULT_JWT_FILE", " or VAULT_JWT");
      return jwtAuth("JWT", async () => (await readText(file)).trim(), mount, role);
    }
    case "aws":
      return awsAuth({
        role,
        mount,
        serverId: env("VAULT_AWS_SERVER_ID"),
        region: env("AWS_REGION") ?? env("AWS_DEFAULT_REGION"),
        endpoint: env("AWS_ENDPOINT_URL_STS"),
        profile: env("AWS_PROFILE"),
      });
    case "token":
      return tokenAuth(await findToken(env));
  }
}

async function findToken(env: Env): Promise<string> {
  const home = env("HOME");
  const file = env("VAULT_TOKEN_FILE") ?? (home === undefined ? "" : `${home}/.vault-token`);
  const helper = file === "" ? "" : await Deno.readTextFile(file).catch(() => "");
  const token = env("VAULT_TOKEN") ?? helper.trim();
  if (token) return token;
  throw new Problem(
    "There is no Vault token: set VAULT_TOKEN (with several environments VAULT_TOKEN_CI, VAULT_TOKEN_QA, …), " +
      "run vault login, or choose another VAULT_AUTH_METHOD",
  );
}
