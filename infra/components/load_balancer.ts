import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { serviceName } from "lib/pulumi/service_names.ts";
import { parseCidr } from "lib/schema/cidr.ts";
import { parseWith } from "lib/schema/parse.ts";

const Cidr = z.string().superRefine((text, context) => {
  try {
    parseCidr(text);
  } catch (error) {
    context.addIssue((error as Error).message);
  }
});

/** What a {@linkcode LoadBalancer} is made from, beside what other resources tell. */
const Settings = z.strictObject({
  /** Whether it has private addresses alone. */
  internal: z.boolean().default(false),
  /** Networks whose members may connect. Default everybody, unless it is internal or has `clientNetworks`. */
  clients: z.array(Cidr).min(1).max(50).optional(),
  /** Seconds after which a silent connection is closed, 1 to 4000. */
  idleSeconds: z.int().min(1).max(4000).default(60),
  /** Whether it can be deleted. */
  deletionProtection: z.boolean().default(true),
  /** How many of `clientNetworks` there are. */
  networks: z.int().default(0),
}).superRefine(({ internal, clients, networks }, context) => {
  if (internal && (clients?.includes("0.0.0.0/0") ?? networks === 0)) {
    context.addIssue({
      code: "custom",
      path: ["clients"],
      message: "must name the networks that may reach an internal load balancer",
    });
  }
});

/** Arguments as they are given. */
export type LoadBalancerArgs = Omit<z.input<typeof Settings>, "networks"> & {
  /** Networks of other resources whose members may connect, by name. Default none. */
  readonly clientNetworks?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Of the subnets. */
  readonly vpcId: pulumi.Input<string>;
  /** In at least two zones; public ones unless it is internal. */
  readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /** The certificate of its HTTPS listener. */
  readonly certificateArn: pulumi.Input<string>;
  /** A bucket that takes access logs, with a policy that lets it. Default none. */
  readonly accessLogBucket?: pulumi.Input<string>;
};

/** TLS 1.2 with forward secrecy, or 1.3. @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html */
const TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-2021-06";

/**
 * An application load balancer that speaks HTTPS: plain HTTP is redirected, and a request that no rule takes
 * is answered 404.
 *
 * Creates: the load balancer, its security group with rules, an HTTP and an HTTPS listener. What it
 * forwards to is added by others: an `AutoScalingGroup` with `behind`.
 */
export class LoadBalancer extends pulumi.ComponentResource {
  /** Where it answers: for an alias record, with {@linkcode zoneId}. */
  readonly dnsName: pulumi.Output<string>;
  /** The hosted zone of {@linkcode dnsName}, which is AWS's own. */
  readonly zoneId: pulumi.Output<string>;
  /** What targets have to let in. */
  readonly securityGroupId: pulumi.Output<string>;
  /** Where rules are added. */
  readonly listenerArn: pulumi.Output<string>;
  /** As CloudWatch names it: `app/<name>/<id>`. */
  readonly arnSuffix: pulumi.Output<string>;

  /**
   * Makes the load balancer.
   *
   * @param name Starts every child's name; a long one is cut to what the service takes
   * @param args See {@linkcode LoadBalancerArgs}
   * @throws {Problems} for arguments that the settings' schema refuses
   */
  constructor(name: string, args: LoadBalancerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ol:aws:LoadBalancer", name, {}, opts);
    const { vpcId, subnetIds, certificateArn, accessLogBucket, clientNetworks = {}, ...given } =
      args;
    const networks = Object.entries(clientNetworks);
    const settings = parseWith(
      Settings,
      { ...given, networks: networks.length },
      `LoadBalancer ${name}`,
    );
    const parent = { parent: this };
    const group = new aws.ec2.SecurityGroup(name, {
      vpcId,
      description: `Who may speak to the load balancer ${name}`,
    }, parent);
    const clients = settings.clients ?? (networks.length === 0 ? ["0.0.0.0/0"] : []);
    const allowed: [string, pulumi.Input<string>][] = [
      ...clients.map((cidr): [string, string] => [cidr.replace("/", "-"), cidr]),
      ...networks,
    ];
    for (const [client, cidrIpv4] of allowed) {
      for (const port of [80, 443]) {
        new aws.vpc.SecurityGroupIngressRule(`${name}-${port}-${client}`, {
          securityGroupId: group.id,
          cidrIpv4,
          ipProtocol: "tcp",
          fromPort: port,
          toPort: port,
        }, parent);
      }
    }
    new aws.vpc.SecurityGroupEgressRule(name, {
      securityGroupId: group.id,
      cidrIpv4: "0.0.0.0/0",
      ipProtocol: "-1",
    }, parent);
    const balancer = new aws.lb.LoadBalancer(name, {
      name: serviceName("loadBalancer", name),
      loadBalancerType: "application",
      internal: settings.internal,
      subnets: subnetIds,
      securityGroups: [group.id],
      idleTimeout: settings.idleSeconds,
      enableDeletionProtection: settings.deletionProtection,
      dropInvalidHeaderFields: true,
      ...(accessLogBucket
        ? { accessLogs: { enabled: true, bucket: accessLogBucket, prefix: name } }
        : {}),
    }, parent);
    new aws.lb.Listener(`${name}-http`, {
      loadBalancerArn: balancer.arn,
      port: 80,
      protocol: "HTTP",
      defaultActions: [{
        type: "redirect",
        redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" },
      }],
    }, parent);
    const listener = new aws.lb.Listener(`${name}-https`, {
      loadBalancerArn: balancer.arn,
      port: 443,
      protocol: "HTTPS",
      sslPolicy: TLS_POLICY,
      certificateArn,
      defaultActions: [{
        type: "fixed-response",
        fixedResponse: { contentType: "text/plain", messageBody: "Not found", statusCode: "404" },
      }],
    }, parent);
    this.dnsName = balancer.dnsName;
    this.zoneId = balancer.zoneId;
    this.securityGroupId = group.id;
    this.listenerArn = listener.arn;
    this.arnSuffix = balancer.arnSuffix;
    this.registerOutputs({ dnsName: this.dnsName });
  }
}
