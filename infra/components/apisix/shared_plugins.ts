import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { INGRESS_CLASS } from "infra/components/apisix/route.ts";
import { Plugin, type PluginInput } from "infra/components/apisix/settings.ts";
import { ApisixPluginConfig, PluginConfig } from "infra/components/crds/apisix.ts";
import { customResource } from "infra/components/crds/define.ts";
import { parseWith } from "lib/schema/parse.ts";

/**
 * What every public host should have: no plain HTTP, a request id, and no paths in the referrer that
 * others see.
 */
export const DEFAULT_PLUGINS: readonly PluginInput[] = [
  { name: "redirect", config: { http_to_https: true } },
  { name: "request-id", config: { include_in_response: true } },
  {
    name: "response-rewrite",
    config: { headers: { set: { "Referrer-Policy": "strict-origin-when-cross-origin" } } },
  },
];

/** What {@linkcode OLApisixSharedPlugins} are made from, beside what other resources tell. */
export const OLApisixSharedPluginsArgs = z.strictObject({
  /** In place of a default of the same name, or beside them. */
  plugins: z.array(Plugin).default([]),
  /** Whether {@linkcode DEFAULT_PLUGINS} are among them. */
  defaults: z.boolean().default(true),
}).refine(({ plugins, defaults }) => defaults || plugins.length > 0, {
  message: "no plugin is left: give plugins or defaults",
  path: ["plugins"],
});
/** Arguments as they are given. */
export interface OLApisixSharedPluginsArgs {
  /** Where the routes are. */
  readonly namespace: pulumi.Input<string>;
  /** In place of a default of the same name, or beside them. Default none. */
  readonly plugins?: readonly PluginInput[];
  /** Whether {@linkcode DEFAULT_PLUGINS} are among them. Default true. */
  readonly defaults?: boolean;
}

/**
 * Plugins that an application's routes share.
 *
 * Creates: an `ApisixPluginConfig`, and a `PluginConfig` of the same name for Gateway API's routes.
 */
export class OLApisixSharedPlugins extends pulumi.ComponentResource {
  /** The name that routes give as `sharedPlugins`. */
  readonly configName: string;

  /**
   * Makes the configuration.
   *
   * @param name The objects' name
   * @param args See {@linkcode OLApisixSharedPluginsArgs}
   * @throws {Problems} for arguments that {@linkcode OLApisixSharedPluginsArgs} refuses
   */
  constructor(
    name: string,
    args: OLApisixSharedPluginsArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("ol:kubernetes:ApisixSharedPlugins", name, {}, opts);
    const { namespace, ...given } = args;
    const settings = parseWith(OLApisixSharedPluginsArgs, given, `OLApisixSharedPlugins ${name}`);
    const defaults = settings.defaults ? DEFAULT_PLUGINS.map((plugin) => Plugin.parse(plugin)) : [];
    const plugins = [
      ...new Map([...defaults, ...settings.plugins].map((plugin) => [plugin.name, plugin]))
        .values(),
    ];
    const parent = { parent: this };
    const metadata = { name, namespace };
    customResource(ApisixPluginConfig, name, {
      metadata,
      spec: { ingressClassName: INGRESS_CLASS, plugins },
    }, parent);
    // What is completed from a secret, the other form cannot say.
    customResource(PluginConfig, name, {
      metadata,
      spec: {
        plugins: plugins.filter(({ enable, secretRef }) => enable && !secretRef)
          .map(({ name, config }) => ({ name, config })),
      },
    }, parent);
    this.configName = name;
    this.registerOutputs({ configName: name });
  }
}
