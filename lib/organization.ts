/**
 * The one file that another organization edits to make this repository its own: business units,
 * environments, accounts, regions, domains, owners.
 *
 * @module
 */
import { z } from "zod";
import type { Environment } from "lib/schema/environment.ts";

/** The units that pay for resources: the value of the `OU` and `business_unit` tags. */
export const BusinessUnit = z.enum([
  "operations",
  "data",
  "digital-credentials",
  "mit-open",
  "mitx",
  "mitxonline",
  "residential",
  "residential-staging",
  "xpro",
  "open-courseware",
]);
/** One of the organization's units. */
export type BusinessUnit = z.infer<typeof BusinessUnit>;

/** The regions that may hold resources. */
export const Region = z.enum(["us-east-1", "us-east-2", "us-west-2"]);
/** An AWS region of ours. */
export type Region = z.infer<typeof Region>;

/** Where the instances stand on which machine images are built, how they are reached, and whose AMIs come of it. */
export interface ImageBuild {
  /**
   * What the instance's subnet has to match, as EC2's `DescribeSubnets` filters; of several it is the one
   * with the most free addresses. An instance without a public address needs one with a way out, by a NAT.
   */
  readonly subnetFilter: Readonly<Record<string, string>>;
  /**
   * The address by which Packer reaches the instance. `private_ip` is for whoever is in the network, joined to it
   * or on its VPN; `public_ip` gives the instance a public address, which only a public subnet makes any use of.
   */
  readonly sshInterface: "private_ip" | "public_ip";
  /** Whence, in CIDR notation, the instance's ssh may be reached while the build lasts; never the whole internet. */
  readonly sshCidrs: readonly [string, ...string[]];
  /**
   * The key, by id, ARN or `alias/<name>`, by which AMIs are encrypted; default the account's own for EBS. With one,
   * the organization's other accounts may launch the AMIs, if the key's policy lets them use it too.
   */
  readonly kmsKeyId?: string;
}

/** What differs from one environment to the next. */
export interface EnvironmentSettings {
  /** Where Vault answers. */
  readonly vaultAddress: string;
  /**
   * The AWS profile that deploys there, for whoever's AWS configuration has it: that names the account, and
   * the role to assume.
   */
  readonly awsProfile: string;
  /**
   * The number, of 12 digits, of its AWS account: no AMI is built for it in another. Absent: nobody looks in
   * which account one is built.
   */
  readonly awsAccount?: string;
  /**
   * The tag of the Concourse workers that are in the environment's network and account, where builds for it
   * run. Absent where untagged workers are: those beside Concourse itself.
   */
  readonly workerTag?: string;
  /**
   * What encrypts the secrets in the state of its stacks, where a stack's file names nothing else:
   * `passphrase`, by `PULUMI_CONFIG_PASSPHRASE`, or a key such as `awskms://alias/<name>?region=us-east-1`.
   * It holds for stacks that are made from now on.
   */
  readonly secretsProvider: string;
  /** The mildest finding about an IAM policy that stops a deployment. */
  readonly iamFailOn: "LOW" | "MEDIUM" | "HIGH" | "CRITICAL";
  /** What a missing tag, an unfit name and a banned construct mean there. */
  readonly gates: GateLevels;
  /** Where its machine images are built. */
  readonly imageBuild: ImageBuild;
}

/** Whether a finding stops a deployment, or is only shown. */
export type GateLevel = "mandatory" | "advisory";

/** The gates that have one level for an environment; IAM findings have severities instead. */
export type GateLevels = Readonly<Record<"tags" | "names" | "constructs", GateLevel>>;

/** A finding about IAM policies that is meant to be, wherever it occurs. */
export interface IamSuppression {
  /** The finding's id: `RESOURCE_STAR`. */
  readonly id: string;
  /** Narrows it to a statement; may have wildcards. */
  readonly sid?: string;
  /** Narrows it to an action; may have wildcards. */
  readonly action?: string;
  /** Narrows it to a resource; may have wildcards. */
  readonly resource?: string;
  /** Why. */
  readonly reason: string;
  /** The last day on which it holds, `YYYY-MM-DD`. */
  readonly expires: string;
}

