/** Every resource of every stack that can carry tags or labels carries them, by the transform alone. */
import assert from "node:assert/strict";
import { ROOT } from "lib/cli/root.ts";
import { previewFleet } from "lib/pulumi/evaluate/fleet.ts";
import { loadFleet } from "lib/pulumi/fleet.ts";
import { resourceShape } from "lib/pulumi/resource_shape.ts";
import { isRecord, type Properties, unwrap } from "lib/pulumi/simulate/wire.ts";
import { REQUIRED_TAGS } from "lib/pulumi/tags.ts";

const fleet = await loadFleet(ROOT);
const resources = (await previewFleet(fleet, [...fleet.stacks.keys()])).flatMap((
  { stack, evaluation },
) =>
  (evaluation?.resources ?? []).filter(({ custom }) => custom).map((resource) => ({
    type: resource.type,
    name: resource.name,
    inputs: unwrap(resource.inputs) as Properties,
    info: stack.info,
  }))
);
const types = [...new Set(resources.map(({ type }) => type))].sort();

function tagsOf({ tags }: Properties): Record<string, unknown> {
  if (Array.isArray(tags)) {
    return Object.fromEntries(tags.filter(isRecord).map(({ key, value }) => [String(key), value]));
  }
  return isRecord(tags) ? tags : {};
}

for (const type of types.filter((type) => resourceShape(type)?.tags !== undefined)) {
  Deno.test(`each ${type} carries every tag`, () => {
    for (const { name, inputs, info } of resources.filter((made) => made.type === type)) {
      const tags = tagsOf(inputs);
      assert.deepEqual(REQUIRED_TAGS.filter((tag) => !tags[tag]), [], `${info.fullName} ${name}`);
      assert.equal(tags.environment, info.environmentSuffix);
    }
  });
}

for (const type of types.filter((type) => /^kubernetes:(?!helm|yaml)/.test(type))) {
  Deno.test(`each ${type} carries every label`, () => {
    for (const { name, inputs, info } of resources.filter((made) => made.type === type)) {
      const { labels } = inputs.metadata as { labels?: Record<string, string> };
      for (const label of ["ou", "environment", "application", "stack", "owner"]) {
        assert.ok(labels?.[`ol.mit.edu/${label}`], `${info.fullName} ${name} lacks ${label}`);
      }
    }
  });
}

Deno.test("what takes tags is known: most of AWS's types that are used do", () => {
  const aws = types.filter((type) => type.startsWith("aws:"));
  const taggable = aws.filter((type) => resourceShape(type)?.tags !== undefined);
  assert.ok(taggable.length > 25, `${taggable.length} of ${aws.length}`);
  for (const type of ["ec2/vpc:Vpc", "s3/bucket:Bucket", "autoscaling/group:Group"]) {
    assert.ok(taggable.includes(`aws:${type}`), type);
  }
});
