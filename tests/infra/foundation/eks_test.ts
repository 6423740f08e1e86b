import assert from "node:assert/strict";
import { ROOT } from "lib/cli/root.ts";
import { previewFleet } from "lib/pulumi/evaluate/fleet.ts";
import { loadFleet } from "lib/pulumi/fleet.ts";

const fleet = await loadFleet(ROOT);
const preview = (await previewFleet(fleet, ["ol-infrastructure-eks:CI"])).at(-1)!;
const { resources } = preview.evaluation!;
const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));

/** All that has to be there before a resource is made: `type name`. */
function before(urn: string, seen = new Set<string>()): Set<string> {
  for (const needed of byUrn.get(urn)!.dependencies) {
    if (seen.has(needed) || !byUrn.has(needed)) continue;
    seen.add(needed);
    before(needed, seen);
  }
  return seen;
}
const namesBefore = (urn: string) =>
  [...before(urn)].map((needed) => byUrn.get(needed)!).map(({ type, name }) => `${type} ${name}`);

/** The start of a type, and the chart that brings that kind along. */
const OPERATORS: [kinds: string, chart: string][] = [
  ["kubernetes:secrets.hashicorp.com/", "applications-ci-vault-secrets-operator"],
  ["kubernetes:cert-manager.io/", "applications-ci-cert-manager"],
  ["kubernetes:apisix.apache.org/", "applications-ci-apisix"],
  ["kubernetes:gateway.networking.k8s.io/", "applications-ci-apisix"],
];
for (const [kinds, chart] of OPERATORS) {
  Deno.test(`objects of ${kinds} wait for ${chart}`, () => {
    const objects = resources.filter(({ type }) => type.startsWith(kinds));
    assert.ok(objects.length > 0);
    for (const { urn, name } of objects) {
      assert.ok(
        namesBefore(urn).includes(`kubernetes:helm.sh/v3:Release ${chart}`),
        `${name} does not wait`,
      );
    }
  });
}

Deno.test("nothing is sent to a cluster that has no nodes", () => {
  const provider = resources.find(({ type }) => type === "pulumi:providers:kubernetes")!;
  assert.ok(
    namesBefore(provider.urn).includes("aws:eks/nodeGroup:NodeGroup applications-ci-general"),
  );
});

Deno.test("each chart is pinned", () => {
  const releases = resources.filter(({ type }) => type === "kubernetes:helm.sh/v3:Release");
  assert.equal(releases.length, 6);
  for (const { name, inputs } of releases) {
    assert.match(String(inputs.version), /^v?\d+\.\d+\.\d+$/, name);
    assert.match((inputs.repositoryOpts as { repo: string }).repo, /^https:\/\//, name);
  }
});
