import assert from "node:assert/strict";
import { z } from "zod";
import { CUSTOM_KINDS } from "infra/components/crds/all.ts";
import { AnyJson, IntOrString } from "infra/components/crds/define.ts";
import { definitionOf, structural } from "tests/support/crds.ts";

Deno.test("a zod type becomes a structural schema", () => {
  const spec = z.strictObject({
    port: IntOrString,
    count: z.int().min(1).optional(),
    config: AnyJson.optional(),
    labels: z.record(z.string(), z.string().max(63)).optional(),
    mode: z.enum(["a", "b"]).optional(),
    hosts: z.array(z.string().regex(/^[a-z]+$/)).min(1),
  });
  assert.deepEqual(structural(z.toJSONSchema(spec, { io: "input" })), {
    type: "object",
    required: ["port", "hosts"],
    properties: {
      port: { "x-kubernetes-int-or-string": true },
      count: { type: "integer", minimum: 1 },
      config: { "x-kubernetes-preserve-unknown-fields": true },
      labels: { type: "object", additionalProperties: { type: "string", maxLength: 63 } },
      mode: { type: "string", enum: ["a", "b"] },
      hosts: { type: "array", minItems: 1, items: { type: "string", pattern: "^[a-z]+$" } },
    },
  });
});

Deno.test("each kind is defined once, under its plural and group", () => {
  const names = CUSTOM_KINDS.map((kind) => definitionOf(kind).metadata.name);
  assert.equal(new Set(names).size, names.length);
  for (const { kind, plural } of CUSTOM_KINDS) {
    assert.ok(plural.startsWith(kind.toLowerCase().slice(0, -1)), `${kind} is not ${plural}`);
  }
});
