import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import {
  type RouteInput,
  Routes,
  type RouteSettings,
  withRequestId,
} from "infra/components/apisix/settings.ts";
import {
  BackendTrafficPolicy,
  HTTPRoutePolicy,
  PluginConfig,
} from "infra/components/crds/apisix.ts";
import { customResource } from "infra/components/crds/define.ts";
import { HTTPRoute } from "infra/components/crds/gateway.ts";
import { parseWith } from "lib/schema/parse.ts";

const GatewayRoutes = Routes.superRefine((routes, context) => {
  const refuse = (at: number, key: string, message: string) =>
    context.addIssue({ code: "custom", message, path: [at, key] });
  const timeouts = new Map<string, string>();
  routes.forEach((route, at) => {
    if (route.upstream) {
      refuse(at, "upstream", "Gateway API knows services only: give backend, or use OLApisixRoute");
    }
    if (typeof route.backend?.port === "string") {
      refuse(at, "backend", "Gateway API knows ports by number only");
    }
    if (route.websocket) {
      refuse(at, "websocket", 'set the service port\'s appProtocol to "kubernetes.io/ws" instead');
    }
    if (route.paths.some((path) => /[^/]\*$/.test(path))) {
      refuse(at, "paths", "Gateway API knows prefixes of whole words only: /api/*");
    }
    const secret = route.plugins.find(({ secretRef }) => secretRef);
    if (secret) {
      refuse(at, "plugins", `${secret.name} has a secretRef, which PluginConfig lacks`);
    }
    // A policy of timeouts is about a service, not a route.
    const service = route.backend?.service ?? "";
    const wanted = JSON.stringify(route.timeouts);
    if ((timeouts.get(service) ?? wanted) !== wanted) {
      refuse(at, "timeouts", `differ from those of another route to ${service}`);
    }
    timeouts.set(service, wanted);
  });
});

/** What a {@linkcode GatewayRoute} is made from, beside what other resources tell. */
export const GatewayRouteArgs = z.strictObject({
  /** As of an `OLApisixRoute`, but for what Gateway API lacks: upstreams, names of ports, secretRef. */
  routes: GatewayRoutes,
  /** The gateway that takes the requests. */
  gateway: z.strictObject({
    /** Its name. */
    name: z.string(),
    /** Its namespace. */
    namespace: z.string(),
    /** One of its listeners; default all that fit. */
    listener: z.string().optional(),
  }),
});
/** Arguments as they are given. */
export interface GatewayRouteArgs {
  /** Where the routes and their services are. */
  readonly namespace: pulumi.Input<string>;
  /** See {@linkcode RouteSettings}. */
  readonly routes: readonly RouteInput[];
  /** The gateway that takes the requests. */
  readonly gateway: {
    readonly name: string;
    readonly namespace: string;
    readonly listener?: string;
  };
}

/**
 * The routes of an `OLApisixRoute`, made with Kubernetes' Gateway API.
 *
 * Creates, for each route: an `HTTPRoute`, a `PluginConfig` with its plugins, and an `HTTPRoutePolicy`
 * with its priority, which the standard lacks; for each service a `BackendTrafficPolicy` with the
 * timeouts, since APISIX ignores an `HTTPRoute`'s.
 */
export class GatewayRoute extends pulumi.ComponentResource {
  /** The `HTTPRoute`s' names, in the order of the routes. */
  readonly routeNames: readonly pulumi.Output<string>[];

  /**
   * Makes the routes.
   *
   * @param name Starts every object's name
   * @param args See {@linkcode GatewayRouteArgs}
   * @throws {Problems} for arguments that {@linkcode GatewayRouteArgs} refuses
   */
  constructor(name: string, args: GatewayRouteArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ol:kubernetes:GatewayRoute", name, {}, opts);
    const { namespace, ...given } = args;
    const { routes, gateway } = parseWith(GatewayRouteArgs, given, `GatewayRoute ${name}`);
    const parent = { parent: this };
    const services = new Map(routes.map((route) => [route.backend!.service, route.timeouts]));
    for (const [service, timeout] of services) {
      customResource(BackendTrafficPolicy, `${name}-${service}`, {
        metadata: { name: `${name}-${service}`, namespace },
        spec: { targetRefs: [{ group: "", kind: "Service", name: service }], timeout },
      }, parent);
    }
    this.routeNames = routes.map((route) => {
      const metadata = { name: `${name}-${route.name}`, namespace };
      const plugins = customResource(PluginConfig, metadata.name, {
        metadata,
        spec: {
          plugins: withRequestId(route.plugins).filter(({ enable }) => enable)
            .map(({ name, config }) => ({ name, config })),
        },
      }, parent);
      const made = customResource(HTTPRoute, metadata.name, {
        metadata,
        spec: {
          parentRefs: [{
            name: gateway.name,
            namespace: gateway.namespace,
            ...(gateway.listener ? { sectionName: gateway.listener } : {}),
          }],
          hostnames: route.hosts,
          rules: [{
            matches: matchesOf(route),
            filters: [plugins.metadata.name, ...(route.sharedPlugins ? [route.sharedPlugins] : [])]
              .map((name) => ({
                type: "ExtensionRef" as const,
                extensionRef: { group: "apisix.apache.org", kind: "PluginConfig", name },
              })),
            backendRefs: [{
              name: route.backend!.service,
              port: route.backend!.port as number,
            }],
          }],
        },
      }, parent);
      customResource(HTTPRoutePolicy, metadata.name, {
        metadata,
        spec: {
          targetRefs: [{
            group: "gateway.networking.k8s.io",
            kind: "HTTPRoute",
            name: made.metadata.name,
          }],
          priority: route.priority,
        },
      }, parent);
      return made.metadata.name;
    });
    this.registerOutputs({ routeNames: this.routeNames });
  }
}

function matchesOf({ paths, methods }: RouteSettings) {
  return paths.flatMap((path) =>
    (methods ?? [undefined]).map((method) => ({
      path: path.endsWith("*")
        // `/api/*` answers for `/api/` and what is below it, as the prefix `/api` does.
        ? { type: "PathPrefix" as const, value: path.replace(/\/?\*$/, "") || "/" }
        : { type: "Exact" as const, value: path },
      ...(method ? { method } : {}),
    }))
  );
}
