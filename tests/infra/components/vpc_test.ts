import assert from "node:assert/strict";
import fc from "fast-check";
import { Vpc } from "infra/components/vpc.ts";
import { VpcPeering } from "infra/components/vpc_peering.ts";
import { ipv6Subnet, planSubnets, type VpcArgs } from "infra/components/vpc_plan.ts";
import { contains, overlaps, parseCidr } from "lib/schema/cidr.ts";
import { make } from "tests/support/program.ts";

const region = "us-east-1";
const vpc = (args: Partial<VpcArgs> = {}, name = "data-qa") =>
  new Vpc(name, { cidrBlock: "10.12.0.0/16", region, ...args });

Deno.test("a network of three zones is divided as documented", () => {
  const cidrs = (list: readonly { cidrBlock: string }[]) => list.map(({ cidrBlock }) => cidrBlock);
  const plan = planSubnets("10.12.0.0/16", ["a", "b", "c"], true);
  assert.deepEqual(cidrs(plan.public), ["10.12.0.0/24", "10.12.1.0/24", "10.12.2.0/24"]);
  assert.deepEqual(cidrs(plan.kubernetes), ["10.12.64.0/20", "10.12.80.0/20", "10.12.96.0/20"]);
  assert.deepEqual(cidrs(plan.private), ["10.12.128.0/19", "10.12.160.0/19", "10.12.192.0/19"]);
});

Deno.test("subnets lie in their network, apart from each other, and stay when pods' come", () => {
  const prefix = fc.integer({ min: 16, max: 21 });
  fc.assert(fc.property(prefix, fc.integer({ min: 3, max: 6 }), (prefix, count) => {
    const network = `10.8.0.0/${prefix}`;
    const zones = [..."abcdef"].slice(0, count);
    // Four public subnets of a small network fill what pods leave.
    fc.pre(prefix < 20 || count <= 4);
    const plan = planSubnets(network, zones, true);
    const all = [...plan.public, ...plan.private, ...plan.kubernetes].map(({ cidrBlock }) =>
      parseCidr(cidrBlock)
    );
    assert.ok(all.every((one) => contains(parseCidr(network), one)));
    assert.ok(all.every((one, at) => all.slice(0, at).every((other) => !overlaps(one, other))));
    const without = planSubnets(network, zones);
    assert.deepEqual([without.public, without.private], [plan.public, plan.private]);
  }));
});

Deno.test("a /56 is divided into /64s", () => {
  assert.equal(ipv6Subnet("2001:db8:1200::/56", 3), "2001:db8:1200:3::/64");
  assert.equal(ipv6Subnet("2600:1f18:abc:de00::/56", 33), "2600:1f18:abc:de21::/64");
  for (const wrong of ["2001:db8::/48", "2001:db8:0:1::/56", "10.0.0.0/8"]) {
    assert.throws(() => ipv6Subnet(wrong, 0), /is no \/56/);
  }
  assert.throws(() => ipv6Subnet("2001:db8:1200::/56", 256), /there is no number 256/);
});

const SUBNET = "aws:ec2/subnet:Subnet";
const ROUTE = "aws:ec2/route:Route";

Deno.test("every child is named after the network, and nothing is found", async () => {
  const made = await make(() =>
    vpc({ ipv6: true, kubernetes: {}, natGateways: "per-zone", endpoints: ["s3", "ecr.api"] })
  );
  assert.deepEqual(made.findings, []);
  assert.ok(made.names.every((name) => name.split(" ")[1].startsWith("data-qa")));
});

Deno.test("with IPv6 each subnet has a /64; private ones only reach out", async () => {
  const made = await make(() => vpc({ ipv6: true, kubernetes: {} }));
  const subnets = made.resources.filter(({ type }) => type === SUBNET);
  const blocks = subnets.map(({ inputs }) => inputs.ipv6CidrBlock);
  assert.equal(new Set(blocks).size, 9);
  assert.match(String(made.inputs(SUBNET, "data-qa-kubernetes-b").ipv6CidrBlock), /:21::\/64$/);
  assert.match(made.inputs(ROUTE, "data-qa-private-a-ipv6").egressOnlyGatewayId, /^eigw-/);
  assert.match(made.inputs(ROUTE, "data-qa-public-internet-ipv6").gatewayId, /^igw-/);
});

