/**
 * The kinds of KEDA.
 *
 * @see https://github.com/kedacore/keda/tree/main/config/crd/bases
 * @module
 */
import { z } from "zod";
import { defineKind, StringMap } from "infra/components/crds/define.ts";

const API = "keda.sh/v1alpha1";

const ScalingRules = z.strictObject({
  stabilizationWindowSeconds: z.int().optional(),
  selectPolicy: z.string().optional(),
  policies: z.array(z.strictObject({
    type: z.string(),
    value: z.int(),
    periodSeconds: z.int(),
  })).optional(),
});

/** A workload whose number of pods follows what happens elsewhere. */
export const ScaledObject = defineKind(
  API,
  "ScaledObject",
  "scaledobjects",
  z.strictObject({
    scaleTargetRef: z.strictObject({
      name: z.string().min(1),
      kind: z.string().optional(),
      apiVersion: z.string().optional(),
    }),
    pollingInterval: z.int().min(1).optional(),
    cooldownPeriod: z.int().min(0).optional(),
    minReplicaCount: z.int().min(0).optional(),
    maxReplicaCount: z.int().min(1).optional(),
    fallback: z.strictObject({
      failureThreshold: z.int().min(0),
      replicas: z.int().min(0),
    }).optional(),
    triggers: z.array(z.strictObject({
      type: z.string().min(1),
      name: z.string().optional(),
      metricType: z.string().optional(),
      metadata: StringMap,
      authenticationRef: z.strictObject({
        name: z.string(),
        kind: z.enum(["TriggerAuthentication", "ClusterTriggerAuthentication"]).optional(),
      }).optional(),
    })).min(1),
    advanced: z.strictObject({
      restoreToOriginalReplicaCount: z.boolean().optional(),
      horizontalPodAutoscalerConfig: z.strictObject({
        behavior: z.strictObject({
          scaleUp: ScalingRules.optional(),
          scaleDown: ScalingRules.optional(),
        }).optional(),
      }).optional(),
    }).optional(),
  }),
);

/** Where a trigger's credentials are. */
export const TriggerAuthentication = defineKind(
  API,
  "TriggerAuthentication",
  "triggerauthentications",
  z.strictObject({
    secretTargetRef: z.array(z.strictObject({
      parameter: z.string(),
      name: z.string(),
      key: z.string(),
    })).optional(),
    podIdentity: z.strictObject({
      provider: z.enum(["azure-workload", "gcp", "aws", "aws-eks", "none"]),
      roleArn: z.string().optional(),
    }).optional(),
  }),
);
