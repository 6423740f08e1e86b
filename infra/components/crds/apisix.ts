/**
 * The kinds of APISIX's ingress controller.
 *
 * @see https://github.com/apache/apisix-ingress-controller/tree/master/config/crd/bases
 * @module
 */
import { z } from "zod";
import {
  AnyJson,
  defineKind,
  Group,
  IntOrString,
  KindName,
  ObjectName,
  Port,
  SectionName,
} from "infra/components/crds/define.ts";

const V2 = "apisix.apache.org/v2";

/** One plugin of a route or of a shared configuration. */
export const ApisixPlugin = z.strictObject({
  name: z.string(),
  enable: z.boolean(),
  config: AnyJson.optional(),
  /** A secret of the same namespace whose keys are merged into `config`. */
  secretRef: z.string().optional(),
});
/** One plugin of a route or of a shared configuration. */
export type ApisixPlugin = z.infer<typeof ApisixPlugin>;

const Timeout = z.strictObject({
  connect: z.string().optional(),
  read: z.string().optional(),
  send: z.string().optional(),
});

const Match = z.strictObject({
  paths: z.array(z.string()),
  hosts: z.array(z.string()).optional(),
  methods: z.array(z.string()).optional(),
  remoteAddrs: z.array(z.string()).optional(),
  exprs: z.array(z.strictObject({
    subject: z.strictObject({
      scope: z.enum(["Header", "Query", "Path", "Cookie", "Variable", "Body"]),
      name: z.string().optional(),
    }),
    op: z.string(),
    value: z.string().optional(),
    set: z.array(z.string()).optional(),
  })).optional(),
});

/** Requests of a host and path, and where they go. */
export const ApisixRoute = defineKind(
  V2,
  "ApisixRoute",
  "apisixroutes",
  z.strictObject({
    ingressClassName: z.string().optional(),
    http: z.array(z.strictObject({
      name: z.string(),
      priority: z.int().optional(),
      websocket: z.boolean().optional(),
      timeout: Timeout.optional(),
      match: Match.optional(),
      backends: z.array(z.strictObject({
        serviceName: z.string(),
        servicePort: IntOrString,
        resolveGranularity: z.string().optional(),
        weight: z.int().optional(),
      })).optional(),
      upstreams: z.array(z.strictObject({
        name: z.string().optional(),
        weight: z.int().optional(),
      })).optional(),
      plugins: z.array(ApisixPlugin).optional(),
      plugin_config_name: z.string().optional(),
      plugin_config_namespace: z.string().optional(),
    })).optional(),
  }),
);

/** Plugins that several routes share. */
export const ApisixPluginConfig = defineKind(
  V2,
  "ApisixPluginConfig",
  "apisixpluginconfigs",
  z.strictObject({
    ingressClassName: z.string().optional(),
    plugins: z.array(ApisixPlugin),
  }),
);

/** The same for Gateway API's routes, which know no other form. */
export const PluginConfig = defineKind(
  "apisix.apache.org/v1alpha1",
  "PluginConfig",
  "pluginconfigs",
  z.strictObject({
    plugins: z.array(z.strictObject({ name: z.string(), config: AnyJson.optional() })),
  }),
);

/** Where APISIX sends requests: hosts outside the cluster, or settings of a service. */
export const ApisixUpstream = defineKind(
  V2,
  "ApisixUpstream",
  "apisixupstreams",
  z.strictObject({
    ingressClassName: z.string().optional(),
    scheme: z.enum(["http", "https", "grpc", "grpcs", "tcp", "tls", "udp"]).optional(),
    retries: z.int().optional(),
    timeout: Timeout.optional(),
    passHost: z.enum(["pass", "node", "rewrite"]).optional(),
    upstreamHost: z.string().optional(),
    externalNodes: z.array(z.strictObject({
      name: z.string().optional(),
      type: z.string().optional(),
      port: Port.optional(),
      weight: z.int().optional(),
    })).min(1).optional(),
    loadbalancer: z.strictObject({
      type: z.enum(["roundrobin", "chash", "ewma", "least_conn"]),
      hashOn: z.enum(["vars", "header", "cookie", "consumer", "vars_combinations"]).optional(),
      key: z.string().optional(),
    }).optional(),
  }),
);

/** The certificate that APISIX shows for hosts. */
export const ApisixTls = defineKind(
  V2,
  "ApisixTls",
  "apisixtlses",
  z.strictObject({
    ingressClassName: z.string().optional(),
    hosts: z.array(z.string().regex(/^\*?[0-9a-zA-Z-.]+$/)).min(1),
    secret: z.strictObject({ name: z.string().min(1), namespace: z.string().min(1) }),
  }),
);

/** Settings of a Gateway API route that the standard lacks: its priority. */
export const HTTPRoutePolicy = defineKind(
  "apisix.apache.org/v1alpha1",
  "HTTPRoutePolicy",
  "httproutepolicies",
  z.strictObject({
    targetRefs: z.array(z.strictObject({
      group: Group,
      kind: KindName,
      name: ObjectName,
      sectionName: SectionName.optional(),
    })).min(1).max(16),
    priority: z.int().optional(),
    vars: z.array(AnyJson).optional(),
  }),
);

const PolicySeconds = z.string().regex(/^[0-9]+s$/);

/** How APISIX reaches a service that Gateway API's routes name. */
export const BackendTrafficPolicy = defineKind(
  "apisix.apache.org/v1alpha1",
  "BackendTrafficPolicy",
  "backendtrafficpolicies",
  z.strictObject({
    targetRefs: z.array(z.strictObject({
      group: Group,
      kind: KindName,
      name: ObjectName,
      sectionName: SectionName.optional(),
    })).min(1).max(16),
    timeout: z.strictObject({
      connect: PolicySeconds.optional(),
      read: PolicySeconds.optional(),
      send: PolicySeconds.optional(),
    }).optional(),
  }),
);
