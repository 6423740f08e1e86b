import { canonicalJson } from "lib/schema/digest.ts";
import { isRecord, type Properties, unwrap } from "lib/pulumi/simulate/wire.ts";

/** Properties whose change makes the provider replace the resource, by type. */
const FORCES_REPLACEMENT: Record<string, readonly string[]> = {
  "aws:acm/certificate:Certificate": ["domainName", "validationMethod"],
  "aws:cloudwatch/logGroup:LogGroup": ["name"],
  "aws:ec2/eip:Eip": ["domain"],
  "aws:ec2/flowLog:FlowLog": ["vpcId", "subnetId", "trafficType", "logDestination", "iamRoleArn"],
  "aws:ec2/instance:Instance": ["ami", "subnetId", "availabilityZone", "keyName"],
  "aws:ec2/internetGateway:InternetGateway": [],
  "aws:ec2/launchTemplate:LaunchTemplate": ["name", "namePrefix"],
  "aws:ec2/natGateway:NatGateway": ["allocationId", "subnetId", "connectivityType"],
  "aws:ec2/route:Route": ["routeTableId", "destinationCidrBlock", "destinationIpv6CidrBlock"],
  "aws:ec2/routeTable:RouteTable": ["vpcId"],
  "aws:ec2/routeTableAssociation:RouteTableAssociation": ["subnetId", "gatewayId"],
  "aws:ec2/securityGroup:SecurityGroup": ["name", "namePrefix", "description", "vpcId"],
  "aws:ec2/subnet:Subnet": ["vpcId", "cidrBlock", "availabilityZone", "ipv6Native"],
  "aws:ec2/vpc:Vpc": ["cidrBlock", "ipv4IpamPoolId", "ipv4NetmaskLength"],
  "aws:ec2/vpcEndpoint:VpcEndpoint": ["vpcId", "serviceName", "vpcEndpointType"],
  "aws:ec2/vpcPeeringConnection:VpcPeeringConnection": ["vpcId", "peerVpcId", "peerRegion"],
  "aws:eks/cluster:Cluster": ["name", "roleArn", "encryptionConfig"],
  "aws:eks/nodeGroup:NodeGroup": ["clusterName", "nodeGroupName", "subnetIds", "instanceTypes"],
  "aws:elasticache/replicationGroup:ReplicationGroup": ["replicationGroupId", "subnetGroupName"],
  "aws:iam/instanceProfile:InstanceProfile": ["name", "namePrefix", "path"],
  "aws:iam/policy:Policy": ["name", "namePrefix", "path", "description"],
  "aws:iam/role:Role": ["name", "namePrefix", "path"],
  "aws:iam/rolePolicy:RolePolicy": ["name", "role"],
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": ["role", "policyArn"],
  "aws:kms/alias:Alias": ["name"],
  "aws:lb/loadBalancer:LoadBalancer": ["name", "internal", "loadBalancerType"],
  "aws:lb/targetGroup:TargetGroup": ["name", "port", "protocol", "vpcId", "targetType"],
  "aws:rds/instance:Instance": [
    "identifier",
    "engine",
    "username",
    "dbName",
    "storageEncrypted",
    "kmsKeyId",
    "availabilityZone",
  ],
  "aws:rds/subnetGroup:SubnetGroup": ["name"],
  "aws:route53/record:Record": ["zoneId", "name", "type"],
  "aws:route53/zone:Zone": ["name"],
  "aws:s3/bucket:Bucket": ["bucket", "bucketPrefix", "objectLockEnabled"],
  "aws:secretsmanager/secret:Secret": ["name", "namePrefix"],
  "aws:secretsmanager/secretVersion:SecretVersion": ["secretId", "secretString", "secretBinary"],
  "aws:sns/topic:Topic": ["name", "fifoTopic"],
  "aws:sqs/queue:Queue": ["name", "fifoQueue"],
  "vault:index/authBackend:AuthBackend": ["type"],
  "vault:index/mount:Mount": ["type"],
  "vault:index/policy:Policy": ["name"],
  "vault:kubernetes/authBackendRole:AuthBackendRole": ["backend", "roleName"],
  "vault:kv/secretV2:SecretV2": ["mount", "name"],
};

/** What changed between two sets of inputs. */
export interface Difference {
  /** Top-level keys whose values differ, sorted. */
  readonly changed: readonly string[];
  /** Those of them that the provider cannot change in place. */
  readonly replaces: readonly string[];
}

/** Marks the inputs of what was imported: in the imagination it is as the program says. */
export const IMPORTED = "__imported";

/** Compares inputs; secretness alone is no difference, and what was imported has none. */
export function simulateDiff(type: string, olds: Properties, news: Properties): Difference {
  if (IMPORTED in olds) return { changed: [], replaces: [] };
  const before = unwrap(olds) as Properties;
  const after = unwrap(news) as Properties;
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  const changed = keys.filter((key) =>
    !key.startsWith("__") && canonicalJson(before[key]) !== canonicalJson(after[key])
  );
  return { changed, replaces: replacesFor(type, before, after, changed) };
}

function replacesFor(
  type: string,
  before: Properties,
  after: Properties,
  changed: readonly string[],
): string[] {
  if (type.startsWith("kubernetes:")) {
    const identity = ({ apiVersion, kind, metadata }: Properties) => {
      const { name, namespace } = isRecord(metadata) ? metadata : {} as Properties;
      return canonicalJson([apiVersion, kind, name, namespace]);
    };
    if (identity(before) !== identity(after)) {
      return changed.filter((key) => ["apiVersion", "kind", "metadata"].includes(key));
    }
    // A selector is immutable. @see https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#label-selector-updates
    const selector = (object: Properties) =>
      isRecord(object.spec) ? canonicalJson(object.spec.selector) : "";
    return /:(Deployment|StatefulSet|DaemonSet)$/.test(type) && selector(before) !== selector(after)
      ? ["spec"]
      : [];
  }
  const forcing = FORCES_REPLACEMENT[type] ?? [];
  return changed.filter((key) => forcing.includes(key));
}

/** The inputs whose change replaces a resource, as text; empty when there is none. */
export function identityOf(type: string, inputs: Properties): string {
  const forcing = (FORCES_REPLACEMENT[type] ?? []).filter((key) => inputs[key] !== undefined);
  return forcing.map((key) => canonicalJson([key, inputs[key]])).join();
}
