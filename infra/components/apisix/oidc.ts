import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { type PluginInput, RoutePath } from "infra/components/apisix/settings.ts";
import { OLVaultK8SSecret, VaultPath } from "infra/components/vault_k8s_secret.ts";
import { parseWith } from "lib/schema/parse.ts";

/** What an {@linkcode OLApisixOidc} is made from, beside what other resources tell. */
export const OLApisixOidcArgs = z.strictObject({
  /** The secret below it, with keys `client_id`, `client_secret`, `discovery` and `session_secret`. */
  vaultPath: VaultPath,
  /** What is asked of the identity provider. */
  scopes: z.array(z.string().regex(/^[\w:.-]+$/)).min(1).default(["openid", "profile", "email"])
    .refine((scopes) => scopes.includes("openid"), 'must hold "openid"'),
  /** Seconds that a session lasts without a request. */
  sessionIdleSeconds: z.int().min(60).max(1_209_600).default(1_209_600),
  /** Where the identity provider sends who has logged in; it is told of no other place. */
  redirectPath: RoutePath.default("/.apisix/redirect"),
  /** Where one logs out. */
  logoutPath: RoutePath.default("/logout/oidc"),
  /** Where one is after that. */
  postLogoutRedirect: z.string().default("/"),
});
/** Arguments as they are given. */
export type OLApisixOidcArgs = z.input<typeof OLApisixOidcArgs> & {
  /** Where the routes are. */
  readonly namespace: pulumi.Input<string>;
  /** The `VaultAuth` of that namespace. */
  readonly vaultAuth: pulumi.Input<string>;
  /** The mount in Vault where the client's credentials are: `secret-operations`. */
  readonly vaultMount: pulumi.Input<string>;
};

/** What happens to a request of somebody unknown: sent to log in, let pass, or refused. */
export type UnauthenticatedAction = "auth" | "pass" | "deny";

/**
 * Log-in by OpenID Connect in front of an application. The client's credentials stay in Vault and the
 * cluster: the plugin is completed from a Kubernetes secret.
 *
 * Creates: an `OLVaultK8SSecret`.
 *
 * @see https://apisix.apache.org/docs/apisix/plugins/openid-connect/
 */
export class OLApisixOidc extends pulumi.ComponentResource {
  readonly #secretName: string;
  readonly #config: Readonly<Record<string, unknown>>;

  /**
   * Makes the secret.
   *
   * @param name Starts the secret's name
   * @param args See {@linkcode OLApisixOidcArgs}
   * @throws {Problems} for arguments that {@linkcode OLApisixOidcArgs} refuses
   */
  constructor(name: string, args: OLApisixOidcArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ol:kubernetes:ApisixOidc", name, {}, opts);
    const { namespace, vaultAuth, vaultMount, ...given } = args;
    const settings = parseWith(OLApisixOidcArgs, given, `OLApisixOidc ${name}`);
    this.#secretName = `${name}-oidc`;
    new OLVaultK8SSecret(this.#secretName, {
      type: "static",
      namespace,
      vaultAuth,
      mount: vaultMount,
      path: settings.vaultPath,
      templates: {
        client_id: "{{ .Secrets.client_id }}",
        client_secret: "{{ .Secrets.client_secret }}",
        discovery: "{{ .Secrets.discovery }}",
        // A dot in a key is a level in the plugin's configuration.
        "session.secret": "{{ .Secrets.session_secret }}",
      },
    }, { parent: this });
    this.#config = {
      scope: settings.scopes.join(" "),
      bearer_only: false,
      ssl_verify: true,
      redirect_uri: settings.redirectPath,
      logout_path: settings.logoutPath,
      post_logout_redirect_uri: settings.postLogoutRedirect,
      session: { cookie: { lifetime: settings.sessionIdleSeconds } },
    };
    this.registerOutputs({});
  }

  /**
   * The plugin for one route.
   *
   * @param unauthenticated What happens to a request of somebody unknown; default sent to log in
   */
  plugin(unauthenticated: UnauthenticatedAction = "auth"): PluginInput {
    return {
      name: "openid-connect",
      secretRef: this.#secretName,
      config: { ...this.#config, unauth_action: unauthenticated },
    };
  }
}