/** The organization's facts. */
export const organization = {
  /** Short name: the prefix of Pulumi project names. */
  name: "ol",
  /** The domain under which everything is reachable. */
  domain: "odl.mit.edu",
  /** The prefix of our own Kubernetes labels: `ol.mit.edu/environment`. */
  labelPrefix: "ol.mit.edu",
  /** Who answers for what carries no owner of its own. */
  owner: "platform-engineering",
  /** How many stacks of one concurrency class may be worked on at once. */
  classLimits: {} as Readonly<Record<string, number>>,
  /** The region of everything that names none. */
  region: "us-east-1" as Region,
  /** Pulumi's state; with `&awssdk=v2&profile=<name>` by a profile of its own. */
  stateBackend: "s3://mitol-pulumi-state?region=us-east-1",
  /** Where this repository is fetched from by pipelines. */
  repository: "https://github.com/mitodl/ol-infrastructure",
  /** The bucket where pipelines keep plans and the records of machine images. */
  artifactBucket: "mitol-infrastructure-artifacts",
  /** Days until an AMI is deprecated: EC2 still starts it by its id, but shows it to its owner only. */
  imageLifetimeDays: 365,
  /** The role of Vault's AWS login by which pipelines' workers deploy. */
  deployerRole: "deployer",
  /** The branch that pipelines follow. */
  branch: "main",
  /** Findings that are meant to be in every stack; those of one policy are suppressed beside it. */
  iamSuppressions: [
    {
      id: "PERMISSIONS_MANAGEMENT_ACTIONS",
      sid: "AccountPoliciesDecide",
      reason: "AWS's default key policy: without it nobody but the key's policy could manage a key",
      expires: "2028-12-31",
    },
    {
      id: "PERMISSIONS_MANAGEMENT_ACTIONS",
      sid: "ThroughService",
      action: "kms:CreateGrant",
      reason:
        "a machine opens its disks by a grant; only EC2 passes one on, and only for the account",
      expires: "2028-12-31",
    },
    {
      id: "RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL",
      sid: "ServiceEvents",
      reason:
        "EventBridge does not tell KMS for which account it publishes; the topic's policy asks for ours",
      expires: "2028-12-31",
    },
    {
      id: "RESOURCE_EFFECTIVELY_STAR",
      action: "route53:GetChange",
      reason:
        "a change has an id that nobody knows before, and says nothing but whether it is done",
      expires: "2028-12-31",
    },
  ] as readonly IamSuppression[],
  environments: {
    CI: {
      vaultAddress: "https://vault.ci.odl.mit.edu",
      awsProfile: "ol-ci",
      secretsProvider: "passphrase",
      workerTag: "ci",
      iamFailOn: "HIGH",
      gates: { tags: "mandatory", names: "advisory", constructs: "mandatory" },
      imageBuild: {
        subnetFilter: { "tag:Name": "operations-ci-private-*" },
        sshInterface: "private_ip",
        sshCidrs: ["10.0.0.0/8"],
      },
    },
    QA: {
      vaultAddress: "https://vault.qa.odl.mit.edu",
      awsProfile: "ol-qa",
      secretsProvider: "passphrase",
      workerTag: "qa",
      iamFailOn: "MEDIUM",
      gates: { tags: "mandatory", names: "advisory", constructs: "mandatory" },
      imageBuild: {
        subnetFilter: { "tag:Name": "operations-qa-private-*" },
        sshInterface: "private_ip",
        sshCidrs: ["10.0.0.0/8"],
      },
    },
    Production: {
      vaultAddress: "https://vault.odl.mit.edu",
      awsProfile: "ol-production",
      secretsProvider: "passphrase",
      iamFailOn: "MEDIUM",
      gates: { tags: "mandatory", names: "mandatory", constructs: "mandatory" },
      imageBuild: {
        subnetFilter: { "tag:Name": "operations-production-private-*" },
        sshInterface: "private_ip",
        sshCidrs: ["10.0.0.0/8"],
      },
    },
  } as Record<Environment, EnvironmentSettings>,
};
