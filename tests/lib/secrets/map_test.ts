import assert from "node:assert/strict";
import { z } from "zod";
import { defineSecrets } from "lib/secrets/define.ts";
import { mapSecrets, type SecretReader } from "lib/secrets/map.ts";

const context = (name: string, mount: string, ...files: string[]) =>
  defineSecrets({ url: `file:///repository/secrets/${name}/schema.ts` }, {
    mount,
    files: Object.fromEntries(files.map((file) => [file, z.strictObject({})])),
  });

const ADDRESSES = { CI: "https://ci", QA: "https://qa", Production: "https://production" };
const LEARN: SecretReader = {
  project: "ol-application-learn",
  pipeline: "learn",
  secrets: ["learn"],
  stacks: [{ name: "CI", environment: "CI" }, { name: "mitx.CI", environment: "CI" }],
};
const files = (...names: string[]) => new Set(names.map((name) => `secrets/${name}.yaml`));

Deno.test("a secret's stacks, pipelines and Vault path follow from manifest and schema", () => {
  const { secrets, problems } = mapSecrets(
    [context("learn", "secret-learn", "web")],
    [LEARN, { ...LEARN, project: "ol-application-other", secrets: [] }],
    files("learn/web.ci"),
    ADDRESSES,
  );
  assert.deepEqual(problems, []);
  assert.deepEqual(secrets.map(({ environment, exists }) => [environment, exists]), [
    ["CI", true],
    ["QA", false],
    ["Production", false],
  ]);
  assert.deepEqual(secrets[0], {
    context: "learn",
    environment: "CI",
    file: "secrets/learn/web.ci.yaml",
    exists: true,
    vaultPath: "secret-learn/web",
    vaultAddress: "https://ci",
    stacks: ["ol-application-learn:CI", "ol-application-learn:mitx.CI"],
    pipelines: ["learn"],
  });
});

const faults: [what: string, map: ReturnType<typeof mapSecrets>, says: string[]][] = [
  [
    "a file that a stack reads and that is not there",
    mapSecrets([context("learn", "m", "web")], [LEARN], files(), ADDRESSES),
    [
      "secrets/learn/web.ci.yaml: is missing, and ol-application-learn:CI, " +
      "ol-application-learn:mitx.CI reads it: make it with new-secret",
    ],
  ],
  [
    "a manifest that names no context",
    mapSecrets([context("lern", "m")], [LEARN], files(), ADDRESSES),
    [
      'ol-application-learn names the context "learn", which secrets/ does not hold: did you mean "lern"?',
    ],
  ],
  [
    "two files for one path",
    mapSecrets([context("a", "m", "web"), context("b", "m", "web")], [], files(), {
      CI: "https://ci",
    } as never),
    ["secrets/a/web.ci.yaml and secrets/b/web.ci.yaml both go to m/web"],
  ],
];

for (const [what, { problems }, says] of faults) {
  Deno.test(`secret-map names ${what}`, () => assert.deepEqual(problems, says));
}
