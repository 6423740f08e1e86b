/**
 * The kinds of the Vault Secrets Operator.
 *
 * @see https://github.com/hashicorp/vault-secrets-operator/tree/main/config/crd/bases
 * @module
 */
import { z } from "zod";
import { defineKind, StringMap } from "infra/components/crds/define.ts";

const API = "secrets.hashicorp.com/v1beta1";

/** `30s`, `1.5h`. */
export const VaultDuration = z.string().regex(
  /^([0-9]+(\.[0-9]+)?(s|m|h))$/,
  'must be a duration such as "1h"',
);

/** A workload that is restarted when a secret changes. */
export const RestartTarget = z.strictObject({
  kind: z.enum(["Deployment", "DaemonSet", "StatefulSet", "argo.Rollout"]),
  name: z.string(),
});

/** The Kubernetes secret that is written. */
const Destination = z.strictObject({
  name: z.string(),
  create: z.boolean().optional(),
  overwrite: z.boolean().optional(),
  type: z.string().optional(),
  labels: StringMap.optional(),
  annotations: StringMap.optional(),
  transformation: z.strictObject({
    excludeRaw: z.boolean().optional(),
    excludes: z.array(z.string()).optional(),
    includes: z.array(z.string()).optional(),
    templates: z.record(
      z.string(),
      z.strictObject({ name: z.string().optional(), text: z.string() }),
    ).optional(),
  }).optional(),
});

/** Where Vault answers. */
export const VaultConnection = defineKind(
  API,
  "VaultConnection",
  "vaultconnections",
  z.strictObject({
    address: z.string(),
    skipTLSVerify: z.boolean(),
    headers: StringMap.optional(),
    tlsServerName: z.string().optional(),
    caCertSecretRef: z.string().optional(),
    timeout: VaultDuration.optional(),
  }),
);

/** How the operator logs in to Vault for a namespace. */
export const VaultAuth = defineKind(
  API,
  "VaultAuth",
  "vaultauths",
  z.strictObject({
    vaultConnectionRef: z.string().optional(),
    namespace: z.string().optional(),
    allowedNamespaces: z.array(z.string()).optional(),
    method: z.enum(["kubernetes", "jwt", "appRole", "aws", "gcp"]).optional(),
    mount: z.string().optional(),
    kubernetes: z.strictObject({
      role: z.string().optional(),
      serviceAccount: z.string().optional(),
      audiences: z.array(z.string()).optional(),
      tokenExpirationSeconds: z.int().min(600).optional(),
    }).optional(),
  }),
);

/** A secret of a key-value engine. */
export const VaultStaticSecret = defineKind(
  API,
  "VaultStaticSecret",
  "vaultstaticsecrets",
  z.strictObject({
    vaultAuthRef: z.string().optional(),
    namespace: z.string().optional(),
    mount: z.string(),
    path: z.string(),
    type: z.enum(["kv-v1", "kv-v2"]),
    version: z.int().min(0).optional(),
    refreshAfter: VaultDuration.optional(),
    hmacSecretData: z.boolean().optional(),
    rolloutRestartTargets: z.array(RestartTarget).optional(),
    destination: Destination,
    syncConfig: z.strictObject({ instantUpdates: z.boolean().optional() }).optional(),
  }),
);

/** A secret that an engine makes on request, with a lease. */
export const VaultDynamicSecret = defineKind(
  API,
  "VaultDynamicSecret",
  "vaultdynamicsecrets",
  z.strictObject({
    vaultAuthRef: z.string().optional(),
    namespace: z.string().optional(),
    mount: z.string(),
    path: z.string(),
    params: StringMap.optional(),
    requestHTTPMethod: z.enum(["GET", "POST", "PUT"]).optional(),
    renewalPercent: z.int().min(0).max(90).optional(),
    refreshAfter: VaultDuration.optional(),
    revoke: z.boolean().optional(),
    allowStaticCreds: z.boolean().optional(),
    rolloutRestartTargets: z.array(RestartTarget).optional(),
    destination: Destination,
  }),
);
