/**
 * Kubernetes' Gateway API.
 *
 * @see https://github.com/kubernetes-sigs/gateway-api/tree/main/config/crd/standard
 * @module
 */
import { z } from "zod";
import {
  defineKind,
  Group,
  KindName,
  ObjectName,
  Port,
  SectionName,
} from "infra/components/crds/define.ts";

const API = "gateway.networking.k8s.io/v1";

const Namespace = z.string().min(1).max(63).regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);
const Hostname = z.string().min(1).max(253).regex(
  /^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
  "must be a host name such as learn.example.edu",
);

/** `30s`, `1m30s`. */
export const GatewayDuration = z.string().regex(
  /^([0-9]{1,5}(h|m|s|ms)){1,4}$/,
  'must be a duration such as "30s"',
);

const Header = z.strictObject({
  name: z.string().min(1).max(256).regex(/^[A-Za-z0-9!#$%&'*+\-.^_\x60|~]+$/),
  value: z.string().min(1).max(4096),
});

const HeaderChange = z.strictObject({
  set: z.array(Header).max(16).optional(),
  add: z.array(Header).max(16).optional(),
  remove: z.array(z.string()).max(16).optional(),
});

/** Who answers for gateways of a class. */
export const GatewayClass = defineKind(
  API,
  "GatewayClass",
  "gatewayclasses",
  z.strictObject({
    controllerName: z.string().min(1).max(253).regex(
      /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/[A-Za-z0-9\/\-._~%!$&'()*+,;=:]+$/,
    ),
    description: z.string().max(64).optional(),
  }),
  { isClusterWide: true },
);

/** A place where a cluster takes requests. */
export const Gateway = defineKind(
  API,
  "Gateway",
  "gateways",
  z.strictObject({
    gatewayClassName: ObjectName,
    infrastructure: z.strictObject({
      annotations: z.record(z.string(), z.string().max(4096)).optional(),
      labels: z.record(
        z.string(),
        z.string().max(63).regex(/^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/),
      ).optional(),
      parametersRef: z.strictObject({ group: Group, kind: KindName, name: ObjectName }).optional(),
    }).optional(),
    listeners: z.array(z.strictObject({
      name: SectionName,
      hostname: Hostname.optional(),
      port: Port,
      protocol: z.enum(["HTTP", "HTTPS", "TCP", "TLS", "UDP"]),
      tls: z.strictObject({
        mode: z.enum(["Terminate", "Passthrough"]).optional(),
        certificateRefs: z.array(z.strictObject({
          group: Group.optional(),
          kind: KindName.optional(),
          name: ObjectName,
          namespace: Namespace.optional(),
        })).max(64).optional(),
      }).optional(),
      allowedRoutes: z.strictObject({
        namespaces: z.strictObject({ from: z.enum(["All", "Selector", "Same"]).optional() })
          .optional(),
      }).optional(),
    })).min(1).max(64),
  }),
);

/** What a filter does, by its type. */
const Filter = z.strictObject({
  type: z.enum([
    "RequestHeaderModifier",
    "ResponseHeaderModifier",
    "RequestMirror",
    "RequestRedirect",
    "URLRewrite",
    "ExtensionRef",
    "CORS",
  ]),
  requestHeaderModifier: HeaderChange.optional(),
  responseHeaderModifier: HeaderChange.optional(),
  requestRedirect: z.strictObject({
    scheme: z.enum(["http", "https"]).optional(),
    hostname: SectionName.optional(),
    port: Port.optional(),
    statusCode: z.literal([301, 302, 303, 307, 308]).optional(),
  }).optional(),
  extensionRef: z.strictObject({ group: Group, kind: KindName, name: ObjectName }).optional(),
});

/** Requests of a host and path, and where they go. */
export const HTTPRoute = defineKind(
  API,
  "HTTPRoute",
  "httproutes",
  z.strictObject({
    parentRefs: z.array(z.strictObject({
      group: Group.optional(),
      kind: KindName.optional(),
      name: ObjectName,
      namespace: Namespace.optional(),
      sectionName: SectionName.optional(),
      port: Port.optional(),
    })).max(32).optional(),
    hostnames: z.array(Hostname).max(16).optional(),
    rules: z.array(z.strictObject({
      name: SectionName.optional(),
      matches: z.array(z.strictObject({
        path: z.strictObject({
          type: z.enum(["Exact", "PathPrefix", "RegularExpression"]).optional(),
          value: z.string().max(1024).optional(),
        }).optional(),
        method: z.enum([
          "GET",
          "HEAD",
          "POST",
          "PUT",
          "DELETE",
          "CONNECT",
          "OPTIONS",
          "TRACE",
          "PATCH",
        ]).optional(),
      })).max(64).optional(),
      filters: z.array(Filter).max(16).optional(),
      backendRefs: z.array(z.strictObject({
        group: Group.optional(),
        kind: KindName.optional(),
        name: ObjectName,
        namespace: Namespace.optional(),
        port: Port.optional(),
        weight: z.int().min(0).max(1_000_000).optional(),
      })).max(16).optional(),
      timeouts: z.strictObject({
        request: GatewayDuration.optional(),
        backendRequest: GatewayDuration.optional(),
      }).optional(),
    })).min(1).max(16).optional(),
  }),
);
