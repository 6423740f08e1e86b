import assert from "node:assert/strict";
import plugin from "lib/lint/bans.ts";

const rows: [code: string, path: string, found: string[]][] = [
  ["new pulumi.dynamic.Resource(p, 'x', {})", "infra/a.ts", ["no-dynamic-provider"]],
  ["new aws.lambda.CallbackFunction('f', {})", "infra/a.ts", ["no-serialized-function"]],
  ["pulumi.runtime.serializeFunction(f)", "infra/a.ts", ["no-serialized-function"]],
  ["new pulumi.StackReference('a/b/c')", "infra/a.ts", ["no-bare-stack-reference"]],
  ["new pulumi.StackReference('a/b/c')", "lib/pulumi/needs.ts", []],
  ["pulumi.runtime.registerStackTransformation(t)", "infra/a.ts", ["no-stack-transformation"]],
  ["Deno.exit(1)", "tasks/a.ts", ["no-process-exit"]],
  ["Deno.exit(1)", "lib/cli/task.ts", []],
  ["new aws.s3.Bucket('b')", "infra/a.ts", []],
];

for (const [code, path, found] of rows) {
  Deno.test(`${code} in ${path} is ${found[0] ?? "allowed"}`, () => {
    const diagnostics = Deno.lint.runPlugin(plugin, `/repository/${path}`, code);
    assert.deepEqual(diagnostics.map(({ id }) => id), found.map((name) => `bans/${name}`));
  });
}
