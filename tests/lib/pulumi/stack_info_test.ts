import assert from "node:assert/strict";
import { parseStack } from "lib/pulumi/stack_info.ts";

const PROJECT = "ol-application-edxapp";

const rows: [name: string, namespace: string, environment: string, tenant: string | undefined][] = [
  ["QA", PROJECT, "QA", undefined],
  ["Production", PROJECT, "Production", undefined],
  ["mitx.QA", "mitx", "QA", "mitx"],
  ["mitx-staging.CI", "mitx-staging", "CI", "mitx-staging"],
  ["applications.edxapp.mitx.QA", "applications.edxapp.mitx", "QA", "mitx"],
  ["applications.edxapp.Production", "applications.edxapp", "Production", undefined],
];

for (const [name, namespace, environment, tenant] of rows) {
  Deno.test(`stack ${name} is ${environment} of ${tenant ?? "no tenant"}`, () => {
    const info = parseStack(PROJECT, name);
    assert.equal(info.namespace, namespace);
    assert.equal(info.environment, environment);
    assert.equal(info.environmentSuffix, environment.toLowerCase());
    assert.equal(info.tenant, tenant);
    assert.equal(info.fullName, `organization/${PROJECT}/${name}`);
    assert.equal(info.k8sName, `${PROJECT}.${name}`);
  });
}

for (
  const [name, says] of [
    ["qa", /did you mean "QA"\?/],
    ["Staging", /must end with one of CI, QA, Production/],
    ["", /must end with one of/],
    ["MITx.QA", /"MITx" must be a lower-case word/],
    [".QA", /must be a lower-case word/],
    ["a/b.QA", /must be a lower-case word/],
  ] as const
) {
  Deno.test(`stack "${name}" is refused`, () => {
    assert.throws(() => parseStack(PROJECT, name), says);
  });
}
