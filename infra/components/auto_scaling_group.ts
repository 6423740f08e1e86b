import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import {
  AutoScalingGroupArgs as Settings,
  type AutoScalingGroupSettings,
  TargetSettings,
} from "infra/components/auto_scaling_settings.ts";
import { checkedInput } from "infra/components/checked_input.ts";
import type { LoadBalancer } from "infra/components/load_balancer.ts";
import type { TcpLoadBalancer } from "infra/components/tcp_load_balancer.ts";
import { type PolicyDocumentObject, trustPolicy } from "lib/iam/mod.ts";
import { serviceName } from "lib/pulumi/service_names.ts";
import { parseWith } from "lib/schema/parse.ts";
import { Problem } from "lib/schema/problem.ts";

const ImageId = z.string().regex(/^ami-[0-9a-f]{8,17}$/, "must be an AMI such as ami-0123456789");

/** A target group and the rule that sends requests to it. */
export type Behind = z.input<typeof TargetSettings> & {
  /** Which load balancer. */
  readonly loadBalancer: LoadBalancer;
};

/** Arguments as they are given. */
export type AutoScalingGroupArgs = z.input<typeof Settings> & {
  /** The released AMI. */
  readonly imageId: pulumi.Input<string>;
  /** Of the subnets. */
  readonly vpcId: pulumi.Input<string>;
  /** Where machines are started; in several zones. */
  readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /** Other security groups that the machines are in: a database's clients. Default none. */
  readonly memberOf?: readonly pulumi.Input<string>[];
  /** What the machines may do; linted. Default nothing. */
  readonly iamPolicy?: PolicyDocumentObject;
  /** What cloud-init is given at the first start; never a secret. Default nothing. */
  readonly userData?: pulumi.Input<string>;
  /** The load balancer in front. Default none. */
  readonly behind?: Behind;
  /** Others, which take connections as they are. Default none. */
  readonly behindTcp?: readonly TcpLoadBalancer[];
};

/**
 * Machines of one image: as many as are wanted, replaced one after the other when image or settings change.
 *
 * They answer version 2 of the metadata service alone, have encrypted disks, log in nobody by SSH, and are
 * reached through Systems Manager.
 *
 * Creates: the launch template, the group, a role with its instance profile, a security group; a target
 * group with its rule where it is behind a load balancer; a scaling policy where one is wanted.
 */
export class AutoScalingGroup extends pulumi.ComponentResource {
  /** The group's name. */
  readonly groupName: pulumi.Output<string>;
  /** The machines' role. */
  readonly roleArn: pulumi.Output<string>;
  /** The machines' role's name: for more policies. */
  readonly roleName: pulumi.Output<string>;
  /** The machines' security group: for more rules. */
  readonly securityGroupId: pulumi.Output<string>;
  /** The target group as CloudWatch names it: `targetgroup/<name>/<id>`; absent where nothing is in front. */
  readonly targetArnSuffix?: pulumi.Output<string>;

