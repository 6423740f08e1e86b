import assert from "node:assert/strict";
import { AutoScalingGroup } from "infra/components/auto_scaling_group.ts";
import { LoadBalancer, type LoadBalancerArgs } from "infra/components/load_balancer.ts";
import { TcpLoadBalancer } from "infra/components/tcp_load_balancer.ts";
import { make } from "tests/support/program.ts";

const balancer: LoadBalancerArgs = {
  vpcId: "vpc-1",
  subnetIds: ["subnet-a", "subnet-b"],
  certificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/1",
};
const RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";

Deno.test("a load balancer redirects plain HTTP, speaks modern TLS, and answers strays with 404", async () => {
  const made = await make(() => new LoadBalancer("web", balancer));
  const http = made.inputs("aws:lb/listener:Listener", "web-http");
  assert.equal(http.defaultActions[0].redirect.protocol, "HTTPS");
  const https = made.inputs("aws:lb/listener:Listener", "web-https");
  assert.match(https.sslPolicy, /TLS13/);
  assert.equal(https.certificateArn, balancer.certificateArn);
  assert.equal(https.defaultActions[0].fixedResponse.statusCode, "404");
  const inputs = made.inputs("aws:lb/loadBalancer:LoadBalancer", "web");
  assert.equal(inputs.dropInvalidHeaderFields, true);
  assert.equal(inputs.enableDeletionProtection, true);
  assert.equal(made.inputs(RULE, "web-443-0.0.0.0-0").fromPort, 443);
  assert.deepEqual(made.findings, []);
});

Deno.test("an internal load balancer lets the named networks in, and nobody else", async () => {
  const made = await make(() =>
    new LoadBalancer("web", { ...balancer, internal: true, clients: ["10.0.0.0/8"] })
  );
  assert.equal(made.inputs("aws:lb/loadBalancer:LoadBalancer", "web").internal, true);
  const rules = made.resources.filter(({ type }) => type === RULE);
  assert.deepEqual(rules.map(({ inputs }) => inputs.cidrIpv4), ["10.0.0.0/8", "10.0.0.0/8"]);
});

Deno.test("networks of other resources are let in by name", async () => {
  const clientNetworks = { data: "10.12.0.0/16" };
  const made = await make(() =>
    new LoadBalancer("web", { ...balancer, internal: true, clientNetworks })
  );
  assert.equal(made.inputs(RULE, "web-443-data").cidrIpv4, "10.12.0.0/16");
  assert.equal(made.resources.filter(({ type }) => type === RULE).length, 2);
});

Deno.test("a load balancer's long name is cut to what the service takes", async () => {
  const made = await make(() => new LoadBalancer("l".repeat(40), balancer));
  const { name } = made.inputs("aws:lb/loadBalancer:LoadBalancer", "l".repeat(40));
  assert.equal(name.length, 32);
});

const refused: [what: string, change: Partial<LoadBalancerArgs>, message: RegExp][] = [
  ["internal without clients", { internal: true }, /clients: must name the networks/],
  [
    "internal for everybody",
    { internal: true, clients: ["0.0.0.0/0"] },
    /clients: must name the networks/,
  ],
  ["a network with bits beyond its prefix", { clients: ["10.0.0.1/8"] }, /did you mean "10\.0/],
  ["an hour and more of silence", { idleSeconds: 4001 }, /idleSeconds: Too big/],
];
for (const [what, change, message] of refused) {
  Deno.test(`a load balancer is refused with ${what}`, async () => {
    await assert.rejects(make(() => new LoadBalancer("web", { ...balancer, ...change })), message);
  });
}

Deno.test("connections that are no HTTP reach a group through a load balancer of their own", async () => {
  const made = await make(() => {
    const place = { vpcId: "vpc-1", subnetIds: ["subnet-a", "subnet-b"] };
    const behindTcp = new TcpLoadBalancer("tsa", { ...place, port: 2222 });
    new AutoScalingGroup("web", {
      ...place,
      behindTcp: [behindTcp],
      imageId: "ami-0123456789abcdef0",
      instanceTypes: ["m7i.large"],
      min: 1,
      max: 1,
      containersUseRole: true,
    });
  });
  assert.deepEqual(made.findings, []);
  const balancer = made.inputs("aws:lb/loadBalancer:LoadBalancer", "tsa");
  assert.deepEqual([balancer.loadBalancerType, balancer.internal], ["network", true]);
  assert.equal(made.inputs("aws:lb/targetGroup:TargetGroup", "tsa").protocol, "TCP");
  assert.equal(made.inputs("aws:autoscaling/group:Group", "web").targetGroupArns.length, 1);
  const rule = made.inputs(RULE, "web-balancer-2222");
  assert.equal(rule.fromPort, 2222);
  assert.ok(rule.referencedSecurityGroupId);
  const { metadataOptions } = made.inputs("aws:ec2/launchTemplate:LaunchTemplate", "web");
  assert.equal(metadataOptions.httpPutResponseHopLimit, 2);
});
