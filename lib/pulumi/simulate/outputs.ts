import { organization } from "lib/organization.ts";
import { type Kind, resourceShape } from "lib/pulumi/resource_shape.ts";
import { ACCOUNT_ID, digits, zonesOf } from "lib/pulumi/simulate/account.ts";
import { identityOf } from "lib/pulumi/simulate/replacements.ts";
import { isRecord, type Properties, unwrap } from "lib/pulumi/simulate/wire.ts";

/** A resource that is being made. */
export interface Making {
  /** `aws:ec2/vpc:Vpc`. */
  readonly type: string;
  /** The resource's name in the program. */
  readonly name: string;
  /** What the invented values are derived from: its URN, and the inputs whose change replaces it. */
  readonly seed: string;
  /** Plain inputs. */
  readonly inputs: Properties;
  readonly region: string;
}

/** A resource that was made. */
export interface Made {
  readonly id: string;
  /** Inputs and computed outputs; secrets are as in the inputs. */
  readonly outputs: Properties;
}

/** Computed outputs of one type; what it does not name gets a default by the property's kind. */
type Computed = (making: Making & { id: string; arn: string }) => Properties;

/** Prefixes of EC2's and its neighbours' ids. @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html */
const ID_PREFIXES: Record<string, string> = {
  "aws:ec2/vpc:Vpc": "vpc",
  "aws:ec2/subnet:Subnet": "subnet",
  "aws:ec2/internetGateway:InternetGateway": "igw",
  "aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway": "eigw",
  "aws:ec2/natGateway:NatGateway": "nat",
  "aws:ec2/eip:Eip": "eipalloc",
  "aws:ec2/routeTable:RouteTable": "rtb",
  "aws:ec2/routeTableAssociation:RouteTableAssociation": "rtbassoc",
  "aws:ec2/route:Route": "r-rtb",
  "aws:ec2/securityGroup:SecurityGroup": "sg",
  "aws:ec2/vpcEndpoint:VpcEndpoint": "vpce",
  "aws:ec2/vpcPeeringConnection:VpcPeeringConnection": "pcx",
  "aws:ec2/launchTemplate:LaunchTemplate": "lt",
  "aws:ec2/instance:Instance": "i",
  "aws:ec2/flowLog:FlowLog": "fl",
  "aws:ec2/networkAcl:NetworkAcl": "acl",
  "aws:ec2/keyPair:KeyPair": "key",
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": "sgr",
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": "sgr",
  "aws:efs/fileSystem:FileSystem": "fs",
  "aws:cloudfront/distribution:Distribution": "E",
  "aws:route53/zone:Zone": "Z",
};

/** Types whose id is one of their inputs. */
const ID_INPUTS: Record<string, string> = {
  "aws:s3/bucket:Bucket": "bucket",
  "aws:iam/role:Role": "name",
  "aws:iam/user:User": "name",
  "aws:iam/group:Group": "name",
  "aws:iam/instanceProfile:InstanceProfile": "name",
  "aws:rds/instance:Instance": "identifier",
  "aws:rds/subnetGroup:SubnetGroup": "name",
  "aws:rds/parameterGroup:ParameterGroup": "name",
  "aws:autoscaling/group:Group": "name",
  "aws:cloudwatch/logGroup:LogGroup": "name",
  "aws:cloudwatch/metricAlarm:MetricAlarm": "name",
  "aws:eks/cluster:Cluster": "name",
  "vault:index/mount:Mount": "path",
  "vault:index/policy:Policy": "name",
  "vault:index/authBackend:AuthBackend": "path",
};

