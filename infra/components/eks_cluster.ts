import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { after } from "infra/components/after.ts";
import { IrsaRole } from "infra/components/irsa_role.ts";
import { trustPolicy } from "lib/iam/mod.ts";
import { parseWith } from "lib/schema/parse.ts";

/** A group of equal nodes. */
const NodeGroup = z.strictObject({
  /** In the order of preference: `m7g.large`. */
  instanceTypes: z.array(
    z.string().regex(/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/, "must be a type such as m7i.large"),
  ).min(1),
  /** Nodes at least and at most. */
  min: z.int().min(0).max(100),
  max: z.int().min(1).max(100),
  /** Of each node's root disk, in GB. */
  diskGb: z.int().min(20).max(1000).default(100),
  /** Whether nodes may be taken back at two minutes' notice. */
  capacity: z.enum(["ON_DEMAND", "SPOT"]).default("ON_DEMAND"),
  /** Of the processor. */
  architecture: z.enum(["x86_64", "arm64"]).default("x86_64"),
}).refine(({ min, max }) => min <= max, { message: "must not be less than min", path: ["max"] });

/** What an {@linkcode EksCluster} is made from, beside what other resources tell. */
export const EksClusterArgs = z.strictObject({
  /** Of Kubernetes: `1.34`. */
  version: z.string().regex(/^1\.\d{2}$/, "must be a version such as 1.34"),
  /** By name. */
  nodeGroups: z.record(z.string().regex(/^[a-z0-9-]{1,40}$/), NodeGroup).refine(
    (groups) => Object.keys(groups).length > 0,
    "name at least one group",
  ),
  /** Roles of the same account whose holders administer the cluster, by name. */
  administrators: z.array(
    z.string().regex(/^[\w+=,.@/-]{1,128}$/, "must be a role's name, without an ARN"),
  ).default([]),
  /** Networks from which the API is reached; none for the VPC alone. */
  publicAccess: z.array(
    z.cidrv4().refine((cidr) => !cidr.endsWith("/0"), "would let everyone in"),
  ).default([]),
  /** Days that the control plane's logs are kept. */
  logRetentionDays: z.union([7, 14, 30, 60, 90, 180, 365].map((days) => z.literal(days)))
    .default(90),
});
/** Arguments as they are given. */
export type EksClusterArgs = z.input<typeof EksClusterArgs> & {
  /** Of the control plane and the nodes, in at least two zones. */
  readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /** Networks of ours from which the API is reached, beside the cluster's own: by name. */
  readonly apiNetworks: Readonly<Record<string, pulumi.Input<string>>>;
  /** Roles that administer it too, by name: those by which pipelines deploy. */
  readonly deployers: Readonly<Record<string, pulumi.Input<string>>>;
  /** Addresses of services, outside every network that pods speak to: `172.20.0.0/16`. */
  readonly serviceCidr: pulumi.Input<string>;
  /** The cluster's region. */
  readonly region: string;
};

const MANAGED = "arn:aws:iam::aws:policy";

/**
 * A cluster of Kubernetes on EKS: who may administer it is said by access entries, secrets are encrypted
 * by a key of its own, nodes answer only to IMDSv2.
 *
 * Creates: the cluster with its role, key and log group; the OIDC provider for service accounts' roles;
 * node groups with their role and launch templates; access entries of the administrators; the add-ons for
 * network, DNS, disks and metrics.
 */
export class EksCluster extends pulumi.ComponentResource {
  /** The cluster's name. */
  readonly clusterName: pulumi.Output<string>;
  /** Where its API answers. */
  readonly endpoint: pulumi.Output<string>;
  /** The certificate of its API's authority, in PEM. */
  readonly certificateAuthority: pulumi.Output<string>;
  /** What service accounts' roles trust. */
  readonly oidcProviderArn: pulumi.Output<string>;
  /** The security group of its nodes and control plane: what databases let in. */
  readonly securityGroupId: pulumi.Output<string>;
  /** For `kubectl` and providers: logs in by the AWS CLI and holds no credentials. */
  readonly kubeconfig: pulumi.Output<string>;

