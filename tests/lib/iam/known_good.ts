/** Policies as AWS's documentation recommends them, written down for this test. */
import type { PolicyType } from "lib/iam/mod.ts";

/** A policy that nothing is wrong with. */
export interface KnownGood {
  readonly name: string;
  readonly type: PolicyType;
  readonly statements: readonly unknown[];
}

const ACCOUNT = "123456789012";
const REGION = "us-east-1";
const arn = (service: string, resource: string) =>
  `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;
const role = (name: string) => `arn:aws:iam::${ACCOUNT}:role/${name}`;
const ROOT = { AWS: `arn:aws:iam::${ACCOUNT}:root` };
const from = (service: string) => ({ Service: `${service}.amazonaws.com` });
const allow = (Action: unknown, Resource: unknown, Condition?: unknown) => ({
  Effect: "Allow",
  Action,
  Resource,
  ...(Condition ? { Condition } : {}),
});
const deny = (Action: unknown, Resource: unknown, Condition?: unknown) => ({
  ...allow(Action, Resource, Condition),
  Effect: "Deny",
});
const to = (Principal: unknown, statement: object) => ({ ...statement, Principal });
const assume = (Principal: unknown, Condition?: unknown, Action: unknown = "sts:AssumeRole") => ({
  Effect: "Allow",
  Principal,
  Action,
  ...(Condition ? { Condition } : {}),
});
const provider = (name: string) => ({ Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/${name}` });
const EKS = `oidc.eks.${REGION}.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE`;
const GITHUB = "token.actions.githubusercontent.com";
const WEB = "sts:AssumeRoleWithWebIdentity";
const one = (type: PolicyType) => (name: string, ...statements: unknown[]): KnownGood => ({
  name,
  type,
  statements,
});
const [identity, resource, trust, endpoint, scp, rcp, session] = ([
  "identity",
  "resource",
  "trust",
  "endpoint",
  "scp",
  "rcp",
  "session",
] as const).map(one);
const BUCKET = ["arn:aws:s3:::docs-bucket", "arn:aws:s3:::docs-bucket/*"];

