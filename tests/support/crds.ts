import { z } from "zod";
import type { CustomKind } from "infra/components/crds/define.ts";

type Schema = Record<string, unknown>;

/**
 * A kind's definition for the API server, with a structural schema made from the kind's zod type.
 *
 * @see https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
 */
export function definitionOf(kind: CustomKind) {
  const spec = structural(z.toJSONSchema(kind.spec, { io: "input", unrepresentable: "any" }));
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: {
      name: `${kind.plural}.${kind.group}`,
      // Gateway API's group is protected: its definitions say under whose approval they stand.
      ...(kind.group.endsWith(".k8s.io")
        ? { annotations: { "api-approved.kubernetes.io": "unapproved, for tests" } }
        : {}),
    },
    spec: {
      group: kind.group,
      scope: kind.isClusterWide ? "Cluster" : "Namespaced",
      names: { kind: kind.kind, plural: kind.plural },
      versions: [{
        name: kind.version,
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: { type: "object", required: ["spec"], properties: { spec } },
        },
      }],
    },
  };
}

/**
 * A JSON Schema as a structural one: unknown fields are refused by being absent, not by
 * `additionalProperties: false`, and an untyped value is said to be one.
 */
export function structural(schema: Schema): Schema {
  for (const mark of ["x-kubernetes-int-or-string", "x-kubernetes-preserve-unknown-fields"]) {
    if (schema[mark]) return { [mark]: true };
  }
  const { type, properties, items, additionalProperties, required, pattern } = schema;
  const kept = ["enum", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems"]
    .filter((key) => schema[key] !== undefined && !isSafeBound(schema[key]));
  if (type === undefined) throw new Error(`No structural form: ${JSON.stringify(schema)}`);
  return {
    type,
    ...Object.fromEntries(kept.map((key) => [key, schema[key]])),
    ...(pattern === undefined ? {} : { pattern }),
    ...(required === undefined ? {} : { required }),
    ...(items === undefined ? {} : { items: structural(items as Schema) }),
    ...(properties === undefined ? {} : {
      properties: Object.fromEntries(
        Object.entries(properties as Record<string, Schema>).map(([key, value]) => [
          key,
          structural(value),
        ]),
      ),
    }),
    ...(typeof additionalProperties === "object"
      ? { additionalProperties: structural(additionalProperties as Schema) }
      : {}),
  };
}

/** The limits that zod sets to every whole number, since JavaScript has no greater ones. */
const isSafeBound = (value: unknown) =>
  value === Number.MAX_SAFE_INTEGER || value === Number.MIN_SAFE_INTEGER;