const NAT: [how: VpcArgs["natGateways"], gateways: number, routes: number][] = [
  ["none", 0, 0],
  ["single", 1, 3],
  ["per-zone", 3, 3],
];
for (const [natGateways, gateways, routes] of NAT) {
  Deno.test(`NAT ${natGateways}: ${gateways} gateways and ${routes} routes to them`, async () => {
    const made = await make(() => vpc({ natGateways }));
    const count = (part: string) => made.names.filter((name) => name.includes(part)).length;
    assert.equal(count("natGateway:NatGateway"), gateways);
    const targets = made.resources.filter(({ type, inputs }) =>
      type === ROUTE && inputs.natGatewayId !== undefined
    );
    assert.equal(targets.length, routes);
    assert.equal(new Set(targets.map(({ inputs }) => inputs.natGatewayId)).size, gateways);
  });
}

Deno.test("load balancers of Kubernetes find their subnets by tags", async () => {
  const made = await make(() => vpc({ kubernetes: {} }));
  assert.equal(made.inputs(SUBNET, "data-qa-public-a").tags["kubernetes.io/role/elb"], "1");
  const { tags } = made.inputs(SUBNET, "data-qa-kubernetes-a");
  assert.equal(tags["kubernetes.io/role/internal-elb"], "1");
});

Deno.test("endpoints: gateways are in every route table, addresses in every zone", async () => {
  const made = await make(() => vpc({ endpoints: ["s3", "kms"] }));
  const endpoint = (name: string) => made.inputs("aws:ec2/vpcEndpoint:VpcEndpoint", name);
  assert.equal(endpoint("data-qa-s3").routeTableIds.length, 4);
  assert.equal(endpoint("data-qa-kms").subnetIds.length, 3);
  assert.equal(endpoint("data-qa-kms").serviceName, "com.amazonaws.us-east-1.kms");
  const group = "aws:ec2/securityGroup:SecurityGroup data-qa-endpoints";
  assert.ok(made.names.includes(group));
  const { names } = await make(() => vpc({ endpoints: ["s3"] }));
  assert.ok(!names.includes(group), "a gateway needs no security group");
});

Deno.test("peered networks have routes to each other in every table", async () => {
  const made = await make(() => {
    const requester = vpc({}, "operations-qa");
    const accepter = vpc({ cidrBlock: "10.22.0.0/16" });
    new VpcPeering("operations-to-data-qa", { requester, accepter });
  });
  const routes = made.resources.filter(({ type, inputs }) =>
    type === ROUTE && inputs.vpcPeeringConnectionId !== undefined
  );
  assert.equal(routes.length, 8);
  const name = "operations-to-data-qa-data-qa-private-a";
  assert.equal(made.inputs(ROUTE, name).destinationCidrBlock, "10.12.0.0/16");
});

Deno.test("networks with addresses in common are not peered", async () => {
  await assert.rejects(
    make(() => {
      const accepter = vpc({ cidrBlock: "10.12.16.0/20" });
      new VpcPeering("p", { requester: vpc({}, "operations-qa"), accepter });
    }),
    /VpcPeering p: 10\.12\.0\.0\/16 overlaps 10\.12\.16\.0\/20 of the accepter/,
  );
});

const refused: [what: string, args: Partial<VpcArgs>, message: RegExp][] = [
  ["a public network", { cidrBlock: "8.8.0.0/16" }, /cidrBlock: "8\.8\.0\.0\/16" is not in a priv/],
  ["stray bits", { cidrBlock: "10.1.2.0/16" }, /did you mean "10\.1\.0\.0\/16"/],
  ["a network too small", { cidrBlock: "10.1.0.0/22" }, /must be between \/16 and \/21/],
  ["two zones", { zones: ["a", "b"] }, /zones: at least three zones/],
  ["a zone twice", { zones: ["a", "b", "b"] }, /zones: a zone is named twice/],
  [
    "services inside the network",
    { kubernetes: { serviceCidr: "10.12.0.0/20" } },
    /kubernetes\.serviceCidr: 10\.12\.0\.0\/20 overlaps the network 10\.12\.0\.0\/16/,
  ],
  ["services too few", { kubernetes: { serviceCidr: "172.20.0.0/25" } }, /between \/12 and \/24/],
  [
    "no room for pods",
    { cidrBlock: "10.12.0.0/21", zones: ["a", "b", "c", "d", "e"], kubernetes: {} },
    /cidrBlock: .*does not fit: use a larger network/,
  ],
  ["an endpoint twice", { endpoints: ["s3", "s3"] }, /endpoints: an endpoint is named twice/],
];
for (const [what, args, message] of refused) {
  Deno.test(`a network is refused with ${what}`, async () => {
    await assert.rejects(make(() => vpc(args)), message);
  });
}