export const KNOWN_GOOD: readonly KnownGood[] = [
  identity(
    "read a bucket",
    allow(["s3:ListBucket", "s3:GetBucketLocation"], BUCKET[0]),
    allow("s3:GetObject", BUCKET[1]),
  ),
  identity(
    "write objects",
    allow(
      ["s3:PutObject", "s3:GetObject", "s3:DeleteObject", "s3:AbortMultipartUpload"],
      BUCKET[1],
    ),
  ),
  identity(
    "list one's own folder",
    allow("s3:ListBucket", BUCKET[0], {
      StringLike: { "s3:prefix": ["", "home/", "home/${aws:username}/*"] },
    }),
    allow(["s3:GetObject", "s3:PutObject"], "arn:aws:s3:::docs-bucket/home/${aws:username}/*"),
  ),
  identity(
    "pull images",
    allow("ecr:GetAuthorizationToken", "*"),
    allow(
      ["ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"],
      arn("ecr", "repository/app"),
    ),
  ),
  identity(
    "push images",
    allow("ecr:GetAuthorizationToken", "*"),
    allow([
      "ecr:BatchCheckLayerAvailability",
      "ecr:InitiateLayerUpload",
      "ecr:UploadLayerPart",
      "ecr:CompleteLayerUpload",
      "ecr:PutImage",
    ], arn("ecr", "repository/app")),
  ),
  identity(
    "lambda basic execution",
    allow("logs:CreateLogGroup", arn("logs", "*")),
    allow(["logs:CreateLogStream", "logs:PutLogEvents"], arn("logs", "log-group:/aws/lambda/fn:*")),
  ),
  identity(
    "lambda in a VPC",
    allow([
      "ec2:CreateNetworkInterface",
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeSubnets",
      "ec2:DeleteNetworkInterface",
    ], "*"),
  ),
  identity(
    "consume a queue",
    allow([
      "sqs:ReceiveMessage",
      "sqs:DeleteMessage",
      "sqs:GetQueueAttributes",
      "sqs:ChangeMessageVisibility",
    ], arn("sqs", "jobs")),
  ),
  identity("publish to a topic", allow("sns:Publish", arn("sns", "alerts"))),
  identity(
    "read secrets",
    allow(
      ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
      arn("secretsmanager", "secret:app/production-??????"),
    ),
  ),
  identity(
    "read parameters",
    allow(
      ["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"],
      arn("ssm", "parameter/app/*"),
    ),
  ),
  identity(
    "use a key through S3",
    allow(
      ["kms:Decrypt", "kms:GenerateDataKey"],
      arn("kms", "key/1234abcd-12ab-34cd-56ef-1234567890ab"),
      { StringEquals: { "kms:ViaService": "s3.us-east-1.amazonaws.com" } },
    ),
  ),
  identity(
    "a table's items",
    allow([
      "dynamodb:GetItem",
      "dynamodb:PutItem",
      "dynamodb:Query",
      "dynamodb:UpdateItem",
      "dynamodb:DeleteItem",
    ], [arn("dynamodb", "table/orders"), arn("dynamodb", "table/orders/index/*")]),
  ),
  identity(
    "one's own items",
    allow(["dynamodb:GetItem", "dynamodb:Query"], arn("dynamodb", "table/orders"), {
      "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": ["${aws:username}"] },
    }),
  ),
  identity(
    "start tagged instances",
    allow(["ec2:StartInstances", "ec2:StopInstances"], arn("ec2", "instance/*"), {
      StringEquals: { "aws:ResourceTag/Owner": "${aws:username}" },
    }),
  ),
  identity("describe EC2", allow("ec2:Describe*", "*")),
  identity(
    "external-dns",
    allow("route53:ChangeResourceRecordSets", "arn:aws:route53:::hostedzone/Z0123456789ABCDEF"),
    allow([
      "route53:ListHostedZones",
      "route53:ListResourceRecordSets",
      "route53:ListTagsForResource",
    ], "*"),
  ),
  identity(
    "cert-manager",
    allow("route53:GetChange", "arn:aws:route53:::change/*"),
    allow(
      ["route53:ChangeResourceRecordSets", "route53:ListResourceRecordSets"],
      "arn:aws:route53:::hostedzone/Z0123456789ABCDEF",
    ),
    allow("route53:ListHostedZonesByName", "*"),
  ),
  identity(
    "cluster autoscaler",
    allow([
      "autoscaling:DescribeAutoScalingGroups",
      "autoscaling:DescribeAutoScalingInstances",
      "autoscaling:DescribeLaunchConfigurations",
      "ec2:DescribeInstanceTypes",
      "ec2:DescribeLaunchTemplateVersions",
    ], "*"),
    allow(
      ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"],
      "*",
      { StringEquals: { "autoscaling:ResourceTag/kubernetes.io/cluster/data": "owned" } },
    ),
  ),
  identity(
    "EBS CSI tags",
    allow("ec2:CreateTags", ["arn:aws:ec2:*:*:volume/*", "arn:aws:ec2:*:*:snapshot/*"], {
      StringEquals: { "ec2:CreateAction": ["CreateVolume", "CreateSnapshot"] },
    }),
  ),
  identity(
    "assume a role elsewhere",
    allow("sts:AssumeRole", "arn:aws:iam::210987654321:role/audit"),
  ),
  identity(
    "pass a role to ECS",
    allow(["ecs:UpdateService", "ecs:DescribeServices"], arn("ecs", "service/main/web")),
    allow("iam:PassRole", role("web-task"), {
      StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" },
    }),
  ),
  identity(
    "create a service-linked role",
    allow(
      "iam:CreateServiceLinkedRole",
      `arn:aws:iam::${ACCOUNT}:role/aws-service-role/elasticloadbalancing.amazonaws.com/*`,
      { StringEquals: { "iam:AWSServiceName": "elasticloadbalancing.amazonaws.com" } },
    ),
  ),
  identity(
    "manage one's own MFA",
    allow(["iam:GetUser", "iam:ChangePassword"], "arn:aws:iam::*:user/${aws:username}"),
    allow(
      ["iam:EnableMFADevice", "iam:ListMFADevices", "iam:ResyncMFADevice"],
      "arn:aws:iam::*:user/${aws:username}",
    ),
    deny("ec2:*", "*", { BoolIfExists: { "aws:MultiFactorAuthPresent": "false" } }),
  ),
  identity("deny other regions", {
    Effect: "Deny",
    NotAction: ["iam:*", "sts:*", "route53:*", "cloudfront:*", "support:*"],
    Resource: "*",
    Condition: { StringNotEquals: { "aws:RequestedRegion": ["us-east-1", "us-west-2"] } },
  }),
  identity(
    "deny outside the office",
    deny("*", "*", {
      NotIpAddress: { "aws:SourceIp": ["192.0.2.0/24", "203.0.113.0/24"] },
      Bool: { "aws:ViaAWSService": "false" },
    }),
  ),
  identity(
    "within a window of time",
    allow("s3:GetObject", BUCKET[1], {
      DateGreaterThan: { "aws:CurrentTime": "2026-04-01T00:00:00Z" },
      DateLessThan: { "aws:CurrentTime": "2026-06-30T23:59:59Z" },
    }),
  ),
  identity(
    "send mail from one address",
    allow(["ses:SendEmail", "ses:SendRawEmail"], arn("ses", "identity/example.com"), {
      StringEquals: { "ses:FromAddress": "no-reply@example.com" },
    }),
  ),
  identity(
    "put metrics",
    allow("cloudwatch:PutMetricData", "*", { StringEquals: { "cloudwatch:namespace": "App" } }),
  ),
  identity(
    "query Athena",
    allow(
      ["athena:StartQueryExecution", "athena:GetQueryExecution", "athena:GetQueryResults"],
      arn("athena", "workgroup/primary"),
    ),
    allow(["glue:GetTable", "glue:GetDatabase", "glue:GetPartitions"], [
      arn("glue", "catalog"),
      arn("glue", "database/lake"),
      arn("glue", "table/lake/*"),
    ]),
  ),
  identity("RDS by IAM", allow("rds-db:connect", arn("rds-db", "dbuser:db-ABCDEFGHIJKL01234/app"))),
  identity(
    "invoke a function",
    allow("lambda:InvokeFunction", [
      arn("lambda", "function:app"),
      arn("lambda", "function:app:*"),
    ]),
  ),
  identity(
    "start a state machine",
    allow("states:StartExecution", arn("states", "stateMachine:nightly")),
  ),
  identity(
    "S3 backup of EFS",
    allow(
      ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
      arn("elasticfilesystem", "file-system/fs-01234567"),
      {
        StringEquals: {
          "elasticfilesystem:AccessPointArn": arn(
            "elasticfilesystem",
            "access-point/fsap-01234567",
          ),
        },
      },
    ),
  ),
  identity(
    "tag on creation",
    allow("ec2:CreateTags", arn("ec2", "*/*"), {
      StringEquals: { "ec2:CreateAction": "RunInstances" },
      "ForAllValues:StringEquals": { "aws:TagKeys": ["Owner", "Environment"] },
    }),
  ),

  identity(
    "manage one's own credentials, with MFA",
    allow([
      "iam:CreateAccessKey",
      "iam:DeleteAccessKey",
      "iam:ListAccessKeys",
      "iam:UpdateAccessKey",
    ], "arn:aws:iam::*:user/${aws:username}"),
    allow("iam:CreateVirtualMFADevice", "arn:aws:iam::*:mfa/*"),
    {
      Effect: "Deny",
      NotAction: [
        "iam:CreateVirtualMFADevice",
        "iam:EnableMFADevice",
        "iam:ListMFADevices",
        "sts:GetSessionToken",
      ],
      Resource: "*",
      Condition: { BoolIfExists: { "aws:MultiFactorAuthPresent": "false" } },
    },
  ),
  identity(
    "tag load balancers",
    allow(["elasticloadbalancing:AddTags", "elasticloadbalancing:RemoveTags"], [
      "arn:aws:elasticloadbalancing:*:*:targetgroup/*/*",
      "arn:aws:elasticloadbalancing:*:*:loadbalancer/app/*/*",
    ], {
      Null: {
        "aws:RequestTag/elbv2.k8s.aws/cluster": "true",
        "aws:ResourceTag/elbv2.k8s.aws/cluster": "false",
      },
    }),
  ),
  identity(
    "roles with a boundary",
    allow(["iam:CreateRole", "iam:AttachRolePolicy", "iam:PutRolePolicy"], "*", {
      StringEquals: { "iam:PermissionsBoundary": `arn:aws:iam::${ACCOUNT}:policy/boundary` },
    }),
  ),

  trust(
    "an organization's role",
    assume({ AWS: "*" }, {
      StringEquals: { "aws:PrincipalOrgID": "o-a1b2c3d4e5" },
      ArnLike: { "aws:PrincipalArn": "arn:aws:iam::*:role/deploy" },
    }),
  ),
  trust(
    "session tags",
    assume({ AWS: role("ci") }, {
      StringLike: { "aws:RequestTag/project": "app-*" },
      "ForAllValues:StringEquals": { "sts:TransitiveTagKeys": ["project"] },
    }, ["sts:AssumeRole", "sts:TagSession"]),
  ),
  trust("EC2", assume(from("ec2"))),
  trust(
    "Lambda and Lambda@Edge",
    assume({ Service: ["lambda.amazonaws.com", "edgelambda.amazonaws.com"] }),
  ),
  trust(
    "ECS tasks of one account",
    assume(from("ecs-tasks"), {
      StringEquals: { "aws:SourceAccount": ACCOUNT },
      ArnLike: { "aws:SourceArn": arn("ecs", "*") },
    }),
  ),
  trust(
    "another account with an external id",
    assume({ AWS: "arn:aws:iam::210987654321:root" }, {
      StringEquals: { "sts:ExternalId": "b4a6d7e8" },
    }),
  ),
  trust(
    "one's own account with MFA",
    assume(ROOT, { Bool: { "aws:MultiFactorAuthPresent": "true" } }),
  ),
  trust(
    "EKS IRSA",
    assume(provider(EKS), {
      StringEquals: {
        [`${EKS}:sub`]: "system:serviceaccount:apps:web",
        [`${EKS}:aud`]: "sts.amazonaws.com",
      },
    }, WEB),
  ),
  trust(
    "EKS IRSA for a namespace",
    assume(provider(EKS), {
      StringLike: { [`${EKS}:sub`]: "system:serviceaccount:apps:*" },
      StringEquals: { [`${EKS}:aud`]: "sts.amazonaws.com" },
    }, WEB),
  ),
  trust(
    "EKS pod identity",
    assume(from("pods.eks"), undefined, ["sts:AssumeRole", "sts:TagSession"]),
  ),
  trust(
    "GitHub branch",
    assume(provider(GITHUB), {
      StringEquals: {
        [`${GITHUB}:aud`]: "sts.amazonaws.com",
        [`${GITHUB}:sub`]: "repo:mitodl/app:ref:refs/heads/main",
      },
    }, WEB),
  ),
  trust(
    "GitHub environments of one repository",
    assume(provider(GITHUB), {
      StringEquals: { [`${GITHUB}:aud`]: "sts.amazonaws.com" },
      StringLike: { [`${GITHUB}:sub`]: "repo:mitodl/app:*" },
    }, WEB),
  ),
  trust(
    "SAML",
    assume({ Federated: `arn:aws:iam::${ACCOUNT}:saml-provider/okta` }, {
      StringEquals: { "SAML:aud": "https://signin.aws.amazon.com/saml" },
    }, "sts:AssumeRoleWithSAML"),
  ),
  trust(
    "Cognito",
    assume({ Federated: "cognito-identity.amazonaws.com" }, {
      StringEquals: {
        "cognito-identity.amazonaws.com:aud": "us-east-1:12345678-dead-beef-cafe-123456790ab",
      },
      "ForAnyValue:StringLike": { "cognito-identity.amazonaws.com:amr": "authenticated" },
    }, WEB),
  ),
  trust(
    "Roles Anywhere",
    assume(from("rolesanywhere"), {
      ArnEquals: { "aws:SourceArn": arn("rolesanywhere", "trust-anchor/TA") },
    }, ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]),
  ),

  resource(
    "a perimeter",
    to(
      "*",
      deny("s3:*", BUCKET, {
        NotIpAddressIfExists: { "aws:SourceIp": ["203.0.113.0/24"] },
        StringNotEqualsIfExists: { "aws:SourceVpc": ["vpc-0123456789abcdef0"] },
        BoolIfExists: { "aws:PrincipalIsAWSService": "false", "aws:ViaAWSService": "false" },
        ArnNotLikeIfExists: { "aws:PrincipalArn": ["arn:aws:iam::*:role/aws-service-role/*"] },
      }),
    ),
  ),
  resource(
    "KMS by way of EC2",
    to(
      { AWS: "*" },
      allow(
        [
          "kms:Encrypt",
          "kms:Decrypt",
          "kms:ReEncrypt*",
          "kms:GenerateDataKey*",
          "kms:CreateGrant",
          "kms:DescribeKey",
        ],
        "*",
        {
          StringEquals: {
            "kms:CallerAccount": ACCOUNT,
            "kms:ViaService": "ec2.us-east-1.amazonaws.com",
          },
        },
      ),
    ),
  ),
  resource("TLS only", to("*", deny("s3:*", BUCKET, { Bool: { "aws:SecureTransport": "false" } }))),
  resource(
    "one organization reads",
    to(
      "*",
      allow("s3:GetObject", BUCKET[1], { StringEquals: { "aws:PrincipalOrgID": "o-a1b2c3d4e5" } }),
    ),
  ),
  resource(
    "another account reads",
    to({ AWS: "arn:aws:iam::210987654321:root" }, allow("s3:ListBucket", BUCKET[0])),
    to({ AWS: "arn:aws:iam::210987654321:root" }, allow("s3:GetObject", BUCKET[1])),
  ),
  resource(
    "CloudFront by OAC",
    to(
      from("cloudfront"),
      allow("s3:GetObject", BUCKET[1], {
        StringEquals: {
          "AWS:SourceArn": `arn:aws:cloudfront::${ACCOUNT}:distribution/EDFDVBD6EXAMPLE`,
        },
      }),
    ),
  ),
  resource(
    "server access logs",
    to(
      from("logging.s3"),
      allow("s3:PutObject", "arn:aws:s3:::logs/access/*", {
        ArnLike: { "aws:SourceArn": "arn:aws:s3:::docs-bucket" },
        StringEquals: { "aws:SourceAccount": ACCOUNT },
      }),
    ),
  ),
  resource(
    "load balancer logs",
    to(
      from("logdelivery.elasticloadbalancing"),
      allow("s3:PutObject", `arn:aws:s3:::logs/alb/AWSLogs/${ACCOUNT}/*`),
    ),
  ),
  resource(
    "CloudTrail",
    to(
      from("cloudtrail"),
      allow("s3:GetBucketAcl", "arn:aws:s3:::trail", {
        StringEquals: { "aws:SourceArn": arn("cloudtrail", "trail/main") },
      }),
    ),
    to(
      from("cloudtrail"),
      allow("s3:PutObject", `arn:aws:s3:::trail/AWSLogs/${ACCOUNT}/*`, {
        StringEquals: {
          "s3:x-amz-acl": "bucket-owner-full-control",
          "aws:SourceArn": arn("cloudtrail", "trail/main"),
        },
      }),
    ),
  ),
  resource(
    "only by a VPC endpoint",
    to("*", deny("s3:*", BUCKET, { StringNotEquals: { "aws:SourceVpce": "vpce-1a2b3c4d" } })),
  ),
  resource(
    "encrypted uploads only",
    to(
      "*",
      deny("s3:PutObject", BUCKET[1], {
        StringNotEquals: { "s3:x-amz-server-side-encryption": "aws:kms" },
      }),
    ),
  ),
  resource("public website", to("*", allow("s3:GetObject", "arn:aws:s3:::www.example.com/*"))),
  resource("KMS default", { Sid: "Enable IAM User Permissions", ...to(ROOT, allow("kms:*", "*")) }),
  resource(
    "KMS administrators, users and grants",
    { Sid: "Root", ...to(ROOT, allow("kms:*", "*")) },
    to(
      { AWS: role("admin") },
      allow([
        "kms:Create*",
        "kms:Describe*",
        "kms:Enable*",
        "kms:List*",
        "kms:Put*",
        "kms:Update*",
        "kms:Revoke*",
        "kms:Disable*",
        "kms:Get*",
        "kms:Delete*",
        "kms:TagResource",
        "kms:UntagResource",
        "kms:ScheduleKeyDeletion",
        "kms:CancelKeyDeletion",
      ], "*"),
    ),
    to(
      { AWS: role("app") },
      allow([
        "kms:Encrypt",
        "kms:Decrypt",
        "kms:ReEncrypt*",
        "kms:GenerateDataKey*",
        "kms:DescribeKey",
      ], "*"),
    ),
    to(
      { AWS: role("app") },
      allow(["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"], "*", {
        Bool: { "kms:GrantIsForAWSResource": "true" },
      }),
    ),
  ),
  resource(
    "KMS for CloudWatch Logs",
    to(
      from(`logs.${REGION}`),
      allow(
        ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
        "*",
        { ArnEquals: { "kms:EncryptionContext:aws:logs:arn": arn("logs", "log-group:app") } },
      ),
    ),
  ),
  resource(
    "topic to queue",
    to(
      from("sns"),
      allow("sqs:SendMessage", arn("sqs", "jobs"), {
        ArnEquals: { "aws:SourceArn": arn("sns", "alerts") },
      }),
    ),
  ),
  resource(
    "bucket to topic",
    to(
      from("s3"),
      allow("sns:Publish", arn("sns", "uploads"), {
        StringEquals: { "aws:SourceAccount": ACCOUNT },
        ArnLike: { "aws:SourceArn": "arn:aws:s3:::docs-bucket" },
      }),
    ),
  ),
  resource(
    "events to queue",
    to(
      from("events"),
      allow("sqs:SendMessage", arn("sqs", "jobs"), {
        ArnEquals: { "aws:SourceArn": arn("events", "rule/nightly") },
      }),
    ),
  ),
  resource(
    "secret for a role",
    to({ AWS: role("app") }, allow("secretsmanager:GetSecretValue", "*")),
  ),
  resource("ECR across accounts", {
    Effect: "Allow",
    Principal: { AWS: "arn:aws:iam::210987654321:root" },
    Action: ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchCheckLayerAvailability"],
  }),
  resource("ECR for Lambda", {
    Effect: "Allow",
    Principal: from("lambda"),
    Action: ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
    Condition: { StringLike: { "aws:sourceArn": arn("lambda", "function:*") } },
  }),
  resource(
    "OpenSearch",
    to(
      { AWS: role("app") },
      allow(["es:ESHttpGet", "es:ESHttpPost", "es:ESHttpPut"], arn("es", "domain/logs/*")),
    ),
  ),
  resource(
    "EFS",
    to(
      { AWS: "*" },
      allow(
        ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
        arn("elasticfilesystem", "file-system/fs-01234567"),
        { Bool: { "elasticfilesystem:AccessedViaMountTarget": "true" } },
      ),
    ),
  ),
  resource(
    "private API",
    to("*", allow("execute-api:Invoke", "execute-api:/*")),
    to(
      "*",
      deny("execute-api:Invoke", "execute-api:/*", {
        StringNotEquals: { "aws:SourceVpc": "vpc-1a2b3c4d" },
      }),
    ),
  ),

  endpoint("everything", to("*", allow("*", "*"))),
  endpoint("one bucket", to("*", allow(["s3:GetObject", "s3:PutObject"], BUCKET[1]))),
  endpoint(
    "the organization's own",
    to(
      "*",
      allow("*", "*", {
        StringEquals: { "aws:PrincipalOrgID": "o-a1b2c3d4e5", "aws:ResourceOrgID": "o-a1b2c3d4e5" },
      }),
    ),
  ),
  scp("FullAWSAccess", allow("*", "*")),
  scp("deny leaving", deny("organizations:LeaveOrganization", "*")),
  scp("deny root", deny("*", "*", { StringLike: { "aws:PrincipalArn": "arn:aws:iam::*:root" } })),
  rcp("the organization only", {
    Effect: "Deny",
    Principal: "*",
    Action: ["s3:*", "sqs:*", "kms:*", "secretsmanager:*", "sts:*"],
    Resource: "*",
    Condition: {
      StringNotEqualsIfExists: { "aws:PrincipalOrgID": "o-a1b2c3d4e5" },
      BoolIfExists: { "aws:PrincipalIsAWSService": "false" },
    },
  }),
  session("read one prefix", allow("s3:GetObject", "arn:aws:s3:::docs-bucket/tenant-1/*")),
];
