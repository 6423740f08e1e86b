/**
 * Which Pulumi resources carry policy documents, and where.
 *
 * @module
 */
import type { PolicyType } from "lib/iam/policy_type.ts";

/** A policy document on a resource. */
export interface PolicyDocument {
  /** The input that holds it: `policy`, `inlinePolicies[0].policy`. */
  readonly property: string;
  /** What kind of policy the input holds. */
  readonly type: PolicyType;
  /** Text, an object, or whatever else the program gave. */
  readonly document: unknown;
}

/** Resource type token (without the file part's case) → input property → policy type. */
const CARRIERS: Readonly<Record<string, Readonly<Record<string, PolicyType>>>> = {
  "aws:iam/role:Role": { assumeRolePolicy: "trust", "inlinePolicies[].policy": "identity" },
  "aws:iam/rolePolicy:RolePolicy": { policy: "identity" },
  "aws:iam/policy:Policy": { policy: "identity" },
  "aws:iam/userPolicy:UserPolicy": { policy: "identity" },
  "aws:iam/groupPolicy:GroupPolicy": { policy: "identity" },
  "aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy": { inlinePolicy: "identity" },
  "aws:transfer/access:Access": { policy: "session" },
  "aws:transfer/user:User": { policy: "session" },
  "aws:s3/accessPoint:AccessPoint": { policy: "resource" },
  "aws:s3/bucket:Bucket": { policy: "resource" },
  "aws:s3/bucketPolicy:BucketPolicy": { policy: "resource" },
  "aws:s3/bucketV2:BucketV2": { policy: "resource" },
  "aws:s3control/accessPointPolicy:AccessPointPolicy": { policy: "resource" },
  "aws:s3control/bucketPolicy:BucketPolicy": { policy: "resource" },
  "aws:s3control/multiRegionAccessPointPolicy:MultiRegionAccessPointPolicy": {
    "details.policy": "resource",
  },
  "aws:s3control/objectLambdaAccessPointPolicy:ObjectLambdaAccessPointPolicy": {
    policy: "resource",
  },
  "aws:s3tables/tableBucketPolicy:TableBucketPolicy": { resourcePolicy: "resource" },
  "aws:s3tables/tablePolicy:TablePolicy": { resourcePolicy: "resource" },
  "aws:glacier/vault:Vault": { accessPolicy: "resource" },
  "aws:glacier/vaultLock:VaultLock": { policy: "resource" },
  "aws:sqs/queue:Queue": { policy: "resource" },
  "aws:sqs/queuePolicy:QueuePolicy": { policy: "resource" },
  "aws:sns/topic:Topic": { policy: "resource" },
  "aws:sns/topicPolicy:TopicPolicy": { policy: "resource" },
  "aws:kms/key:Key": { policy: "resource" },
  "aws:kms/externalKey:ExternalKey": { policy: "resource" },
  "aws:kms/keyPolicy:KeyPolicy": { policy: "resource" },
  "aws:kms/replicaKey:ReplicaKey": { policy: "resource" },
  "aws:kms/replicaExternalKey:ReplicaExternalKey": { policy: "resource" },
  "aws:secretsmanager/secret:Secret": { policy: "resource" },
  "aws:secretsmanager/secretPolicy:SecretPolicy": { policy: "resource" },
  "aws:ecr/registryPolicy:RegistryPolicy": { policy: "resource" },
  "aws:ecr/repositoryPolicy:RepositoryPolicy": { policy: "resource" },
  "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate": { repositoryPolicy: "resource" },
  "aws:ecrpublic/repositoryPolicy:RepositoryPolicy": { policy: "resource" },
  "aws:ec2/vpcEndpoint:VpcEndpoint": { policy: "endpoint" },
  "aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy": { policy: "endpoint" },
  "aws:opensearch/domain:Domain": { accessPolicies: "resource" },
  "aws:opensearch/domainPolicy:DomainPolicy": { accessPolicies: "resource" },
  "aws:elasticsearch/domain:Domain": { accessPolicies: "resource" },
  "aws:elasticsearch/domainPolicy:DomainPolicy": { accessPolicies: "resource" },
  "aws:apigateway/restApi:RestApi": { policy: "resource" },
  "aws:apigateway/restApiPolicy:RestApiPolicy": { policy: "resource" },
  "aws:backup/vaultPolicy:VaultPolicy": { policy: "resource" },
  "aws:cloudwatch/eventBusPolicy:EventBusPolicy": { policy: "resource" },
  "aws:cloudwatch/logDestinationPolicy:LogDestinationPolicy": { accessPolicy: "resource" },
  "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": { policyDocument: "resource" },
  "aws:codeartifact/domainPermissions:DomainPermissions": { policyDocument: "resource" },
  "aws:codeartifact/repositoryPermissionsPolicy:RepositoryPermissionsPolicy": {
    policyDocument: "resource",
  },
  "aws:codebuild/resourcePolicy:ResourcePolicy": { policy: "resource" },
  "aws:dynamodb/resourcePolicy:ResourcePolicy": { policy: "resource" },
  "aws:efs/fileSystemPolicy:FileSystemPolicy": { policy: "resource" },
  "aws:glue/resourcePolicy:ResourcePolicy": { policy: "resource" },
  "aws:kinesis/resourcePolicy:ResourcePolicy": { policy: "resource" },
  "aws:mediastore/containerPolicy:ContainerPolicy": { policy: "resource" },
  "aws:msk/clusterPolicy:ClusterPolicy": { policy: "resource" },
  "aws:networkfirewall/resourcePolicy:ResourcePolicy": { policy: "resource" },
  "aws:redshift/resourcePolicy:ResourcePolicy": { policy: "resource" },
  "aws:redshiftserverless/resourcePolicy:ResourcePolicy": { policy: "resource" },
  "aws:schemas/registryPolicy:RegistryPolicy": { policy: "resource" },
  "aws:ses/identityPolicy:IdentityPolicy": { policy: "resource" },
  "aws:sesv2/emailIdentityPolicy:EmailIdentityPolicy": { policy: "resource" },
  "aws:vpclattice/authPolicy:AuthPolicy": { policy: "resource" },
  "aws:vpclattice/resourcePolicy:ResourcePolicy": { policy: "resource" },
};