/** Where an ARN does not read `arn:aws:<service>:<region>:<account>:<type>/<id>`. */
const ARNS: Record<string, (making: Making, id: string) => string> = {
  "aws:s3/bucket:Bucket": (_making, id) => `arn:aws:s3:::${id}`,
  "aws:sqs/queue:Queue": ({ region, inputs, name }) =>
    `arn:aws:sqs:${region}:${ACCOUNT_ID}:${inputs.name ?? name}`,
  "aws:sns/topic:Topic": ({ region, inputs, name }) =>
    `arn:aws:sns:${region}:${ACCOUNT_ID}:${inputs.name ?? name}`,
  "aws:cloudwatch/logGroup:LogGroup": ({ region }, id) =>
    `arn:aws:logs:${region}:${ACCOUNT_ID}:log-group:${id}`,
  "aws:cloudwatch/metricAlarm:MetricAlarm": ({ region }, id) =>
    `arn:aws:cloudwatch:${region}:${ACCOUNT_ID}:alarm:${id}`,
  "aws:lambda/function:Function": ({ region }, id) =>
    `arn:aws:lambda:${region}:${ACCOUNT_ID}:function:${id}`,
  "aws:rds/instance:Instance": ({ region }, id) => `arn:aws:rds:${region}:${ACCOUNT_ID}:db:${id}`,
  "aws:iam/instanceProfile:InstanceProfile": (_making, id) =>
    `arn:aws:iam::${ACCOUNT_ID}:instance-profile/${id}`,
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": ({ inputs }) =>
    `arn:aws:iam::${ACCOUNT_ID}:oidc-provider/${String(inputs.url).replace("https://", "")}`,
  "aws:secretsmanager/secret:Secret": ({ region, inputs, name, seed }) =>
    `arn:aws:secretsmanager:${region}:${ACCOUNT_ID}:secret:${inputs.name ?? name}-${
      digits(seed, 6)
    }`,
  "aws:acm/certificate:Certificate": ({ region, seed }) =>
    `arn:aws:acm:${region}:${ACCOUNT_ID}:certificate/${uuid(seed)}`,
  "aws:lb/loadBalancer:LoadBalancer": ({ region, inputs, name, seed }) =>
    `arn:aws:elasticloadbalancing:${region}:${ACCOUNT_ID}:loadbalancer/app/${inputs.name ?? name}/${
      digits(seed, 16)
    }`,
  "aws:lb/targetGroup:TargetGroup": ({ region, inputs, name, seed }) =>
    `arn:aws:elasticloadbalancing:${region}:${ACCOUNT_ID}:targetgroup/${inputs.name ?? name}/${
      digits(seed, 16)
    }`,
};

/** Services whose name in an ARN differs from the SDK's module. */
const ARN_SERVICES: Record<string, string> = {
  alb: "elasticloadbalancing",
  cloudwatch: "cloudwatch",
  lb: "elasticloadbalancing",
  opensearch: "es",
  vpc: "ec2",
};

/** Services without a region in their ARNs. */
const GLOBAL_SERVICES = new Set(["cloudfront", "iam", "route53"]);

