import assert from "node:assert/strict";
import * as vault from "@pulumi/vault";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { ROOT } from "lib/cli/root.ts";
import { AWSBase } from "lib/pulumi/aws_base.ts";
import { evaluateStack } from "lib/pulumi/evaluate/evaluate.ts";
import { defineProgram, defineProject, secret } from "lib/pulumi/project.ts";
import { isSecret, unwrap } from "lib/pulumi/simulate/wire.ts";
import { parseStack } from "lib/pulumi/stack_info.ts";
import { readContext } from "lib/secrets/context.ts";
import xqwatcherSecrets from "secrets/xqwatcher/schema.ts";

const KEYS: Record<string, string> = {
  SOPS_AGE_KEY_FILE: `${ROOT}/tests/fixtures/keys/example-ci.agekey`,
};
const keys = (name: string) => KEYS[name];

const Outputs = z.strictObject({ password: secret(z.string()), connections: z.int() });

const manifest = defineProject({
  name: "ol-application-example",
  config: AWSBase,
  outputs: Outputs,
  program: () => Promise.resolve({}),
});

const program = defineProgram<typeof manifest>(async ({ secretsFor }) => {
  const { "grader-config": grader } = await secretsFor(xqwatcherSecrets);
  new vault.kv.SecretV2("grader", {
    mount: xqwatcherSecrets.mount,
    name: "grader-config",
    dataJson: pulumi.jsonStringify(grader),
  });
  return { password: grader.xqueue_password, connections: grader.connections };
});

function evaluate(secrets: string[], options: { keys?: typeof keys; stack?: string } = {}) {
  const project = { ...manifest, secrets, program: () => Promise.resolve({ default: program }) };
  const stack = options.stack ?? "CI";
  return evaluateStack({
    project,
    info: parseStack(project.name, stack),
    config: {
      source: `Pulumi.${stack}.yaml`,
      values: { tags: { OU: "operations", Environment: stack } },
      secretKeys: new Set(),
      foreign: {},
    },
    ...(options.keys ? { keys: options.keys } : {}),
  });
}

Deno.test("without keys a program's secrets are made up from the schema, and stay secret", async () => {
  const { resources, outputs } = await evaluate(["xqwatcher"]);
  const { dataJson } = resources.find(({ name }) => name === "grader")!.inputs;
  assert.ok(isSecret(dataJson));
  assert.deepEqual(JSON.parse(unwrap(dataJson) as string), {
    xqueue_username: "synthesised-xqueue_username",
    xqueue_password: "synthesised-xqueue_password",
    connections: 1,
  });
  assert.ok(isSecret(outputs.password));
  assert.ok(isSecret(outputs.connections));
});

Deno.test("with keys they are those of the stack's environment", async () => {
  const [{ data }] = await readContext(ROOT, "xqwatcher", "ci", keys);
  const { resources } = await evaluate(["xqwatcher"], { keys });
  const { dataJson } = resources.find(({ name }) => name === "grader")!.inputs;
  assert.ok(isSecret(dataJson));
  assert.deepEqual(JSON.parse(unwrap(dataJson) as string), data);
});

Deno.test("a stack of another environment needs the key of that one", async () => {
  await assert.rejects(
    evaluate(["xqwatcher"], { keys, stack: "QA" }),
    /secrets\/xqwatcher\/grader-config\.qa\.yaml: no key at hand opens it/,
  );
});

Deno.test("a context that the manifest does not name is refused", async () => {
  await assert.rejects(
    evaluate(["xqwatchr"]),
    /reads secrets\/xqwatcher, which its manifest does not name: add "xqwatcher" to its secrets/,
  );
});