/** The resource types that may carry a policy document, and in which inputs, for the documentation. */
export const policyCarriers: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.entries(CARRIERS).filter(([, inputs]) => Object.keys(inputs).length > 0)
    .map(([token, inputs]) => [token, Object.keys(inputs)]),
);

function valuesAt(inputs: unknown, property: string): { property: string; value: unknown }[] {
  return property.split(".").reduce((found, step) => {
    const isList = step.endsWith("[]");
    const key = isList ? step.slice(0, -2) : step;
    return found.flatMap(({ property, value }) => {
      const child = (value as Record<string, unknown> | null | undefined)?.[key];
      const at = property === "" ? key : `${property}.${key}`;
      if (!isList) return [{ property: at, value: child }];
      return Array.isArray(child)
        ? child.map((item, index) => ({ property: `${at}[${index}]`, value: item as unknown }))
        : [];
    });
  }, [{ property: "", value: inputs }]);
}

/**
 * The policy documents that a resource carries, to be linted.
 *
 * @param resourceType A Pulumi type token: `aws:iam/rolePolicy:RolePolicy`
 * @param inputs The resource's inputs, as plain data; absent ones are skipped
 */
export function policyDocumentsOf(
  resourceType: string,
  inputs: Readonly<Record<string, unknown>>,
): PolicyDocument[] {
  return Object.entries(CARRIERS[resourceType] ?? organizationPolicy(resourceType, inputs)).flatMap(
    ([property, type]) =>
      valuesAt(inputs, property)
        .filter(({ value }) => value !== undefined && value !== null && value !== "")
        .map(({ property, value }) => ({ property, type, document: value })),
  );
}

/** An organization's policy says itself what kind it is; other kinds are no IAM policies. */
function organizationPolicy(
  resourceType: string,
  inputs: Readonly<Record<string, unknown>>,
): Record<string, PolicyType> {
  if (resourceType === "aws:organizations/resourcePolicy:ResourcePolicy") {
    return { content: "resource" };
  }
  if (resourceType !== "aws:organizations/policy:Policy") return {};
  const kind = inputs.type ?? "SERVICE_CONTROL_POLICY";
  if (kind === "SERVICE_CONTROL_POLICY") return { content: "scp" };
  return kind === "RESOURCE_CONTROL_POLICY" ? { content: "rcp" } : {};
}