const COMPUTED: Record<string, Computed> = {
  "aws:ec2/eip:Eip": ({ seed }) => ({
    allocationId: `eipalloc-${digits(seed, 17)}`,
    publicIp: `198.51.100.${parseInt(digits(seed, 2), 16)}`,
  }),
  "aws:ec2/instance:Instance": ({ seed }) => ({
    privateIp: `10.0.0.${parseInt(digits(seed, 2), 16)}`,
  }),
  "aws:ec2/launchTemplate:LaunchTemplate": () => ({ latestVersion: 1, defaultVersion: 1 }),
  "aws:ec2/vpc:Vpc": ({ seed }) => ({
    defaultRouteTableId: `rtb-${digits(seed + "main", 17)}`,
    mainRouteTableId: `rtb-${digits(seed + "main", 17)}`,
    defaultSecurityGroupId: `sg-${digits(seed + "default", 17)}`,
    defaultNetworkAclId: `acl-${digits(seed + "default", 17)}`,
    ipv6CidrBlock: `2001:db8:${digits(seed, 2)}00::/56`,
  }),
  "aws:eks/cluster:Cluster": ({ seed, region }) => ({
    endpoint: `https://${digits(seed, 32).toUpperCase()}.gr7.${region}.eks.amazonaws.com`,
    certificateAuthority: { data: btoa("simulated certificate authority") },
    identities: [{
      oidcs: [{
        issuer: `https://oidc.eks.${region}.amazonaws.com/id/${digits(seed, 32).toUpperCase()}`,
      }],
    }],
    status: "ACTIVE",
  }),
  "aws:rds/instance:Instance": ({ id, region, inputs }) => {
    const port = inputs.port ?? (String(inputs.engine).startsWith("postgres") ? 5432 : 3306);
    const address = `${id}.simulated.${region}.rds.amazonaws.com`;
    return { address, port, endpoint: `${address}:${port}`, status: "available" };
  },
  "aws:secretsmanager/secretVersion:SecretVersion": ({ seed }) => ({ versionId: uuid(seed) }),
  "aws:elasticache/replicationGroup:ReplicationGroup": ({ id, region }) => ({
    primaryEndpointAddress: `master.${id}.simulated.${region}.cache.amazonaws.com`,
    readerEndpointAddress: `replica.${id}.simulated.${region}.cache.amazonaws.com`,
  }),
  "aws:lb/loadBalancer:LoadBalancer": ({ name, seed, region }) => ({
    dnsName: `${name}-${digits(seed, 10)}.${region}.elb.amazonaws.com`,
    zoneId: "Z35SXDOTRQ7X7K",
  }),
  "aws:cloudfront/distribution:Distribution": ({ id }) => ({
    domainName: `${id.toLowerCase()}.cloudfront.net`,
    hostedZoneId: "Z2FDTNDATAQYW2",
  }),
  "aws:route53/zone:Zone": ({ id }) => ({
    zoneId: id,
    nameServers: [1, 2, 3, 4].map((number) => `ns-${number}.awsdns-simulated.org`),
  }),
  "aws:acm/certificate:Certificate": ({ inputs }) => ({
    domainValidationOptions: [inputs.domainName, ...(inputs.subjectAlternativeNames as [] ?? [])]
      .map((domainName) => ({
        domainName,
        resourceRecordName: `_simulated.${domainName}`,
        resourceRecordType: "CNAME",
        resourceRecordValue: `_simulated.${domainName}.acm-validations.aws`,
      })),
  }),
  "aws:sqs/queue:Queue": ({ region, inputs, name }) => ({
    url: `https://sqs.${region}.amazonaws.com/${ACCOUNT_ID}/${inputs.name ?? name}`,
  }),
  "aws:iam/role:Role": ({ seed }) => ({ uniqueId: `AROA${digits(seed, 17).toUpperCase()}` }),
  "aws:iam/accessKey:AccessKey": ({ seed }) => ({
    id: `AKIA${digits(seed, 16).toUpperCase()}`,
    secret: digits(seed + "secret", 40),
  }),
  "random:index/randomPassword:RandomPassword": ({ seed, inputs }) => ({
    result: digits(seed, Number(inputs.length ?? 32)),
  }),
  "random:index/randomId:RandomId": ({ seed, inputs }) => ({
    hex: digits(seed, 2 * Number(inputs.byteLength ?? 4)),
  }),
};

/**
 * Makes a resource in the imagination: the same URN and inputs always give the same id and outputs, and
 * a replacement gets new ones.
 *
 * @param inputs As they came over the wire; secrets stay secret in the outputs
 */
export function simulateCreate(
  type: string,
  name: string,
  urn: string,
  inputs: Properties,
): Made {
  // A provider is configured, not made; the real engine asks none for it.
  if (type.startsWith("pulumi:providers:")) return { id: uuid(urn), outputs: inputs };
  const plain = unwrap(inputs) as Properties;
  const region = typeof plain.region === "string" ? plain.region : organization.region;
  const seed = urn + identityOf(type, plain);
  const making: Making = { type, name, seed, inputs: plain, region };
  if (type.startsWith("kubernetes:")) return simulateObject(making, inputs);
  const id = idOf(making);
  const arn = arnOf(making, id);
  const computed = COMPUTED[type]?.({ ...making, id, arn }) ?? {};
  const outputs: Properties = { ...inputs, ...computed };
  for (const [key, kind] of resourceShape(type)?.outputs ?? []) {
    if (outputs[key] === undefined) outputs[key] = defaultFor(key, kind, making, id, arn);
  }
  const { id: computedId, ...rest } = outputs;
  return { id: typeof computedId === "string" ? computedId : id, outputs: rest };
}

