import assert from "node:assert/strict";
import { drawnGraph } from "lib/concourse/draw/graph.ts";
import { drawSvg } from "lib/concourse/draw/svg.ts";
import type { Job, Pipeline } from "lib/concourse/model/mod.ts";

const resource = (name: string) => ({ name, type: "git", source: {} });
const arrows = (pipeline: Pipeline) =>
  drawnGraph(pipeline).edges.map(({ from, to, kind, trigger, label }) =>
    `${from} ${trigger ? "→" : "⇢"} ${to} ${kind}${label ? ` ${label.replaceAll("\n", "+")}` : ""}`
  );

const build: Job = {
  name: "build",
  plan: [
    { in_parallel: [{ get: "code", trigger: true }, { get: "tools" }] },
    { try: { put: "image", resource: "registry" } },
  ],
  on_failure: { put: "slack" },
};
const deploy: Job = {
  name: "deploy",
  plan: [{
    do: [
      { get: "code", passed: ["build"], trigger: true },
      { get: "image", resource: "registry", passed: ["buil?"] },
      { get: "same-image", resource: "registry", passed: ["build"] },
    ],
  }],
};
const pipeline: Pipeline = {
  resources: ["code", "tools", "registry", "slack"].map(resource),
  jobs: [build, deploy],
};

Deno.test("resources go into jobs, on to later jobs, and out of jobs", () => {
  assert.deepEqual(arrows(pipeline), [
    "resource:code → job:build get",
    "resource:tools ⇢ job:build get",
    "job:build ⇢ resource:registry put",
    "job:build → job:deploy passed code+registry",
  ]);
});

Deno.test("what only hooks use is left out", () => {
  const names = drawnGraph(pipeline).nodes.map(({ name }) => name);
  assert.deepEqual(names, ["code", "tools", "registry", "build", "deploy"]);
});

Deno.test("a job is in the frame of its only group; a group of all is no frame", () => {
  const groups = [
    { name: "all", jobs: ["*"] },
    { name: "first", jobs: ["build"] },
    { name: "second", jobs: ["{dep*,release}"] },
  ];
  const groupsOf = (all: Pipeline) =>
    drawnGraph(all).nodes.filter(({ kind }) => kind === "job").map(({ group }) => group);
  assert.deepEqual(groupsOf({ ...pipeline, groups }), ["first", "second"]);
  const both = [...groups, { name: "third", jobs: ["deploy"] }];
  assert.deepEqual(groupsOf({ ...pipeline, groups: both }), ["first", undefined]);
});

Deno.test("a get of an unknown resource or job draws nothing and breaks nothing", () => {
  const odd: Pipeline = {
    jobs: [{ name: "a", plan: [{ get: "x" }, { get: "y", passed: ["z"] }] }],
  };
  assert.deepEqual(arrows(odd), []);
});

Deno.test("the picture names every node, whatever is in the names", async () => {
  const strange = 'a"<b>&\\n{c}|';
  const groups = [{ name: strange, jobs: [strange] }, { name: "g", jobs: ["build", "deploy"] }];
  const jobs = [...pipeline.jobs, { name: strange, plan: [] }];
  const svg = await drawSvg(drawnGraph({ ...pipeline, jobs, groups }), strange);
  assert.match(svg, /^<\?xml[^]*<\/svg>\s*$/);
  for (const name of ["code", "tools", "registry", "build", "deploy"]) {
    assert.ok(svg.includes(`>${name}</text>`), name);
  }
  const text = [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, content]) => content);
  assert.ok(text.some((content) => content.includes("&lt;b&gt;&amp;")), text.join("\n"));
});
