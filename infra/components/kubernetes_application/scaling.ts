import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { customResource } from "infra/components/crds/define.ts";
import { ScaledObject, TriggerAuthentication } from "infra/components/crds/keda.ts";
import type { Replicas, Worker } from "infra/components/kubernetes_application/settings.ts";
import { podLabels } from "infra/components/kubernetes_application/pods.ts";

/** Where Celery's queues are. */
export interface Redis {
  /** `host:port`. */
  readonly address: pulumi.Input<string>;
  /** Whether it is spoken to by TLS; default true. */
  readonly tls?: boolean;
  /** The secret and its key that hold the password; default none. */
  readonly password?: { readonly secretName: pulumi.Input<string>; readonly key: string };
}

type Metadata = { readonly name: string; readonly namespace: pulumi.Input<string> };

/** Whether the number of pods is left to an autoscaler: it is then not the Deployment's to say. */
export const isScaled = ({ min, max = min }: z.output<typeof Replicas>) => max > min;

/** Keeps the processor's load at the wanted share, within the range. */
export function scaleByProcessor(
  resource: string,
  metadata: Metadata,
  { min, max, cpuPercent }: z.output<typeof Replicas>,
  opts: pulumi.CustomResourceOptions,
): void {
  new kubernetes.autoscaling.v2.HorizontalPodAutoscaler(resource, {
    metadata,
    spec: {
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: metadata.name },
      minReplicas: min,
      maxReplicas: max!,
      metrics: [{
        type: "Resource",
        resource: {
          name: "cpu",
          target: { type: "Utilization", averageUtilization: cpuPercent },
        },
      }],
    },
  }, opts);
}

/** Where the password of Redis is, for KEDA. */
export function redisAuthentication(
  resource: string,
  metadata: Metadata,
  password: NonNullable<Redis["password"]>,
  opts: pulumi.CustomResourceOptions,
): void {
  customResource(TriggerAuthentication, resource, {
    metadata,
    spec: {
      secretTargetRef: [{ parameter: "password", name: password.secretName, key: password.key }],
    },
  }, opts);
}

/** Starts a pod for each so many tasks of a queue, within the range. */
export function scaleByQueue(
  resource: string,
  metadata: Metadata,
  worker: z.output<typeof Worker>,
  redis: Redis,
  authentication: string | undefined,
  opts: pulumi.CustomResourceOptions,
): void {
  const { replicas, queue } = worker;
  if (queue === undefined) return;
  customResource(ScaledObject, resource, {
    metadata,
    spec: {
      scaleTargetRef: { name: metadata.name },
      minReplicaCount: replicas.min,
      maxReplicaCount: replicas.max,
      pollingInterval: queue.pollingSeconds,
      cooldownPeriod: queue.cooldownSeconds,
      triggers: [{
        type: "redis",
        metadata: {
          address: redis.address,
          listName: queue.list,
          listLength: String(queue.length),
          databaseIndex: String(queue.database),
          enableTLS: String(redis.tls ?? true),
        },
        ...(authentication ? { authenticationRef: { name: authentication } } : {}),
      }],
    },
  }, opts);
}

/** Lets nodes be emptied without emptying a part of all its pods; for one pod there is nothing to keep. */
export function keepAvailable(
  resource: string,
  metadata: Metadata,
  part: string,
  application: string,
  { min }: z.output<typeof Replicas>,
  opts: pulumi.CustomResourceOptions,
): void {
  if (min < 2) return;
  new kubernetes.policy.v1.PodDisruptionBudget(resource, {
    metadata,
    spec: {
      maxUnavailable: 1,
      selector: { matchLabels: podLabels(application, part) },
    },
  }, opts);
}
