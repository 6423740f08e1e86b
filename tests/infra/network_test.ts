/** What holds for the networks of all environments together. */
import assert from "node:assert/strict";
import { NetworkConfig } from "infra/foundation/network/config.ts";
import { findOverlaps } from "infra/components/vpc_plan.ts";
import { ROOT } from "lib/cli/root.ts";
import { parseStackConfig, readStackFile, stacksIn } from "lib/pulumi/stack_file.ts";

const FOLDER = "infra/foundation/network";
const PROJECT = "ol-infrastructure-network";

async function configOf(stack: string) {
  const file = await readStackFile(ROOT, FOLDER, { project: PROJECT, name: stack });
  return parseStackConfig(NetworkConfig, file, PROJECT);
}

Deno.test("no network of one environment has addresses in common with another's", async () => {
  const networks = await Promise.all(
    (await stacksIn(`${ROOT}/${FOLDER}`)).map(async (stack) => {
      const { vpcs } = await configOf(stack);
      return Object.entries(vpcs).map(([name, { cidrBlock }]) => [`${stack} ${name}`, cidrBlock]);
    }),
  );
  assert.deepEqual(findOverlaps(Object.fromEntries(networks.flat())), []);
});

const { vpcs, ...others } = await configOf("QA");
const refused: [what: string, change: object, message: RegExp][] = [
  [
    "two that share addresses",
    { vpcs: { ...vpcs, data: { cidrBlock: "10.2.128.0/17" } } },
    /vpcs\.data\.cidrBlock: 10\.2\.128\.0\/17 lies in 10\.2\.0\.0\/16 of applications\.cidrBlock/,
  ],
  [
    "services where another network is",
    { vpcs: { ...vpcs, data: { cidrBlock: "172.20.0.0/16" } } },
    /vpcs\.data\.cidrBlock: .* lies in 172\.20\.0\.0\/16 of applications\.kubernetes\.serviceCidr/,
  ],
  [
    "no subnets for the cluster's pods",
    { vpcs: { ...vpcs, applications: { cidrBlock: "10.2.0.0/16" } } },
    /vpcs\.applications\.kubernetes: is missing/,
  ],
  ["a peering with itself", { peerings: [["data", "data"]] }, /needs no peering with itself/],
  [
    "a peering twice",
    { peerings: [["data", "operations"], ["operations", "data"]] },
    /peerings: a pair is named twice/,
  ],
];
for (const [what, change, message] of refused) {
  Deno.test(`networks are refused with ${what}`, () => {
    const values = { ...others, vpcs, ...change };
    const file = { source: "Pulumi.QA.yaml", values, secretKeys: new Set<string>(), foreign: {} };
    assert.throws(() => parseStackConfig(NetworkConfig, file, PROJECT), message);
  });
}
