import { createHash } from "node:crypto";
import type * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { imageReference } from "infra/components/container_image.ts";
import type { Resources, Web } from "infra/components/kubernetes_application/settings.ts";

type Container = kubernetes.types.input.core.v1.Container;
type PodSpec = kubernetes.types.input.core.v1.PodSpec;
type Volume = kubernetes.types.input.core.v1.Volume;
type PodTemplate = kubernetes.types.input.core.v1.PodTemplateSpec;

/** What all pods of an application share. */
export interface PodContext {
  readonly application: string;
  /** The image's reference. */
  readonly image: string;
  /** Its user's number. */
  readonly runAsUser: number;
  /** Environment variables with plain values. */
  readonly environment: Readonly<Record<string, pulumi.Input<string>>>;
  /** Secrets whose keys become environment variables. */
  readonly secretNames: readonly pulumi.Input<string>[];
  /** Secrets whose keys become files, by the folder that holds them. */
  readonly secretFiles: Readonly<Record<string, pulumi.Input<string>>>;
  /** Default the namespace's. */
  readonly serviceAccount?: pulumi.Input<string>;
}

/** The labels by which a part's pods are found; they never change. */
export function podLabels(application: string, part: string): Record<string, string> {
  return { "app.kubernetes.io/name": application, "app.kubernetes.io/component": part };
}

/** What every container gives up. @see https://kubernetes.io/docs/concepts/security/pod-security-standards/ */
const CONFINED = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  runAsNonRoot: true,
};

/** Requests, with the memory as limit too. */
export function resourcesOf({ cpu, memory }: z.output<typeof Resources>) {
  return { requests: { cpu, memory }, limits: { memory } };
}

/** A container of the application's image. */
export function appContainer(
  context: PodContext,
  name: string,
  resources: z.output<typeof Resources>,
  more: Partial<Container> = {},
): Container {
  return {
    name,
    image: context.image,
    env: Object.entries(context.environment).map(([name, value]) => ({ name, value })),
    envFrom: context.secretNames.map((name) => ({ secretRef: { name } })),
    resources: resourcesOf(resources),
    securityContext: { ...CONFINED, runAsUser: context.runAsUser },
    volumeMounts: Object.keys(context.secretFiles).map((mountPath, at) => ({
      name: `secret-${at}`,
      mountPath,
      readOnly: true,
    })),
    ...more,
  };
}

/** Containers as a pod, spread over zones. */
export function podTemplate(
  context: PodContext,
  part: string,
  containers: Container[],
  more: Partial<PodSpec> = {},
  annotations?: Record<string, string>,
  volumes: Volume[] = [],
): PodTemplate {
  const labels = podLabels(context.application, part);
  return {
    metadata: { labels, ...(annotations ? { annotations } : {}) },
    spec: {
      ...(context.serviceAccount ? { serviceAccountName: context.serviceAccount } : {}),
      // Kubernetes would add a variable for each service of the namespace.
      enableServiceLinks: false,
      securityContext: { seccompProfile: { type: "RuntimeDefault" } },
      topologySpreadConstraints: [{
        maxSkew: 1,
        topologyKey: "topology.kubernetes.io/zone",
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: { matchLabels: labels },
      }],
      containers,
      ...more,
      volumes: [
        ...Object.values(context.secretFiles).map((secretName, at) => ({
          name: `secret-${at}`,
          secret: { secretName },
        })),
        ...volumes,
      ],
    },
  };
}

/** The name of the port that answers requests. */
export const HTTP = "http";

/**
 * The web server's containers: the program, and nginx in front of it where that is wanted.
 *
 * @param config nginx's
 */
export function webPod(
  context: PodContext,
  web: z.output<typeof Web>,
  config?: string,
): PodTemplate {
  const { application } = context;
  const { nginx } = web;
  const probe = (path: string, failureThreshold: number) => ({
    httpGet: { path, port: web.port },
    periodSeconds: 10,
    timeoutSeconds: 5,
    failureThreshold,
  });
  const program = appContainer(context, application, web.resources, {
    ...(web.command ? { command: web.command } : {}),
    ports: [{ name: nginx ? "app" : HTTP, containerPort: web.port }],
    startupProbe: probe(web.probes.startup, 30),
    readinessProbe: probe(web.probes.readiness, 3),
    livenessProbe: probe(web.probes.liveness, 3),
    // Requests still come for a moment after a pod was told to end.
    lifecycle: { preStop: { sleep: { seconds: 5 } } },
  });
  const sidecar: Container[] = nginx === undefined ? [] : [{
    name: "nginx",
    image: imageReference(nginx.image),
    ports: [{ name: HTTP, containerPort: nginx.port }],
    readinessProbe: { tcpSocket: { port: nginx.port }, periodSeconds: 10 },
    lifecycle: { preStop: { sleep: { seconds: 5 } } },
    resources: resourcesOf(nginx.resources),
    securityContext: { ...CONFINED, readOnlyRootFilesystem: true },
    volumeMounts: [
      { name: "nginx", mountPath: "/etc/nginx/nginx.conf", subPath: "nginx.conf", readOnly: true },
      { name: "nginx-tmp", mountPath: "/tmp" },
    ],
  }];
  return podTemplate(
    context,
    "web",
    [program, ...sidecar],
    {
      terminationGracePeriodSeconds: web.graceSeconds,
      // A changed configuration is another pod: the file below a subPath is never read again.
    },
    config === undefined ? undefined : { "nginx-config": digest(config) },
    nginx && [
      { name: "nginx", configMap: { name: `${application}-nginx` } },
      { name: "nginx-tmp", emptyDir: {} },
    ],
  );
}

const digest = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, 16);

/** nginx in front of the program: it buffers slow clients and compresses; nothing is written but `/tmp`. */
export function nginxConfig(port: number, programPort: number, maxBodySize: string): string {
  return `pid /tmp/nginx.pid;
events {}
http {
  client_body_temp_path /tmp/body;
  proxy_temp_path /tmp/proxy;
  fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi;
  scgi_temp_path /tmp/scgi;
  include /etc/nginx/mime.types;
  access_log off;
  gzip on;
  gzip_types text/css application/javascript application/json image/svg+xml;
  server_tokens off;
  client_max_body_size ${maxBodySize};
  map $http_x_forwarded_proto $scheme_seen {
    default $http_x_forwarded_proto;
    "" $scheme;
  }
  server {
    listen ${port};
    location / {
      proxy_pass http://127.0.0.1:${programPort};
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme_seen;
      proxy_set_header Connection "";
    }
  }
}
`;
}
