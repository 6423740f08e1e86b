import assert from "node:assert/strict";
import { lintPipeline, LINTS } from "lib/concourse/lint/mod.ts";
import { varsOf } from "lib/concourse/validate/template/vars.ts";
import { validatePipeline } from "lib/concourse/validate/validate.ts";

/** A pipeline around the steps of one job `j` that has `src` at hand. */
function job(...steps: string[]): string {
  return [
    "resources: [{name: src, type: git, source: {uri: u}}]",
    "jobs:",
    "- name: j",
    "  plan:",
    "  - get: src",
    "    trigger: true",
    ...steps.map((step) => `  - ${step}`),
  ].join("\n");
}

const task = (config: string, more = "") =>
  `{task: t${more}, config: {platform: linux, run: {path: sh}, ${config}}}`;
const IMAGE = "image_resource: {type: registry-image, source: {repository: a, tag: '1.2'}}";

/** Per lint: what it says about pipelines that have the fault, and pipelines that do not. */
const TABLE: Record<string, { hits: [yaml: string, message: RegExp][]; clean: string[] }> = {
  "decode-trap": {
    hits: [
      [
        job("{get: src2, resource: src, version: everyy}"),
        /version 'everyy'.*did you mean "every"/,
      ],
      [job("{put: src, inputs: detecc}"), /inputs 'detecc'.*did you mean "detect"/],
      [job("{load_var: v, file: src/v, format: jsn}"), /format 'jsn' is unknown.*"json"/],
      [job(task(`${IMAGE}, container_limits: {memory: [1]}`)), /memory limit is neither/],
      [job(task(`${IMAGE}, container_limits: {cpu: -1}`)), /limit is negative/],
      [
        job("{get: a, resource: src}").replace("- name: j", "- name: j\n  max_in_flight: -1"),
        /max/,
      ],
    ],
    clean: [
      job("{get: a, resource: src, version: every}", "{put: src, inputs: all}"),
      job("{get: a, resource: src, version: ((v))}", "{load_var: v, file: src/v, format: trim}"),
    ],
  },
  "duplicate-task-input": {
    hits: [
      [job(task(`${IMAGE}, inputs: [{name: src}, {name: src}]`)), /input 'src' is declared twice/],
      [job(task(`${IMAGE}, outputs: [{name: a, path: o}, {name: b, path: ./o/}]`)), /both in 'o'/],
    ],
    clean: [job(task(`${IMAGE}, inputs: [{name: src}], outputs: [{name: src2}]`))],
  },
  "latest-image": {
    hits: [
      [
        job(task("image_resource: {type: registry-image, source: {repository: a, tag: latest}}")),
        /t/,
      ],
    ],
    clean: [
      job(task(IMAGE)),
      job(
        task(
          "image_resource: {type: registry-image, source: {repository: a@sha256:0, tag: latest}}",
        ),
      ),
    ],
  },
  "unpinned-image": {
    hits: [
      [
        job(task("image_resource: {type: registry-image, source: {repository: a}}")),
        /task 't' has ne/,
      ],
      [
        `resource_types: [{name: x, type: registry-image, source: {repository: a}}]\n${job()}`,
        /resource type 'x'/,
      ],
    ],
    clean: [
      job(task(IMAGE)),
      job(
        task(
          "image_resource: {type: registry-image, source: {repository: a}, version: {digest: d}}",
        ),
      ),
      job(task("image_resource: {type: s3, source: {}}")),
    ],
  },
  "missing-artifact": {
    hits: [
      [job(task(`${IMAGE}, inputs: [{name: scr}]`)), /input of task 't'.*'scr'.*"src"/],
      [job(task(IMAGE, ", image: img")), /image of task 't'.*'img'/],
      [job("{task: t, file: ci/t.yml}"), /file of 't'.*'ci'/],
      [job("{put: src, inputs: [nope]}"), /input of a put.*'nope'/],
      [job("{set_pipeline: p, file: gone/p.yml}"), /file of 'p'.*'gone'/],
      [job("{load_var: v, file: gone/v}"), /file of 'v'.*'gone'/],
      [
        job(
          `in_parallel: [${task(`${IMAGE}, outputs: [{name: o}]`)}, ${
            task(`${IMAGE}, inputs: [{name: o}]`)
          }]`,
        ),
        /'o'/,
      ],
    ],
    clean: [
      job(
        task(`${IMAGE}, outputs: [{name: o}]`, ", output_mapping: {o: made}"),
        task(
          `${IMAGE}, inputs: [{name: i}, {name: x, optional: true}]`,
          ", input_mapping: {i: made}",
        ),
      ),
      job("{task: t, file: src/t.yml}", task(`${IMAGE}, inputs: [{name: from-file}]`)),
      job("{put: out, resource: src}", "{load_var: v, file: out/v}"),
      job("{load_var: v, file: ((x))/v}"),
    ],
  },
  "secret-literal": {
    hits: [
      [job().replace("{uri: u}", "{uri: u, password: hunter22}"), /^'password' holds a secret/],
      [job("{put: src, params: {nested: [{api_key: abcd1234}]}}"), /'api_key'/],
      [job(task(`${IMAGE}, params: {X: ${"AKIA" + "ABCDEFGHIJKLMNOP"}}`)), /'X'/],
      [
        "var_sources: [{name: v, type: vault, config: {url: https://v, client_token: abcd1234}}]\n" +
        job(),
        /'client_token'/,
      ],
    ],
    clean: [
      job().replace("{uri: u}", "{uri: u, password: ((p)), token_path: /run/token}"),
      job().replace("{uri: u}", "{uri: u, username: ((token)), password: x-oauth-basic}"),
      "var_sources: [{name: d, type: dummy, config: {vars: {password: abcd1234}}}]\n" + job(),
      job("{put: src, params: {public_key: abcd1234}}"),
    ],
  },
  "unchecked-key": {
    hits: [
      [job(task(`${IMAGE}, inputs: [{name: src, optinal: true}]`)), /inputs has no key 'optinal'/],
      [job("in_parallel: {steps: [], fail_fats: true}"), /'fail_fats': did you mean "fail_fast"/],
      [job(task(`${IMAGE}, caches: [{path: a, tll: 1h}]`)), /caches has no key 'tll'/],
    ],
    clean: [
      job(task(`${IMAGE}, caches: [{path: a, ttl: 1h}]`), "in_parallel: {steps: [], limit: 1}"),
    ],
  },
  "unknown-local-var": {
    hits: [[job("{put: src, params: {a: ((.:w))}}"), /job 'j' has no such local var/]],
    clean: [
      job("{load_var: w, file: src/w}", "{put: src, params: {a: ((.:w))}}"),
      job(
        "{put: out, resource: src, params: {a: ((.:src.ref))}}",
        "{put: src, params: {a: ((.:out.v))}}",
      ),
    ],
  },
  "unused-local-var": {
    hits: [[job("{load_var: w, file: src/w}"), /'w' is loaded and not used/]],
    clean: [job("{load_var: w, file: src/w}", "{task: t, file: src/t.yml}")],
  },
  "unknown-resource-type": {
    hits: [[job().replace("type: git", "type: gti"), /'gti': did you mean "git"/]],
    clean: [
      job(),
      `resource_types: [{name: own, type: git, source: {}}]\n${
        job().replace("type: git", "type: own")
      }`,
    ],
  },
  "unused-type": {
    hits: [
      [`resource_types: [{name: own, type: git, source: {}}]\n${job()}`, /'own' is not used/],
      [`prototypes: [{name: own, type: git, source: {}}]\n${job()}`, /prototype 'own'/],
    ],
    clean: [
      `resource_types: [{name: own, type: git, source: {}}]\n${
        job().replace("type: git", "type: own")
      }`,
      `resource_types: [{name: own, type: git, source: {}}]\n${job("{task: t, file: src/t}")}`,
    ],
  },
  "unknown-var-source": {
    hits: [[job("{put: src, params: {a: ((vlt:x))}}"), /no var source 'vlt'/]],
    clean: [
      `var_sources: [{name: vlt, type: dummy, config: {vars: {}}}]\n${
        job("{put: src, params: {a: ((vlt:x))}}")
      }`,
    ],
  },
  "unresolved-var": {
    hits: [[job("{put: src, params: {a: ((x))}}"), /\(\(x\)\) has no value/]],
    clean: [job("{put: src, params: {a: ((given))}}")],
  },
  "unused-var": {
    hits: [[job(), /'given' is given and not used/]],
    clean: [job("{put: src, params: {a: ((given))}}")],
  },
  "unvalidated-timeout": {
    hits: [
      [job("{get: a, resource: src, timeout: 5}".replace("5}", '"5"}')), /missing unit/],
      [job("{put: src, timeout: 1d}"), /unknown unit "d"/],
      [job().replace("type: git", "type: git, check_timeout: soon"), /check_timeout: .*"soon"/],
    ],
    clean: [job("{get: a, resource: src, timeout: 5m}", "{put: src, timeout: ((t))}")],
  },
  "unreachable-job": {
    hits: [
      [
        job().replace("trigger: true", "trigger: false\n  disable_manual_trigger: true"),
        /cannot start/,
      ],
      [
        job().replace("trigger: true", "trigger: false\n  disable_manual_trigger: true") +
        "\n- {name: k, plan: [{get: src, passed: [j]}]}",
        /job 'k' cannot start: 'src' has to pass 'j'/,
      ],
    ],
    clean: [job().replace("- name: j", "- name: j\n  disable_manual_trigger: true")],
  },
  "unmeetable-passed": {
    hits: [
      [
        "resources: [{name: r, type: git}]\njobs:\n" +
        "- {name: a, plan: [], on_failure: {put: r}}\n- {name: b, plan: [{get: r, passed: [a]}]}",
        /only put there when the job fails/,
      ],
      [
        "resources: [{name: r, type: git}]\njobs:\n- {name: a, plan: [{get: r, version: {ref: v1}}]}\n" +
        "- {name: b, plan: [{get: r, version: {ref: v2}, passed: [a]}]}",
        /another version/,
      ],
    ],
    clean: [
      "resources: [{name: r, type: git}]\njobs:\n- {name: a, plan: [], ensure: {put: r}}\n" +
      "- {name: b, plan: [{get: r, passed: [a]}]}",
    ],
  },
};

