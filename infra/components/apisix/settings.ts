/**
 * What routes are described by, whichever API they are made with.
 *
 * @module
 */
import { z } from "zod";
import { ApisixPlugin } from "infra/components/crds/apisix.ts";
import { Port } from "infra/components/crds/define.ts";

/** A host, or a wildcard below a domain: `learn.example.edu`, `*.example.edu`. */
export const Host = z.string().max(253).regex(
  /^(\*\.)?([a-z0-9]([-a-z0-9]*[a-z0-9])?\.)+[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
  "must be a host such as learn.example.edu",
);

/** Whole seconds above zero: `60s`. */
export const Seconds = z.string().regex(/^[1-9]\d*s$/, "must be whole seconds above zero: 60s");

/** How long APISIX waits for the backend. */
export const Timeouts = z.strictObject({
  /** For the connection. */
  connect: Seconds.default("60s"),
  /** Between two reads. */
  read: Seconds.default("60s"),
  /** Between two writes. */
  send: Seconds.default("60s"),
});

/** A path, or all paths that start as it does where it ends with `*`: `/api/*`. */
export const RoutePath = z.string().regex(
  /^\/[^\s*]*\*?$/,
  "must start with a slash and may end with *: /api/*",
);

/** A name that Kubernetes and APISIX take. */
export const RouteName = z.string().max(63).regex(
  /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
  "must be lower-case letters, digits and dashes",
);

/** A plugin of APISIX with its configuration. */
export const Plugin = ApisixPlugin.extend({
  name: z.string().regex(/^[a-z0-9-]+$/, "must be a plugin such as request-id"),
  enable: z.boolean().default(true),
});

/** A service of the same namespace. */
export const Backend = z.strictObject({
  /** The service's name. */
  service: z.string().max(63),
  /** Its port, by number or name. */
  port: z.union([Port, z.string().max(15)]),
  /** Whether APISIX balances over the service's address or over its pods. */
  granularity: z.enum(["service", "endpoint"]).default("service"),
});

/** What requests are answered, and by whom. */
export const RouteSettings = z.strictObject({
  /** Tells it from the other routes of the component. */
  name: RouteName,
  /** Of the requests. */
  hosts: z.array(Host).min(1, "name at least one host").max(16),
  /** Of the requests; default all. */
  paths: z.array(RoutePath).min(1).default(["/*"]),
  /** Of the requests; default all. */
  methods: z.array(z.enum(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])).min(1)
    .optional(),
  /** Which of several matching routes answers: the highest. */
  priority: z.int().min(0).default(0),
  /** The service that answers; give this or `upstream`. */
  backend: Backend.optional(),
  /** The `ApisixUpstream` that answers. */
  upstream: z.string().optional(),
  timeouts: Timeouts.prefault({}),
  /** Whether connections may be upgraded. */
  websocket: z.boolean().default(false),
  /** Beside `request-id`, which every route has. */
  plugins: z.array(Plugin).default([]),
  /** An `ApisixPluginConfig` of the same namespace, by name. */
  sharedPlugins: z.string().optional(),
}).superRefine((route, context) => {
  if ((route.backend === undefined) === (route.upstream === undefined)) {
    context.addIssue({
      code: "custom",
      message: "give either backend or upstream",
      path: ["backend"],
    });
  }
  const names = route.plugins.map(({ name }) => name);
  for (const twice of new Set(names.filter((name, at) => names.indexOf(name) !== at))) {
    context.addIssue({
      code: "custom",
      message: `plugin ${twice} is given twice`,
      path: ["plugins"],
    });
  }
});
/** A route as it was checked. */
export type RouteSettings = z.output<typeof RouteSettings>;
/** A route as it is given. */
export type RouteInput = z.input<typeof RouteSettings>;
/** A plugin as it is given. */
export type PluginInput = z.input<typeof Plugin>;

/** Routes whose names differ, and of which no two answer the same requests with the same priority. */
export const Routes = z.array(RouteSettings).min(1).superRefine((routes, context) => {
  const seen = new Map<string, string>();
  routes.forEach((route, at) => {
    if (routes.findIndex(({ name }) => name === route.name) !== at) {
      context.addIssue({
        code: "custom",
        message: `two routes are named ${route.name}`,
        path: [at, "name"],
      });
    }
    for (const host of route.hosts) {
      for (const path of route.paths) {
        for (const method of route.methods ?? ["any"]) {
          const key = `${host}${path} ${method} ${route.priority}`;
          const other = seen.get(key);
          if (other !== undefined) {
            context.addIssue({
              code: "custom",
              message: `answers ${host}${path} like ${other}: give one a higher priority`,
              path: [at, "priority"],
            });
          }
          seen.set(key, route.name);
        }
      }
    }
  });
});

/** Gives every request an id, which answers and logs carry. @see https://apisix.apache.org/docs/apisix/plugins/request-id/ */
export const REQUEST_ID: z.output<typeof Plugin> = {
  name: "request-id",
  enable: true,
  config: { include_in_response: true },
};

/** A route's plugins, with `request-id` first unless it was given. */
export function withRequestId<P extends { readonly name: string }>(
  plugins: readonly P[],
): readonly (P | typeof REQUEST_ID)[] {
  return plugins.some(({ name }) => name === REQUEST_ID.name) ? plugins : [REQUEST_ID, ...plugins];
}
