import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { ROOT } from "lib/cli/root.ts";
import { importPipeline } from "lib/concourse/import/definition.ts";
import { encodePipeline } from "lib/concourse/import/encode.ts";
import type { Pipeline } from "lib/concourse/model/mod.ts";
import { renderPipeline } from "lib/concourse/render.ts";
import { validatePipeline } from "lib/concourse/validate/validate.ts";
import { Problems } from "lib/schema/problem.ts";
import { varsOfCase, verdictCases } from "tests/support/verdicts.ts";

const valid = (await verdictCases()).filter(({ fly }) => fly.ok);

/** Writes modules into one folder that resolves like the repository. */
async function withModules<T>(
  texts: ReadonlyMap<string, string>,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, text] of texts) await Deno.writeTextFile(`${folder}/${name}.ts`, text);
    return await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const read = (text: string) => {
  const { pipeline } = validatePipeline(text, "fly");
  assert.ok(pipeline);
  return encodePipeline(pipeline);
};

Deno.test("the definition of every valid pipeline renders to an equal one, as YAML and as JSON", async () => {
  assert.ok(valid.length > 600);
  const definitions = new Map(
    valid.map((one) => [one.id, importPipeline(one.yaml, one.id, varsOfCase(one))]),
  );
  // What is imported is the text, not the value that it was written from.
  const texts = new Map([...definitions].map(([id, { text }]) => [
    id,
    text.replaceAll(
      '"lib/concourse/mod.ts"',
      JSON.stringify(pathToFileURL(`${ROOT}/lib/concourse/mod.ts`).href),
    ),
  ]));
  await withModules(texts, async (folder) => {
    for (const one of valid) {
      const { default: pipeline } = await import(
        pathToFileURL(`${folder}/${one.id}.ts`).href
      ) as { default: Pipeline };
      const { pipeline: original } = validatePipeline(one.yaml, "fly", varsOfCase(one));
      const wanted = encodePipeline(original!);
      assert.deepEqual(read(renderPipeline(pipeline)), wanted, one.id);
      assert.deepEqual(read(renderPipeline(pipeline, "json")), wanted, one.id);
    }
  });
});

Deno.test("definitions pass the compiler, odd durations and fields included", async () => {
  // Every twelfth, and all those that the types do not fit.
  const texts = new Map(valid.flatMap((one, index) => {
    const { text, untyped } = importPipeline(one.yaml, one.id, varsOfCase(one));
    const odd = untyped.length > 0 || text.includes("Duration");
    return odd || index % 12 === 0 ? [[one.id, text] as const] : [];
  }));
  assert.ok(texts.size > 60);
  await withModules(texts, async (folder) => {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "check",
        "--config",
        `${ROOT}/deno.json`,
        ...[...texts.keys()].map((id) => `${folder}/${id}.ts`),
      ],
      env: { NO_COLOR: "1" },
    }).output();
    assert.equal(code, 0, new TextDecoder().decode(stderr).replace(/^Check.*\n/gm, ""));
  });
});

Deno.test("a pipeline reads well as a definition", () => {
  const { text, leftOut, untyped } = importPipeline(
    `
defaults: &defaults {type: git, check_every: 90s}
resources:
- name: code
  <<: *defaults
  source: {uri: "https://example.org/code", branch: yes}
jobs:
- name: test
  PUBLIC: true
  plan:
  - get: code
    trigger: true
    version: everyy
  - task: unit
    timeout: 01h
    config:
      platform: linux
      run:
        path: sh
        args:
        - -c
        - |
          set -e
          make test "\${TARGET}"
`,
    "pipeline.yml",
  );
  assert.equal(
    text,
    `import { definePipeline, type Duration } from "lib/concourse/mod.ts";

export default definePipeline({
  resources: [
    {
      name: "code",
      type: "git",
      source: { uri: "https://example.org/code", branch: true },
      check_every: "90s",
    },
  ],
  jobs: [
    {
      name: "test",
      public: true,
      plan: [
        { get: "code", trigger: true },
        {
          task: "unit",
          config: {
            platform: "linux",
            run: {
              path: "sh",
              args: [
                "-c",
                [
                  "set -e",
                  "make test \\"\${TARGET}\\"",
                  "",
                ].join("\\n"),
              ],
            },
          },
          timeout: "01h" as string as Duration,
        },
      ],
    },
  ],
});
`,
  );
  assert.deepEqual(untyped, []);
  assert.deepEqual(leftOut, []);
});

Deno.test("what Concourse takes and the types do not is named, and the compiler looks away", () => {
  const { text, untyped } = importPipeline(
    "jobs: [{name: a, plan: [], build_logs_to_retain: 3}]",
    "old.yml",
  );
  assert.deepEqual(untyped, ["jobs[0].build_logs_to_retain: unknown key"]);
  assert.match(text, /^\/\/ jobs\[0\]\.build_logs_to_retain: unknown key$/m);
  assert.match(text, /\} as unknown as Pipeline\);\n$/);
});

Deno.test("keys that fly drops and the server refuses are named", () => {
  const { leftOut, value } = importPipeline("jobs: [{name: a, plan: [], seriall: true}]", "x.yml");
  assert.match(leftOut.join("\n"), /unknown field "seriall"/);
  assert.deepEqual(value, { jobs: [{ name: "a", plan: [] }] });
});

Deno.test("a pipeline that fly refuses is refused, with every reason and its place", () => {
  assert.throws(
    () => importPipeline("jobs:\n- name: a\n  plan:\n  - get: x\n  - put: z\n", "bad.yml"),
    (error: Problems) => {
      assert.deepEqual(error.messages, [
        "bad.yml:4:5: jobs.a.plan.do[0].get(x): unknown resource 'x'",
        "bad.yml:5:5: jobs.a.plan.do[1].put(z): unknown resource 'z'",
      ]);
      return true;
    },
  );
  assert.throws(() => importPipeline("a: [", "bad.yml"), /bad\.yml:\d+:\d+: /);
});
