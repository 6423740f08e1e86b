import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { IamLintError, lintIamPolicy } from "lib/iam/mod.ts";

const policy = (Resource: unknown, Effect: unknown = "Allow") => ({
  Version: "2012-10-17",
  Statement: [{ Effect, Action: "s3:GetObject", Resource }],
});
/** The value of an output, which Pulumi otherwise only gives inside apply(). */
const value = <T>(output: pulumi.Output<T>) =>
  (output as unknown as { promise(): Promise<T> }).promise();

Deno.test("lintIamPolicy() lints a document with Outputs inside when they are known", async () => {
  const bucket = pulumi.output("arn:aws:s3:::b");
  const document = policy([pulumi.interpolate`${bucket}/*`, pulumi.output("arn:aws:s3:::c/*")]);
  const linted = lintIamPolicy(document, { stringify: true }) as unknown as pulumi.Output<string>;
  assert.deepEqual(
    JSON.parse(await value(linted)),
    policy(["arn:aws:s3:::b/*", "arn:aws:s3:::c/*"]),
  );
});

Deno.test("lintIamPolicy() rejects inside an Output when the values are wrong", async () => {
  const document = pulumi.output(policy("arn:aws:s3:::b/*", pulumi.output("allow")));
  const linted = lintIamPolicy(document) as unknown as pulumi.Output<unknown>;
  // Pulumi also leaves the rejection to the process, which ends a program.
  const ignore = (event: Event) => event.preventDefault();
  addEventListener("unhandledrejection", ignore);
  try {
    await assert.rejects(value(linted), (error) => error instanceof IamLintError);
    await new Promise((resolve) => setTimeout(resolve, 0));
  } finally {
    removeEventListener("unhandledrejection", ignore);
  }
});
