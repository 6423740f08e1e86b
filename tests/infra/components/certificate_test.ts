import assert from "node:assert/strict";
import { Certificate, type CertificateArgs } from "infra/components/certificate.ts";
import { make } from "tests/support/program.ts";

const certificate: CertificateArgs = { domain: "example.edu", zoneId: "Z1" };
const RECORD = "aws:route53/record:Record";

Deno.test("a certificate is proved by one record for each name, a wildcard's being its domain's", async () => {
  const made = await make(() =>
    new Certificate("web", { ...certificate, otherNames: ["*.example.edu", "learn.example.org"] })
  );
  assert.deepEqual(made.names.filter((name) => name.startsWith(RECORD)), [
    `${RECORD} web-example.edu`,
    `${RECORD} web-learn.example.org`,
  ]);
  const record = made.inputs(RECORD, "web-learn.example.org");
  assert.equal(record.name, "_simulated.learn.example.org");
  assert.equal(record.type, "CNAME");
  assert.equal(record.zoneId, "Z1");
  const validation = made.inputs("aws:acm/certificateValidation:CertificateValidation", "web");
  assert.match(validation.certificateArn, /^arn:aws:acm:us-east-1:/);
  assert.equal(validation.validationRecordFqdns.length, 2);
  assert.deepEqual(made.findings, []);
});

Deno.test("a certificate for CloudFront is made in its region", async () => {
  const made = await make(() => new Certificate("web", { ...certificate, region: "us-east-1" }));
  const inputs = made.inputs("aws:acm/certificate:Certificate", "web");
  assert.equal(inputs.region, "us-east-1");
  assert.equal(inputs.validationMethod, "DNS");
});

const refused: [what: string, change: Partial<CertificateArgs>, message: RegExp][] = [
  ["an address as domain", { domain: "https://example.edu" }, /domain: must be a domain/],
  ["capital letters", { domain: "Example.edu" }, /domain: must be a domain in lower case/],
  ["a wildcard in the middle", { domain: "a.*.example.edu" }, /domain: must be a domain/],
  ["a first name that is too long", { domain: `${"a".repeat(60)}.edu.us` }, /at most 64/],
  ["a name twice", { otherNames: ["example.edu"] }, /otherNames\[0\]: is named twice/],
  ["an unknown key", { zone: "Z1" } as Partial<CertificateArgs>, /zone/],
];
for (const [what, change, message] of refused) {
  Deno.test(`a certificate is refused with ${what}`, async () => {
    await assert.rejects(
      make(() => new Certificate("web", { ...certificate, ...change })),
      message,
    );
  });
}
