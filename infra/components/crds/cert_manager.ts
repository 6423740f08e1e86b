/**
 * The kinds of cert-manager.
 *
 * @see https://github.com/cert-manager/cert-manager/tree/master/deploy/crds
 * @module
 */
import { z } from "zod";
import { AnyJson, defineKind, StringMap } from "infra/components/crds/define.ts";

const API = "cert-manager.io/v1";

/** A certificate that is kept valid in a secret. */
export const Certificate = defineKind(
  API,
  "Certificate",
  "certificates",
  z.strictObject({
    secretName: z.string(),
    secretTemplate: z.strictObject({
      annotations: StringMap.optional(),
      labels: StringMap.optional(),
    }).optional(),
    issuerRef: z.strictObject({
      name: z.string(),
      kind: z.string().optional(),
      group: z.string().optional(),
    }),
    commonName: z.string().optional(),
    dnsNames: z.array(z.string()).optional(),
    duration: z.string().optional(),
    renewBefore: z.string().optional(),
    privateKey: z.strictObject({
      algorithm: z.enum(["RSA", "ECDSA", "Ed25519"]).optional(),
      encoding: z.enum(["PKCS1", "PKCS8"]).optional(),
      rotationPolicy: z.enum(["Never", "Always"]).optional(),
      size: z.int().optional(),
    }).optional(),
  }),
);

/** Who signs certificates, by ACME with DNS records in Route 53. */
export const ClusterIssuer = defineKind(
  API,
  "ClusterIssuer",
  "clusterissuers",
  z.strictObject({
    acme: z.strictObject({
      server: z.string(),
      email: z.string().optional(),
      privateKeySecretRef: z.strictObject({ name: z.string(), key: z.string().optional() }),
      solvers: z.array(z.strictObject({
        selector: z.strictObject({ dnsZones: z.array(z.string()).optional() }).optional(),
        dns01: z.strictObject({
          route53: z.strictObject({
            region: z.string().optional(),
            hostedZoneID: z.string().optional(),
            role: z.string().optional(),
          }).optional(),
        }).optional(),
      })).optional(),
    }).optional(),
    selfSigned: AnyJson.optional(),
  }),
  { isClusterWide: true },
);
