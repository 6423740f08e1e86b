import assert from "node:assert/strict";
import { runWith } from "tests/support/io.ts";
import { task } from "tasks/explain_iam.ts";

async function explain(document: unknown, ...flags: string[]) {
  const file = await Deno.makeTempFile({ suffix: ".json" });
  try {
    const text = typeof document === "string" ? document : JSON.stringify(document);
    await Deno.writeTextFile(file, text);
    return await runWith(task, [file, ...flags]);
  } finally {
    await Deno.remove(file);
  }
}

Deno.test("explain-iam says who may do what, on what, and when", async () => {
  const { code, stdout } = await explain({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "Use",
        Effect: "Allow",
        Principal: { AWS: "arn:aws:iam::123456789012:root" },
        Action: ["sqs:Send*", "sqs:AddPermission", "sqs:ListQueues"],
        Resource: "arn:aws:sqs:us-east-1:123456789012:q",
        Condition: { NumericLessThan: { "aws:MultiFactorAuthAge": "3600" } },
      },
      { Effect: "Deny", Principal: "*", NotAction: "kms:Decrypt", Resource: "*" },
    ],
  });
  assert.equal(code, 0);
  assert.equal(
    stdout,
    `Resource policy with 2 statements

1. Use: Account 123456789012 may do:
   Amazon SQS (sqs)
     Read: ListQueues
     Write: SendMessage
     Permissions management: AddPermission
   on arn:aws:sqs:us-east-1:123456789012:q
   if aws:MultiFactorAuthAge is less than 3600

2. Everyone may not do anything but:
   AWS Key Management Service (kms)
     Write: Decrypt
   on what the policy is on`,
  );
});

Deno.test("explain-iam --json gives the same as data", async () => {
  const { stdout } = await explain(
    { Statement: { Effect: "Allow", Action: "*", Resource: "*" } },
    "--json",
  );
  const { type, statements } = JSON.parse(stdout);
  assert.equal(type, "identity");
  assert.deepEqual(statements[0].others, ["*"]);
});

Deno.test("explain-iam names the place of malformed JSON and exits 1", async () => {
  const { code, stderr } = await explain('{"Statement": [}');
  assert.equal(code, 1);
  assert.match(stderr, /\.json:1:16: Expected a value/);
});
