import assert from "node:assert/strict";
import { loadFleet } from "lib/pulumi/fleet.ts";
import { previewFleet } from "lib/pulumi/evaluate/fleet.ts";
import { previewsAsJson } from "lib/pulumi/evaluate/report.ts";
import { readStackFile } from "lib/pulumi/stack_file.ts";
import { withFleetCopy } from "tests/support/fleet.ts";

const XQWATCHER = "infra/applications/xqwatcher";
const NETWORK = "infra/foundation/network";

const broken: [what: string, path: string, change: (text: string) => string, says: RegExp][] = [
  [
    "a name that differs from the manifest's",
    `${NETWORK}/Pulumi.yaml`,
    (text) => text.replace("ol-infrastructure-network", "ol-infrastructure-net"),
    /Pulumi\.yaml: name: is "ol-infrastructure-net", but project\.ts says/,
  ],
  [
    "a manifest file that is no YAML",
    `${NETWORK}/Pulumi.yaml`,
    () => "name: [",
    /Pulumi\.yaml:1:\d+: /,
  ],
];

for (const [what, path, change, says] of broken) {
  Deno.test(`a fleet with ${what} is refused`, async () => {
    await withFleetCopy(async (copy) => {
      await copy.edit(path, change);
      await assert.rejects(copy.load(), says);
    });
  });
}

Deno.test("a stack whose upstream has no such stack is refused, with those there are", async () => {
  await withFleetCopy(async (copy) => {
    await Deno.remove(`${copy.root}/${NETWORK}/Pulumi.QA.yaml`);
    await assert.rejects(
      copy.load(),
      /stack "QA" needs network = ol-infrastructure-network:QA, which does not exist: there are CI, Production/,
    );
  });
});

Deno.test("a stack file of no environment is refused", async () => {
  await withFleetCopy(async (copy) => {
    await Deno.writeTextFile(`${copy.root}/${NETWORK}/Pulumi.staging.yaml`, "config: {}\n");
    await assert.rejects(
      copy.load(),
      /Pulumi\.staging\.yaml: Stack "staging" .* must end with one of/,
    );
  });
});

Deno.test("a folder without projects is an empty fleet", async () => {
  const root = await Deno.makeTempDir();
  try {
    assert.equal((await loadFleet(root)).stacks.size, 0);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

const badStacks: [what: string, change: (text: string) => string, says: RegExp][] = [
  ["YAML that does not parse", (text) => `${text}  x: [\n`, /Pulumi\.CI\.yaml:\d+:\d+: /],
  [
    "a key that stands twice",
    (text) => `${text}  ol-application-xqwatcher:replicas: 2\n`,
    /Pulumi\.CI\.yaml:\d+:\d+: .*unique/i,
  ],
  [
    "an unknown top-level key",
    (text) => `${text}confg: {}\n`,
    /confg: unknown key: did you mean "config"\?/,
  ],
  [
    "a key of a misspelt project",
    (text) => text.replace("ol-application-xqwatcher:replicas", "ol-application-xqwatchr:replicas"),
    /"ol-application-xqwatchr" is not this project: did you mean/,
  ],
  [
    "an unknown key",
    (text) => text.replace(":replicas", ":replica"),
    /ol-application-xqwatcher:replica: unknown key: did you mean "replicas"\?/,
  ],
  [
    "a value of the wrong type",
    (text) => text.replace("replicas: 1", "replicas: one"),
    /ol-application-xqwatcher:replicas: .*expected number/,
  ],
  [
    "a value out of range",
    (text) => text.replace("replicas: 1", "replicas: 99"),
    /ol-application-xqwatcher:replicas: Too big/,
  ],
  [
    "no tags",
    (text) => text.replace(/ {2}ol-application-xqwatcher:tags:\n.*\n.*\n/, ""),
    /ol-application-xqwatcher:tags: /,
  ],
  [
    "another environment's name",
    (text) => text.replace("Environment: CI", "Environment: staging"),
    /tags\.Environment: must be CI, QA, Production/,
  ],
];

for (const [what, change, says] of badStacks) {
  Deno.test(`a stack file with ${what} fails its stack with file and key`, async () => {
    await withFleetCopy(async (copy) => {
      await copy.edit(`${XQWATCHER}/Pulumi.CI.yaml`, change);
      const previews = await previewFleet(await copy.load(), ["ol-application-xqwatcher:CI"]);
      const own = previews.at(-1)!;
      assert.equal(own.verdict, "failed");
      assert.match(own.problems.join("\n"), says);
      assert.ok(previews[0].verdict === "evaluated", "what does not depend on it is evaluated");
    });
  });
}

Deno.test("a stack without a file is told which there are", async () => {
  await withFleetCopy(async (copy) => {
    await assert.rejects(
      readStackFile(copy.root, NETWORK, { project: "ol-infrastructure-network", name: "Qa" }),
      /no such file: the stacks of .* are CI, Production, QA: did you mean "QA"\?/,
    );
  });
});

const MARKED = (text: string) =>
  text
    .replace("defineProject, on }", "defineProject, on, secret }")
    .replace("AWSBase.extend({", "AWSBase.extend({ password: secret(z.string()),");
const SECURE = "  ol-application-xqwatcher:password:\n    secure: v1:abc:def\n";

const secretConfigs: [
  what: string,
  manifest: (text: string) => string,
  line: string,
  says: RegExp | undefined,
][] = [
  ["encrypted and marked: made up offline", MARKED, SECURE, undefined],
  [
    "encrypted and not marked",
    (text) => text.replace("AWSBase.extend({", "AWSBase.extend({ password: z.string(),"),
    SECURE,
    /xqwatcher:password: is encrypted, but config\.ts does not mark it secret/,
  ],
  [
    "marked and not encrypted",
    MARKED,
    "  ol-application-xqwatcher:password: open\n",
    /xqwatcher:password: is secret, but stands open in the file: encrypt it/,
  ],
];

for (const [what, manifest, line, says] of secretConfigs) {
  Deno.test(`a configuration key that is ${what}`, async () => {
    await withFleetCopy(async (copy) => {
      await copy.edit(`${XQWATCHER}/project.ts`, manifest);
      await copy.edit(`${XQWATCHER}/Pulumi.CI.yaml`, (text) => text + line);
      await copy.edit(
        `${XQWATCHER}/program.ts`,
        (text) =>
          text.replace(
            '{ name: "VPC_ID"',
            '{ name: "PASSWORD", value: (config as never as { password: string }).password },\n{ name: "VPC_ID"',
          ),
      );
      const [, preview] = await previewFleet(await copy.load(), ["ol-application-xqwatcher:CI"]);
      if (says) assert.match(preview.problems.join("\n"), says);
      else {
        assert.deepEqual(preview.problems, []);
        const shown = JSON.stringify(previewsAsJson([preview]));
        assert.match(shown, /"name":"PASSWORD","value":"\[secret\]"/);
        assert.doesNotMatch(shown, /v1:abc:def|synthesised/);
      }
    });
  });
}