  /**
   * Makes the group.
   *
   * @param name Starts every child's name
   * @param args See {@linkcode AutoScalingGroupArgs}
   * @throws {Problems} for arguments that the settings' schemas refuse; for an AMI that is none
   */
  constructor(name: string, args: AutoScalingGroupArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ol:aws:AutoScalingGroup", name, {}, opts);
    const {
      imageId,
      vpcId,
      subnetIds,
      iamPolicy,
      userData,
      behind,
      behindTcp = [],
      memberOf = [],
      ...given
    } = args;
    const settings = parseWith(Settings, given, `AutoScalingGroup ${name}`);
    const parent = { parent: this };
    const role = this.#role(name, iamPolicy);
    const profile = new aws.iam.InstanceProfile(name, { role: role.name }, parent);
    const group = this.#securityGroup(name, vpcId, settings.peerPorts);
    behindTcp.forEach(({ port, securityGroupId }, index) => {
      const number = index === 0 ? "" : `-${index + 1}`;
      this.#letIn(`${name}-balancer-${port}${number}`, group.id, securityGroupId, port);
    });
    const targets = behind ? [this.#target(name, vpcId, group, behind)] : [];
    if (settings.refresh.stopWhenUnhealthy && behind === undefined) {
      throw new Problem(
        `AutoScalingGroup ${name}: refresh.stopWhenUnhealthy: only a load balancer knows: give behind`,
      );
    }
    const watched = settings.refresh.stopWhenUnhealthy
      ? targets.map(({ arnSuffix }) =>
        new aws.cloudwatch.MetricAlarm(`${name}-refresh`, {
          namespace: "AWS/ApplicationELB",
          metricName: "HealthyHostCount",
          statistic: "Minimum",
          dimensions: { LoadBalancer: behind!.loadBalancer.arnSuffix, TargetGroup: arnSuffix },
          comparisonOperator: "LessThanThreshold",
          threshold: settings.min,
          period: 60,
          evaluationPeriods: 2,
          // Before there are any machines nothing is refreshed.
          treatMissingData: "notBreaching",
          alarmDescription: `Stops a refresh of ${name} whose new machines do not serve`,
        }, parent).name
      )
      : [];
    const template = new aws.ec2.LaunchTemplate(name, {
      namePrefix: `${serviceName("launchTemplate", name, 30)}-`,
      imageId: checkedInput(ImageId, imageId, `AutoScalingGroup ${name}`, "imageId"),
      instanceType: settings.instanceTypes[0],
      iamInstanceProfile: { arn: profile.arn },
      vpcSecurityGroupIds: [group.id, ...memberOf],
      ebsOptimized: "true",
      monitoring: { enabled: true },
      metadataOptions: {
        httpEndpoint: "enabled",
        httpTokens: "required",
        // A container's packets have one hop more: by one alone they do not reach the machine's credentials.
        httpPutResponseHopLimit: settings.containersUseRole ? 2 : 1,
        instanceMetadataTags: "enabled",
      },
      blockDeviceMappings: [{
        deviceName: "/dev/xvda",
        ebs: {
          volumeSize: settings.volumeGb,
          volumeType: "gp3",
          encrypted: "true",
          deleteOnTermination: "true",
        },
      }],
      ...(userData === undefined ? {} : {
        userData: pulumi.output(userData).apply((text) =>
          btoa(String.fromCharCode(...new TextEncoder().encode(text)))
        ),
      }),
    }, parent);
    const made = new aws.autoscaling.Group(name, {
      ...machinesOf(settings, template),
      minSize: settings.min,
      maxSize: settings.max,
      vpcZoneIdentifiers: subnetIds,
      targetGroupArns: [
        ...targets.map(({ arn }) => arn),
        ...behindTcp.map(({ targetGroupArn }) => targetGroupArn),
      ],
      healthCheckType: behind && (behind.replaceUnhealthy ?? true) ? "ELB" : "EC2",
      healthCheckGracePeriod: settings.refresh.warmupSeconds,
      defaultInstanceWarmup: settings.refresh.warmupSeconds,
      ...(settings.maxLifetimeDays
        ? { maxInstanceLifetime: settings.maxLifetimeDays * 86_400 }
        : {}),
      instanceRefresh: {
        strategy: "Rolling",
        preferences: {
          minHealthyPercentage: settings.refresh.minHealthyPercent,
          maxHealthyPercentage: settings.refresh.maxHealthyPercent,
          instanceWarmup: String(settings.refresh.warmupSeconds),
          autoRollback: true,
          ...(watched.length > 0 ? { alarmSpecification: { alarms: watched } } : {}),
          skipMatching: true,
        },
      },
      tags: [{ key: "Name", value: name, propagateAtLaunch: true }],
    }, parent);
    if (settings.targetCpuPercent) {
      new aws.autoscaling.Policy(`${name}-cpu`, {
        autoscalingGroupName: made.name,
        policyType: "TargetTrackingScaling",
        targetTrackingConfiguration: {
          predefinedMetricSpecification: { predefinedMetricType: "ASGAverageCPUUtilization" },
          targetValue: settings.targetCpuPercent,
        },
      }, parent);
    }
    this.groupName = made.name;
    this.targetArnSuffix = targets[0]?.arnSuffix;
    this.roleArn = role.arn;
    this.roleName = role.name;
    this.securityGroupId = group.id;
    this.registerOutputs({ groupName: this.groupName });
  }

  #role(name: string, iamPolicy?: PolicyDocumentObject): aws.iam.Role {
    const parent = { parent: this };
    const role = new aws.iam.Role(name, {
      assumeRolePolicy: JSON.stringify(trustPolicy.service("ec2")),
    }, parent);
    new aws.iam.RolePolicyAttachment(`${name}-ssm`, {
      role: role.name,
      policyArn: "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
    }, parent);
    if (iamPolicy) {
      new aws.iam.RolePolicy(
        name,
        { role: role.name, policy: pulumi.jsonStringify(iamPolicy) },
        parent,
      );
    }
    return role;
  }

