import assert from "node:assert/strict";
import { previewStack } from "tests/support/stack.ts";

const KEY = "aws:kms/key:Key";

Deno.test("keys rotate, are known by alias, and none of Production is deleted by mistake", async () => {
  const { inputs, preview } = await previewStack("ol-infrastructure-kms:Production");
  const key = inputs(KEY, "vault-unseal-production");
  assert.equal(key.enableKeyRotation, true);
  assert.equal(key.deletionWindowInDays, 30);
  const alias = inputs("aws:kms/alias:Alias", "infrastructure-secrets-production");
  assert.equal(alias.name, "alias/infrastructure-secrets-production");
  const keys = preview.evaluation!.resources.filter(({ type }) => type === KEY);
  assert.ok(keys.every(({ protect }) => protect));
});

Deno.test("a service may use the one key that is for it, on behalf of the account", async () => {
  const { inputs } = await previewStack("ol-infrastructure-kms:QA");
  const services = (name: string) =>
    JSON.parse(inputs(KEY, name).policy).Statement.filter(
      // deno-lint-ignore no-explicit-any
      ({ Principal }: any) => Principal.Service,
    );
  assert.deepEqual(services("vault-unseal-qa"), []);
  const [statement] = services("alarms-qa");
  assert.deepEqual([statement.Principal.Service].flat(), ["cloudwatch.amazonaws.com"]);
  assert.equal(statement.Condition.StringEquals["aws:SourceAccount"], "123456789012");
});

Deno.test("Production's keys are not deleted in a week", async () => {
  await assert.rejects(
    previewStack("ol-infrastructure-kms:Production", { deletionWindowDays: 7 }),
    /Pulumi\.Production\.yaml: .*deletionWindowDays: Production's keys wait 30 days/,
  );
});