const vars = [varsOf({ given: "x" })];

function lint(yaml: string, id: string) {
  const verdict = validatePipeline(yaml, "fly", vars);
  assert.ok(verdict.pipeline, `${yaml}\n${verdict.errors.map(({ message }) => message)}`);
  return lintPipeline(verdict, vars).filter((finding) => finding.id === id);
}

for (const { id, severity, doc } of LINTS) {
  Deno.test(`lint ${id} finds what it says and nothing else`, () => {
    assert.ok(doc.length > 20 && !doc.endsWith("."), doc);
    const rows = TABLE[id];
    assert.ok(rows, `no rows for ${id}`);
    for (const [yaml, message] of rows.hits) {
      const found = lint(yaml, id);
      assert.ok(
        found.some((hit) => message.test(hit.message)),
        `${yaml}\n${JSON.stringify(found)}`,
      );
      for (const hit of found) {
        assert.equal(hit.severity, severity);
        if (id !== "unused-var") assert.ok(hit.at.line > 0, hit.message);
        assert.doesNotMatch(hit.message, /hunter22|abcd1234|AKIA/, "a secret is never shown");
      }
    }
    for (const yaml of rows.clean) assert.deepEqual(lint(yaml, id), [], yaml);
  });
}

Deno.test("a lint that is off finds nothing, and the others go on", () => {
  const verdict = validatePipeline(job("{put: src, timeout: 1d, inputs: detecc}"), "server");
  const ids = lintPipeline(verdict, [], new Set(["decode-trap"])).map(({ id }) => id);
  assert.deepEqual(ids, ["unvalidated-timeout"]);
});
