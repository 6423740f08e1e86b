import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { Bucket } from "infra/components/bucket.ts";
import { Certificate, CertifiedName } from "infra/components/certificate.ts";
import { parseWith } from "lib/schema/parse.ts";

/** CloudFront's own policies: the same in every account (its developer guide, "managed policies"). */
const CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6";
const SECURITY_HEADERS = "67f7725c-6f97-4210-82d7-5512b31e9d03";
const CORS_WITH_SECURITY_HEADERS = "e61eb60c-9c35-4d20-a928-2b84e02af89c";

/** Where CloudFront takes certificates from. */
const CERTIFICATES_REGION = "us-east-1";

const Path = z.string().regex(/^\/[\w./-]*\w$/, "must be the path of a file such as /404.html");

/** What a {@linkcode StaticSite} is made from, beside its hosts and zone. */
const Settings = z.strictObject({
  /**
   * What a path means: `pages` are files, a folder's being its `index.html`; an `application` routes in the
   * browser, so that every path without a file is `/index.html`; `assets` are files that other hosts'
   * pages use. Default `pages`.
   */
  kind: z.enum(["pages", "application", "assets"]).default("pages"),
  /** What pages show, with status 404, for a path without a file. Default `/404.html`. */
  notFoundPage: Path.optional(),
  /** Where it is near: North America and Europe, these and Asia, or everywhere. Default the first. */
  priceClass: z.enum(["PriceClass_100", "PriceClass_200", "PriceClass_All"])
    .default("PriceClass_100"),
  /** Days that an overwritten file is kept. Default 30. */
  oldVersionDays: z.int().min(1).max(3650).default(30),
}).refine(({ kind, notFoundPage }) => kind === "pages" || notFoundPage === undefined, {
  message: "is for pages: the others have none",
  path: ["notFoundPage"],
});

/** Arguments as they are given. */
export type StaticSiteArgs = z.input<typeof Settings> & {
  /** Where it answers: `docs.example.edu`. */
  readonly host: string;
  /** The Route 53 zone that holds the host. */
  readonly zoneId: pulumi.Input<string>;
};

/** Runs at the edge before the cache is asked: CloudFront knows one index for the root alone. */
const INDEX_OF_FOLDERS = `function handler(event) {
  var request = event.request;
  if (request.uri.endsWith("/")) request.uri += "index.html";
  return request;
}
`;

/**
 * Files behind a CDN: a private bucket that only its CloudFront distribution reads, over TLS 1.2 or newer.
 *
 * Creates: a {@linkcode Bucket}, an origin access control, the distribution, a {@linkcode Certificate} in
 * us-east-1, A and AAAA records; for pages a function that finds a folder's `index.html`.
 */
export class StaticSite extends pulumi.ComponentResource {
  /** Where files go. */
  readonly bucketName: pulumi.Output<string>;
  /** The bucket's ARN: who may write to it may publish. */
  readonly bucketArn: pulumi.Output<string>;
  /** The distribution, for `aws cloudfront create-invalidation`. */
  readonly distributionId: pulumi.Output<string>;
  /** Where it answers, with scheme and no slash. */
  readonly url: string;

  /**
   * Makes the site.
   *
   * @param name Starts the bucket's name and every child's; at most 50 characters
   * @param args See {@linkcode StaticSiteArgs}
   * @throws {Problems} for a host that is no domain, or settings that contradict each other
   */
  constructor(name: string, args: StaticSiteArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ol:aws:StaticSite", name, {}, opts);
    const source = `StaticSite ${name}`;
    const { zoneId, host, ...given } = args;
    parseWith(z.object({ host: CertifiedName }), { host }, source);
    const settings = parseWith(Settings, given, source);
    const parent = { parent: this };
    const [distributionArn, resolveDistributionArn] = pulumi.deferredOutput<string>();
    const bucket = new Bucket(name, {
      oldVersionDays: settings.oldVersionDays,
      servedBy: distributionArn,
    }, parent);
    const certificate = new Certificate(name, {
      domain: host,
      zoneId,
      region: CERTIFICATES_REGION,
    }, parent);
    const access = new aws.cloudfront.OriginAccessControl(name, {
      description: `Files of ${host}`,
      originAccessControlOriginType: "s3",
      signingBehavior: "always",
      signingProtocol: "sigv4",
    }, parent);
    const distribution = new aws.cloudfront.Distribution(name, {
      enabled: true,
      comment: host,
      aliases: [host],
      isIpv6Enabled: true,
      httpVersion: "http2and3",
      priceClass: settings.priceClass,
      ...(settings.kind === "assets" ? {} : { defaultRootObject: "index.html" }),
      origins: [{
        originId: "bucket",
        domainName: bucket.domainName,
        originAccessControlId: access.id,
      }],
      defaultCacheBehavior: {
        targetOriginId: "bucket",
        viewerProtocolPolicy: "redirect-to-https",
        allowedMethods: ["GET", "HEAD", "OPTIONS"],
        cachedMethods: ["GET", "HEAD"],
        compress: true,
        cachePolicyId: CACHING_OPTIMIZED,
        responseHeadersPolicyId: settings.kind === "assets"
          ? CORS_WITH_SECURITY_HEADERS
          : SECURITY_HEADERS,
        functionAssociations: this.#functions(name, settings.kind),
      },
      customErrorResponses: errorResponses(settings),
      viewerCertificate: {
        acmCertificateArn: certificate.arn,
        sslSupportMethod: "sni-only",
        minimumProtocolVersion: "TLSv1.2_2021",
      },
      restrictions: { geoRestriction: { restrictionType: "none" } },
    }, parent);
    resolveDistributionArn(distribution.arn);
    for (const type of ["A", "AAAA"]) {
      new aws.route53.Record(`${name}-${type.toLowerCase()}`, {
        zoneId,
        name: host,
        type,
        aliases: [{
          name: distribution.domainName,
          zoneId: distribution.hostedZoneId,
          evaluateTargetHealth: false,
        }],
      }, parent);
    }
    this.bucketName = bucket.bucketName;
    this.bucketArn = bucket.arn;
    this.distributionId = distribution.id;
    this.url = `https://${host}`;
    this.registerOutputs({ bucketName: this.bucketName, distributionId: this.distributionId });
  }

  #functions(name: string, kind: z.output<typeof Settings>["kind"]) {
    if (kind !== "pages") return [];
    const indexes = new aws.cloudfront.Function(name, {
      comment: "The index.html of a folder",
      runtime: "cloudfront-js-2.0",
      code: INDEX_OF_FOLDERS,
      publish: true,
    }, { parent: this });
    return [{ eventType: "viewer-request", functionArn: indexes.arn }];
  }
}

/** S3 answers 403, not 404, to who may not list: CloudFront may not. */
function errorResponses({ kind, notFoundPage = "/404.html" }: z.output<typeof Settings>) {
  switch (kind) {
    case "pages":
      return [{ errorCode: 403, responseCode: 404, responsePagePath: notFoundPage }];
    case "application":
      return [{ errorCode: 403, responseCode: 200, responsePagePath: "/index.html" }];
    case "assets":
      return [];
  }
}
