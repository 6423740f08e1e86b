import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { policyDocument } from "lib/iam/mod.ts";
import { parseWith } from "lib/schema/parse.ts";

/** What S3 takes, less room for the suffix. */
const BucketName = z.string().max(50).regex(
  /^[a-z0-9][a-z0-9-]+$/,
  "must be lower-case letters, digits and dashes",
);

/** What becomes of objects with time. */
const LifecycleRule = z.strictObject({
  /** Only of objects whose key starts so; default all. */
  prefix: z.string().default(""),
  /** Days after which objects are deleted. */
  expireDays: z.int().min(1).optional(),
  /** Days after which they move to a cheaper class, at least 30. */
  archiveDays: z.int().min(30).optional(),
}).refine(({ expireDays, archiveDays }) => expireDays !== undefined || archiveDays !== undefined, {
  message: "says nothing: give expireDays or archiveDays",
}).refine(({ expireDays = Infinity, archiveDays = 0 }) => archiveDays < expireDays, {
  message: "must be less than expireDays",
  path: ["archiveDays"],
});

/** What a {@linkcode Bucket} is made from. */
export const BucketArgs = z.strictObject({
  /** Whether what is overwritten or deleted is kept for a while. */
  versioned: z.boolean().default(true),
  /** Days that it is kept. */
  oldVersionDays: z.int().min(1).max(3650).default(90),
  /** What becomes of objects with time. Default nothing. */
  lifecycle: z.array(LifecycleRule).max(100).default([]),
  /** Pages that may read it by script, as origins: `https://learn.example.edu`. Default none. */
  corsOrigins: z.array(
    z.string().regex(/^https:\/\/[a-z0-9.*-]+$/, "must be an origin such as https://example.edu"),
  ).default([]),
});
/** Arguments as they are given. */
export type BucketArgs = z.input<typeof BucketArgs> & {
  /**
   * The ARN of a CloudFront distribution that may read every object. It cannot use the account's own KMS
   * key for S3, so that S3's keys encrypt such a bucket. Default none.
   */
  readonly servedBy?: pulumi.Input<string>;
};

/**
 * A private bucket: encrypted, versioned, spoken to over TLS alone, without ACLs.
 *
 * Creates: the bucket, its public access block, ownership controls, encryption, versioning, lifecycle, a
 * policy against plain HTTP; with `corsOrigins` the CORS rules. S3 adds a suffix to the name.
 */
export class Bucket extends pulumi.ComponentResource {
  /** The bucket's name. */
  readonly bucketName: pulumi.Output<string>;
  /** The bucket's ARN. */
  readonly arn: pulumi.Output<string>;
  /** The host that serves its objects in its region. */
  readonly domainName: pulumi.Output<string>;

  /**
   * Makes the bucket.
   *
   * @param name Starts the bucket's name and every child's; at most 50 characters
   * @param args See {@linkcode BucketArgs}
   * @throws {Problems} for arguments that {@linkcode BucketArgs} refuses, or a name that S3 does
   */
  constructor(name: string, args: BucketArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    super("ol:aws:Bucket", name, {}, opts);
    parseWith(z.object({ name: BucketName }), { name }, `Bucket ${name}`);
    const { servedBy, ...given } = args;
    const settings = parseWith(BucketArgs, given, `Bucket ${name}`);
    const parent = { parent: this };
    const bucket = new aws.s3.Bucket(name, {}, parent);
    const on = { bucket: bucket.bucket };
    const closed = new aws.s3.BucketPublicAccessBlock(name, {
      ...on,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    }, parent);
    new aws.s3.BucketOwnershipControls(name, {
      ...on,
      rule: { objectOwnership: "BucketOwnerEnforced" },
    }, parent);
    new aws.s3.BucketServerSideEncryptionConfiguration(name, {
      ...on,
      rules: [{
        applyServerSideEncryptionByDefault: { sseAlgorithm: servedBy ? "AES256" : "aws:kms" },
        bucketKeyEnabled: servedBy === undefined,
      }],
    }, parent);
    const versioning = new aws.s3.BucketVersioning(name, {
      ...on,
      versioningConfiguration: { status: settings.versioned ? "Enabled" : "Suspended" },
    }, parent);
    new aws.s3.BucketLifecycleConfiguration(name, { ...on, rules: rulesOf(settings) }, {
      ...parent,
      dependsOn: [versioning],
    });
    if (settings.corsOrigins.length > 0) {
      new aws.s3.BucketCorsConfiguration(name, {
        ...on,
        corsRules: [{
          allowedOrigins: settings.corsOrigins,
          allowedMethods: ["GET", "HEAD"],
          maxAgeSeconds: 3600,
        }],
      }, parent);
    }
    new aws.s3.BucketPolicy(name, {
      ...on,
      policy: pulumi.jsonStringify(policyDocument(
        {
          sid: "TlsOnly",
          effect: "Deny",
          principals: "*",
          actions: "s3:*",
          resources: [bucket.arn, pulumi.interpolate`${bucket.arn}/*`],
          conditions: { Bool: { "aws:SecureTransport": "false" } },
        },
        ...(servedBy
          ? [
            {
              sid: "ServedByCloudFront",
              principals: { Service: "cloudfront.amazonaws.com" },
              actions: "s3:GetObject",
              resources: pulumi.interpolate`${bucket.arn}/*`,
              conditions: { ArnEquals: { "aws:SourceArn": pulumi.output(servedBy) } },
            } as const,
          ]
          : []),
      )),
    }, { ...parent, dependsOn: [closed] });
    this.bucketName = bucket.bucket;
    this.arn = bucket.arn;
    this.domainName = bucket.bucketRegionalDomainName;
    this.registerOutputs({ bucketName: this.bucketName });
  }
}

function rulesOf({ oldVersionDays, lifecycle }: z.output<typeof BucketArgs>) {
  return [
    {
      id: "leftovers",
      status: "Enabled",
      filter: { prefix: "" },
      abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
      noncurrentVersionExpiration: { noncurrentDays: oldVersionDays },
    },
    ...lifecycle.map(({ prefix, expireDays, archiveDays }, at) => ({
      id: `rule-${at}`,
      status: "Enabled",
      filter: { prefix },
      ...(expireDays === undefined ? {} : { expiration: { days: expireDays } }),
      ...(archiveDays === undefined
        ? {}
        : { transitions: [{ days: archiveDays, storageClass: "STANDARD_IA" }] }),
    })),
  ];
}