  /**
   * Makes the cluster.
   *
   * @param name The cluster's name, and the start of every child's
   * @param args See {@linkcode EksClusterArgs}
   * @throws {Problems} for arguments that {@linkcode EksClusterArgs} refuses
   */
  constructor(name: string, args: EksClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ol:kubernetes:EksCluster", name, {}, opts);
    const { subnetIds, serviceCidr, region, apiNetworks, deployers, ...given } = args;
    const settings = parseWith(EksClusterArgs, given, `EksCluster ${name}`);
    const parent = { parent: this };

    const role = this.#role(`${name}-control`, trustPolicy.service("eks"), [
      "AmazonEKSClusterPolicy",
    ]);
    const key = new aws.kms.Key(`${name}-secrets`, {
      description: `Encrypts the secrets of ${name}`,
      enableKeyRotation: true,
      deletionWindowInDays: 30,
    }, parent);
    const logs = new aws.cloudwatch.LogGroup(`${name}-control`, {
      name: `/aws/eks/${name}/cluster`,
      retentionInDays: settings.logRetentionDays,
    }, parent);
    const cluster = new aws.eks.Cluster(name, {
      name,
      version: settings.version,
      roleArn: role.arn,
      accessConfig: {
        authenticationMode: "API",
        // Who made it may be gone tomorrow, or have an entry already.
        bootstrapClusterCreatorAdminPermissions: false,
      },
      bootstrapSelfManagedAddons: false,
      enabledClusterLogTypes: ["api", "audit", "authenticator"],
      encryptionConfig: { provider: { keyArn: key.arn }, resources: ["secrets"] },
      kubernetesNetworkConfig: { serviceIpv4Cidr: serviceCidr },
      vpcConfig: {
        subnetIds,
        endpointPrivateAccess: true,
        endpointPublicAccess: settings.publicAccess.length > 0,
        ...(settings.publicAccess.length > 0 ? { publicAccessCidrs: settings.publicAccess } : {}),
      },
    }, { ...parent, dependsOn: [logs] });
    const provider = new aws.iam.OpenIdConnectProvider(name, {
      url: cluster.identities.apply(([identity]) => identity.oidcs![0].issuer!),
      clientIdLists: ["sts.amazonaws.com"],
    }, parent);
    this.clusterName = cluster.name;
    this.endpoint = cluster.endpoint;
    this.certificateAuthority = cluster.certificateAuthority.apply(({ data }) => atob(data ?? ""));
    this.oidcProviderArn = provider.arn;
    this.securityGroupId = cluster.vpcConfig.apply((vpc) => vpc.clusterSecurityGroupId ?? "");
    const entries = this.#administrate(name, cluster, settings.administrators, deployers);
    const rules = Object.entries(apiNetworks).map(([network, cidrIpv4]) =>
      new aws.vpc.SecurityGroupIngressRule(`${name}-api-${network}`, {
        securityGroupId: this.securityGroupId,
        cidrIpv4,
        ipProtocol: "tcp",
        fromPort: 443,
        toPort: 443,
      }, parent)
    );
    const groups = this.#nodes(name, cluster, settings.nodeGroups, subnetIds);
    const disks = this.#addOns(name, cluster, groups);
    const kubeconfig = pulumi.all([cluster.endpoint, cluster.certificateAuthority]).apply(
      ([endpoint, authority]) => kubeconfigOf(name, region, endpoint, authority.data ?? ""),
    );
    // Whoever brings pods waits for the way to the API, for nodes, and for what makes their disks.
    this.kubeconfig = after(kubeconfig, ...entries, ...rules, ...groups, disks);
    this.registerOutputs({ clusterName: this.clusterName });
  }

  #role(name: string, trust: object, policies: readonly string[]): aws.iam.Role {
    const role = new aws.iam.Role(name, { assumeRolePolicy: JSON.stringify(trust) }, {
      parent: this,
    });
    for (const policy of policies) {
      new aws.iam.RolePolicyAttachment(`${name}-${policy}`, {
        role: role.name,
        policyArn: `${MANAGED}/${policy}`,
      }, { parent: this });
    }
    return role;
  }

  #administrate(
    name: string,
    cluster: aws.eks.Cluster,
    roles: readonly string[],
    deployers: EksClusterArgs["deployers"],
  ): aws.eks.AccessPolicyAssociation[] {
    const { accountId } = aws.getCallerIdentityOutput({}, { parent: this });
    const named = roles.map((role) =>
      [
        role.split("/").at(-1)!,
        pulumi.interpolate`arn:aws:iam::${accountId}:role/${role}`,
      ] as const
    );
    return [...named, ...Object.entries(deployers)].map(([who, principalArn]) => {
      const resource = `${name}-${who}`;
      const entry = new aws.eks.AccessEntry(resource, {
        clusterName: cluster.name,
        principalArn,
      }, { parent: this });
      return new aws.eks.AccessPolicyAssociation(resource, {
        clusterName: cluster.name,
        principalArn: entry.principalArn,
        policyArn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
        accessScope: { type: "cluster" },
      }, { parent: this });
    });
  }

  #nodes(
    name: string,
    cluster: aws.eks.Cluster,
    groups: z.output<typeof EksClusterArgs>["nodeGroups"],
    subnetIds: EksClusterArgs["subnetIds"],
  ): aws.eks.NodeGroup[] {
    const role = this.#role(`${name}-node`, trustPolicy.service("ec2"), [
      "AmazonEKSWorkerNodePolicy",
      "AmazonEC2ContainerRegistryPullOnly",
      "AmazonEKS_CNI_Policy",
      "AmazonSSMManagedInstanceCore",
    ]);
    return Object.entries(groups).map(([group, wanted]) => {
      const template = new aws.ec2.LaunchTemplate(`${name}-${group}`, {
        // One hop: pods have roles of their own and no business with the node's.
        metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1 },
        blockDeviceMappings: [{
          deviceName: "/dev/xvda",
          ebs: { volumeSize: wanted.diskGb, volumeType: "gp3", encrypted: "true" },
        }],
        tagSpecifications: [{ resourceType: "instance", tags: { Name: `${name}-${group}` } }],
      }, { parent: this });
      return new aws.eks.NodeGroup(`${name}-${group}`, {
        clusterName: cluster.name,
        nodeRoleArn: role.arn,
        subnetIds,
        amiType: wanted.architecture === "arm64"
          ? "AL2023_ARM_64_STANDARD"
          : "AL2023_x86_64_STANDARD",
        capacityType: wanted.capacity,
        instanceTypes: wanted.instanceTypes,
        launchTemplate: {
          id: template.id,
          version: template.latestVersion.apply((version) => String(version)),
        },
        scalingConfig: { minSize: wanted.min, maxSize: wanted.max, desiredSize: wanted.min },
        updateConfig: { maxUnavailablePercentage: 25 },
        nodeRepairConfig: { enabled: true },
        // The autoscaler changes the desired size, and Pulumi sends ours with a new min alone: without it EKS
        // would refuse a min above what is desired.
      }, { parent: this });
    });
  }

  /** @returns What makes disks for pods */
  #addOns(
    name: string,
    cluster: aws.eks.Cluster,
    groups: readonly aws.eks.NodeGroup[],
  ): aws.eks.Addon {
    const disks = new IrsaRole(`${name}-ebs-csi`, {
      oidcProviderArn: this.oidcProviderArn,
      namespace: "kube-system",
      serviceAccounts: ["ebs-csi-controller-sa"],
    }, { parent: this });
    new aws.iam.RolePolicyAttachment(`${name}-ebs-csi`, {
      role: disks.roleName,
      policyArn: `${MANAGED}/service-role/AmazonEBSCSIDriverPolicy`,
    }, { parent: this });
    for (const addonName of ["vpc-cni", "kube-proxy", "coredns", "metrics-server"]) {
      new aws.eks.Addon(`${name}-${addonName}`, {
        clusterName: cluster.name,
        addonName,
        resolveConflictsOnUpdate: "OVERWRITE",
        // Pods that need a node wait for one; the network is what nodes wait for.
      }, {
        parent: this,
        dependsOn: ["vpc-cni", "kube-proxy"].includes(addonName) ? [] : [...groups],
      });
    }
    return new aws.eks.Addon(`${name}-aws-ebs-csi-driver`, {
      clusterName: cluster.name,
      addonName: "aws-ebs-csi-driver",
      serviceAccountRoleArn: disks.arn,
      // Since 1.30 EKS brings no default class of its own.
      configurationValues: JSON.stringify({ defaultStorageClass: { enabled: true } }),
      resolveConflictsOnUpdate: "OVERWRITE",
    }, { parent: this, dependsOn: [...groups] });
  }
}

/** JSON, which is YAML too. @see https://docs.aws.amazon.com/eks/latest/userguide/create-kubeconfig.html */
function kubeconfigOf(name: string, region: string, server: string, authority: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: { server, "certificate-authority-data": authority } }],
    users: [{
      name,
      user: {
        exec: {
          apiVersion: "client.authentication.k8s.io/v1",
          command: "aws",
          args: [
            "--region",
            region,
            "eks",
            "get-token",
            "--cluster-name",
            name,
            "--output",
            "json",
          ],
          interactiveMode: "Never",
        },
      },
    }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    "current-context": name,
  });
}
