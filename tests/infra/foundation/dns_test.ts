import assert from "node:assert/strict";
import { previewStack } from "tests/support/stack.ts";

const ID = "ol-infrastructure-dns:QA";
const RECORD = "aws:route53/record:Record";

Deno.test("only named authorities may certify hosts, and other zones are delegated to", async () => {
  const servers = ["ns-1.example.org", "ns-2.example.org"];
  const { inputs } = await previewStack(ID, {
    certificateAuthorities: ["amazon.com"],
    delegations: { rc: servers },
  });
  assert.deepEqual(inputs(RECORD, "qa.odl.mit.edu-caa").records, [
    '0 issue "amazon.com"',
    '0 issuewild "amazon.com"',
  ]);
  assert.equal(inputs(RECORD, "qa.odl.mit.edu-rc").name, "rc.qa.odl.mit.edu");
  assert.deepEqual(inputs(RECORD, "qa.odl.mit.edu-rc").records, servers);
});

Deno.test("internal names are seen by all networks of the environment and no other", async () => {
  const { inputs } = await previewStack(ID);
  const { vpcs } = inputs("aws:route53/zone:Zone", "internal.qa.odl.mit.edu");
  assert.equal(new Set(vpcs.map(({ vpcId }: { vpcId: string }) => vpcId)).size, 3);
});

const refused: [what: string, change: Record<string, unknown>, message: RegExp][] = [
  ["no domain", { domain: "odl" }, /domain: must be a domain/],
  [
    "one name inside and out",
    { internalDomain: "qa.odl.mit.edu" },
    /internalDomain: must differ from/,
  ],
  ["no authority", { certificateAuthorities: [] }, /certificateAuthorities: name at least one/],
  [
    "one name server",
    { delegations: { ci: ["ns-1.example.org"] } },
    /delegations\.ci: name at lea/,
  ],
  ["two labels", { delegations: { "a.b": ["a.org", "b.org"] } }, /delegations.*must be one label/],
];
for (const [what, change, message] of refused) {
  Deno.test(`zones are refused with ${what}`, async () => {
    await assert.rejects(previewStack(ID, change), message);
  });
}
