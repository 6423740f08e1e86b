import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { type RouteInput, Routes, withRequestId } from "infra/components/apisix/settings.ts";
import { ApisixRoute } from "infra/components/crds/apisix.ts";
import { customResource } from "infra/components/crds/define.ts";
import { parseWith } from "lib/schema/parse.ts";

/** The ingress class that APISIX answers for. */
export const INGRESS_CLASS = "apache-apisix";

/** What an {@linkcode OLApisixRoute} is made from, beside what other resources tell. */
export const OLApisixRouteArgs = z.strictObject({
  /** In one object; names differ, and no two answer the same requests with the same priority. */
  routes: Routes,
  /** Default `apache-apisix`. */
  ingressClass: z.string().min(1).default(INGRESS_CLASS),
});
/** Arguments as they are given. */
export interface OLApisixRouteArgs {
  /** Where the route, its services and upstreams are. */
  readonly namespace: pulumi.Input<string>;
  /** See {@linkcode RouteSettings}. */
  readonly routes: readonly RouteInput[];
  /** Default `apache-apisix`. */
  readonly ingressClass?: string;
}

/**
 * Routes of APISIX: which hosts and paths, which plugins, and what answers.
 *
 * Creates: an `ApisixRoute`. Every route has the plugin `request-id` and timeouts of 60 seconds unless it
 * says otherwise; routes are balanced over the service's address.
 */
export class OLApisixRoute extends pulumi.ComponentResource {
  /** The `ApisixRoute`'s name. */
  readonly routeName: pulumi.Output<string>;
  /** The hosts of all routes, sorted. */
  readonly hosts: readonly string[];

  /**
   * Makes the routes.
   *
   * @param name The object's name
   * @param args See {@linkcode OLApisixRouteArgs}
   * @throws {Problems} for arguments that {@linkcode OLApisixRouteArgs} refuses
   */
  constructor(name: string, args: OLApisixRouteArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ol:kubernetes:ApisixRoute", name, {}, opts);
    const { namespace, ...given } = args;
    const settings = parseWith(OLApisixRouteArgs, given, `OLApisixRoute ${name}`);
    const object = customResource(ApisixRoute, name, {
      metadata: { name, namespace },
      spec: {
        ingressClassName: settings.ingressClass,
        http: settings.routes.map((route) => ({
          name: route.name,
          priority: route.priority,
          websocket: route.websocket,
          timeout: route.timeouts,
          match: {
            hosts: route.hosts,
            paths: route.paths,
            ...(route.methods ? { methods: route.methods } : {}),
          },
          ...(route.backend
            ? {
              backends: [{
                serviceName: route.backend.service,
                servicePort: route.backend.port,
                resolveGranularity: route.backend.granularity,
              }],
            }
            : { upstreams: [{ name: route.upstream }] }),
          plugins: [...withRequestId(route.plugins)],
          ...(route.sharedPlugins ? { plugin_config_name: route.sharedPlugins } : {}),
        })),
      },
    }, { parent: this });
    this.routeName = object.metadata.name;
    this.hosts = [...new Set(settings.routes.flatMap(({ hosts }) => hosts))].sort();
    this.registerOutputs({ routeName: this.routeName });
  }
}