function defaultFor(key: string, kind: Kind, making: Making, id: string, arn: string): unknown {
  switch (key) {
    case "arn":
      return arn;
    case "region":
      return making.region;
    case "ownerId":
    case "accountId":
    case "registryId":
      return ACCOUNT_ID;
    case "tagsAll":
      return isRecord(making.inputs.tags) ? making.inputs.tags : {};
    case "name":
    case "bucket":
    case "identifier":
      return id;
    case "availabilityZone":
      return zonesOf(making.region)[0];
  }
  switch (kind) {
    case "string":
      return `${making.name}-${key}`;
    case "number":
      return 0;
    case "boolean":
      return false;
    case "array":
      return [];
    case "object":
      return {};
  }
}

function idOf({ type, name, seed, inputs }: Making): string {
  const prefix = ID_PREFIXES[type];
  if (prefix !== undefined) {
    return /^[EZ]$/.test(prefix)
      ? prefix + digits(seed, 13).toUpperCase()
      : `${prefix}-${digits(seed, 17)}`;
  }
  const input = ID_INPUTS[type];
  const given = input === undefined ? undefined : inputs[input];
  if (typeof given === "string") return given;
  if (type.startsWith("vault:")) {
    const path = [inputs.backend ?? inputs.mount, inputs.name ?? inputs.roleName ?? inputs.path];
    const words = path.filter((word) => typeof word === "string");
    if (words.length > 0) return words.join("/");
  }
  return `${name}-${digits(seed, 7)}`;
}

function arnOf(making: Making, id: string): string {
  const special = ARNS[making.type];
  if (special) return special(making, id);
  const [, module] = making.type.split(":");
  const [folder, kind] = module.split("/");
  const service = ARN_SERVICES[folder] ?? folder;
  const region = GLOBAL_SERVICES.has(service) ? "" : making.region;
  const resource = kind.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const path = service === "iam" && typeof making.inputs.path === "string"
    ? making.inputs.path
    : "/";
  return `arn:aws:${service}:${region}:${ACCOUNT_ID}:${resource}${path}${id}`;
}

/** A Kubernetes object is what was asked for, with a name and a unique id; its id is `namespace/name`. */
function simulateObject(making: Making, inputs: Properties): Made {
  const metadata = isRecord(making.inputs.metadata) ? making.inputs.metadata : {};
  const name = typeof metadata.name === "string"
    ? metadata.name
    : `${making.name}-${digits(making.seed, 8)}`;
  const namespace = typeof metadata.namespace === "string" ? metadata.namespace : undefined;
  const given = isRecord(inputs.metadata) ? inputs.metadata : {};
  return {
    id: namespace === undefined ? name : `${namespace}/${name}`,
    outputs: { ...inputs, metadata: { ...given, name, uid: uuid(making.seed) } },
  };
}

/** A version 4 UUID derived from a text. */
function uuid(text: string): string {
  const hex = digits(text, 32);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20),
  ].join("-");
}

/**
 * Updates a resource: new inputs over the old computed outputs.
 *
 * @param oldInputs What the old outputs were made from: keys that are gone from the inputs go
 */
export function simulateUpdate(
  oldOutputs: Properties,
  oldInputs: Properties,
  inputs: Properties,
): Properties {
  const kept = Object.fromEntries(
    Object.entries(oldOutputs).filter(([key]) => !(key in oldInputs) || key in inputs),
  );
  const outputs: Properties = { ...kept, ...inputs };
  if (isRecord(inputs.tags) && "tagsAll" in oldOutputs) outputs.tagsAll = inputs.tags;
  if (isRecord(inputs.metadata) && isRecord(oldOutputs.metadata)) {
    outputs.metadata = {
      ...inputs.metadata,
      name: oldOutputs.metadata.name,
      uid: oldOutputs.metadata.uid,
    };
  }
  return outputs;
}