  #securityGroup(name: string, vpcId: pulumi.Input<string>, peerPorts: readonly number[]) {
    const parent = { parent: this };
    const description = `Who may speak to the machines of ${name}`;
    const group = new aws.ec2.SecurityGroup(name, { vpcId, description }, parent);
    new aws.vpc.SecurityGroupEgressRule(name, {
      securityGroupId: group.id,
      cidrIpv4: "0.0.0.0/0",
      ipProtocol: "-1",
    }, parent);
    for (const port of peerPorts) this.#letIn(`${name}-peers-${port}`, group.id, group.id, port);
    return group;
  }

  #letIn(
    name: string,
    group: pulumi.Input<string>,
    from: pulumi.Input<string>,
    port: number,
  ): void {
    new aws.vpc.SecurityGroupIngressRule(name, {
      securityGroupId: group,
      referencedSecurityGroupId: from,
      ipProtocol: "tcp",
      fromPort: port,
      toPort: port,
    }, { parent: this });
  }

  #target(
    name: string,
    vpcId: pulumi.Input<string>,
    group: aws.ec2.SecurityGroup,
    { loadBalancer, ...given }: Behind,
  ): aws.lb.TargetGroup {
    const settings = parseWith(TargetSettings, given, `AutoScalingGroup ${name}: behind`);
    const { port, protocol } = settings;
    const parent = { parent: this };
    // Pulumi puts eight characters behind the name, so that a replacement can stand beside the old one.
    const target = new aws.lb.TargetGroup(serviceName("targetGroup", name, 8), {
      vpcId,
      port,
      protocol,
      targetType: "instance",
      deregistrationDelay: settings.drainSeconds,
      healthCheck: {
        path: settings.healthPath,
        protocol,
        matcher: settings.healthyStatus,
        interval: 15,
        healthyThreshold: 2,
        unhealthyThreshold: 3,
      },
    }, parent);
    new aws.lb.ListenerRule(name, {
      listenerArn: loadBalancer.listenerArn,
      priority: settings.priority,
      conditions: [{ hostHeader: { values: settings.hosts } }],
      actions: [{ type: "forward", targetGroupArn: target.arn }],
    }, parent);
    this.#letIn(`${name}-balancer`, group.id, loadBalancer.securityGroupId, port);
    return target;
  }
}

/** On demand alone, the first type serves; with a share of the spot market, whichever is to be had. */
function machinesOf(
  { spot, instanceTypes }: AutoScalingGroupSettings,
  { id, latestVersion }: aws.ec2.LaunchTemplate,
): Pick<aws.autoscaling.GroupArgs, "launchTemplate" | "mixedInstancesPolicy"> {
  const version = latestVersion.apply(String);
  if (!spot) return { launchTemplate: { id, version } };
  return {
    mixedInstancesPolicy: {
      launchTemplate: {
        launchTemplateSpecification: { launchTemplateId: id, version },
        overrides: instanceTypes.map((instanceType) => ({ instanceType })),
      },
      instancesDistribution: {
        onDemandBaseCapacity: spot.onDemandBase,
        onDemandPercentageAboveBaseCapacity: spot.onDemandPercent,
        spotAllocationStrategy: "price-capacity-optimized",
      },
    },
  };
}
