import assert from "node:assert/strict";
import fc from "fast-check";
import { combineFragments, type PipelineFragment, toPipeline } from "lib/concourse/fragment.ts";
import { amazonAmi, gitRepo, slackNotification } from "lib/concourse/resources/mod.ts";
import { Problems } from "lib/schema/problem.ts";

const code = gitRepo("code", { uri: "https://example.org/code" });
const job = (name: string) => ({ name, plan: [{ get: "code" }] });

Deno.test("equal definitions become one, whatever the order of their keys", () => {
  const turned = Object.fromEntries(Object.entries(code).reverse()) as typeof code;
  const combined = combineFragments(
    { resources: [code], jobs: [job("a")] },
    { resources: [turned], jobs: [job("b")] },
  );
  assert.deepEqual(combined.resources, [code]);
  assert.deepEqual(combined.jobs?.map(({ name }) => name), ["a", "b"]);
});

Deno.test("definitions that differ are an error that names both and where they differ", () => {
  const other = gitRepo("code", { uri: "https://example.org/other", branch: "next" });
  assert.throws(
    () => combineFragments({ resources: [code] }, { jobs: [job("a")] }, { resources: [other] }),
    (error: Problems) => {
      assert.ok(error instanceof Problems);
      assert.deepEqual(error.messages, [
        'The resource "code" is defined differently by fragment 1 and fragment 3 ' +
        "(source.uri, source.branch): rename one or make them equal",
      ]);
      return true;
    },
  );
});

Deno.test("every conflict is reported, of jobs too", () => {
  const left = { resources: [code], jobs: [job("a"), job("b")] };
  const right = {
    resources: [{ ...code, icon: "x" }],
    jobs: [{ ...job("a"), serial: true }, { ...job("b"), plan: [] }],
  };
  assert.throws(() => combineFragments(left, right), (error: Problems) => {
    assert.equal(error.messages.length, 3);
    return true;
  });
});

Deno.test("groups of one name are united", () => {
  const { groups } = combineFragments(
    { groups: [{ name: "all", jobs: ["a"] }] },
    { groups: [{ name: "all", jobs: ["b", "a"], resources: ["code"] }, { name: "other" }] },
  );
  assert.deepEqual(groups, [
    { name: "all", jobs: ["a", "b"], resources: ["code"] },
    { name: "other" },
  ]);
});

Deno.test("a pipeline gets the types of its resources, sorted, unless it defines them", () => {
  const resources = [
    code,
    slackNotification(),
    amazonAmi("debian", { filters: { name: "debian-12*" } }),
  ];
  const names = (fragment: PipelineFragment) =>
    toPipeline([fragment]).resource_types?.map(({ name, source }) => [name, source.tag]);
  assert.deepEqual(names({ resources }), [
    ["amazon-ami", "latest"],
    ["slack-notification", "v0.15.0"],
  ]);
  const own = { name: "amazon-ami", type: "registry-image", source: { tag: "own" } };
  assert.deepEqual(names({ resources, resource_types: [own] }), [
    ["amazon-ami", "own"],
    ["slack-notification", "v0.15.0"],
  ]);
  assert.equal(toPipeline([{ resources: [code] }]).resource_types, undefined);
});

Deno.test("combining in parts or at once is the same, and changes nothing that was given", () => {
  const pool: PipelineFragment[] = [
    { resources: [code], jobs: [job("a")], groups: [{ name: "g", jobs: ["a"] }] },
    { resources: [code, slackNotification()], jobs: [job("b")] },
    { jobs: [job("a"), job("c")], groups: [{ name: "g", jobs: ["c"] }] },
    {},
  ];
  fc.assert(fc.property(fc.array(fc.constantFrom(...pool)), fc.nat(6), (fragments, cut) => {
    const before = structuredClone(fragments);
    const whole = combineFragments(...fragments);
    const parts = combineFragments(
      combineFragments(...fragments.slice(0, cut)),
      combineFragments(...fragments.slice(cut)),
    );
    assert.deepEqual(parts, whole);
    assert.deepEqual(fragments, before);
  }));
});
