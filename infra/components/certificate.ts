import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { parseWith } from "lib/schema/parse.ts";

/** A host, or every host below a domain: `learn.example.edu`, `*.example.edu`. */
export const CertifiedName = z.string().max(253).regex(
  /^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/,
  "must be a domain in lower case such as example.edu or *.example.edu",
);

/** What a {@linkcode Certificate} is made from, beside the hosted zone. */
const Settings = z.strictObject({
  /** The first name; ACM takes 64 characters there. */
  domain: CertifiedName.max(64, "must have at most 64 characters: put a long one in otherNames"),
  /** More names, at most 9. Default none. */
  otherNames: z.array(CertifiedName).max(9).default([]),
  /** Of the key. Default the elliptic curve P-256. */
  keyAlgorithm: z.enum(["EC_prime256v1", "EC_secp384r1", "RSA_2048"]).default("EC_prime256v1"),
  /** Where it is used; CloudFront takes those of us-east-1 alone. Default the provider's region. */
  region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, "must be a region such as us-east-1")
    .optional(),
}).superRefine(({ domain, otherNames }, context) => {
  otherNames.forEach((name, at) => {
    if (name === domain || otherNames.indexOf(name) < at) {
      context.addIssue({ code: "custom", path: ["otherNames", at], message: "is named twice" });
    }
  });
});

/** Arguments as they are given. */
export type CertificateArgs = z.input<typeof Settings> & {
  /** The Route 53 zone that holds every name. */
  readonly zoneId: pulumi.Input<string>;
};

/**
 * A certificate of ACM, proved by records in a hosted zone and renewed by AWS as long as they are there.
 *
 * Creates: the certificate, one record for each name (a wildcard shares its domain's), and the validation
 * that waits for ACM.
 */
export class Certificate extends pulumi.ComponentResource {
  /** The certificate's ARN, once it has been issued. */
  readonly arn: pulumi.Output<string>;

  /**
   * Makes the certificate.
   *
   * @param name Starts every child's name
   * @param args See {@linkcode CertificateArgs}
   * @throws {Problems} for a name that is no domain, is too long or is named twice
   */
  constructor(name: string, args: CertificateArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ol:aws:Certificate", name, {}, opts);
    const { zoneId, ...given } = args;
    const settings = parseWith(Settings, given, `Certificate ${name}`);
    const parent = { parent: this };
    const where = settings.region ? { region: settings.region } : {};
    const names = [settings.domain, ...settings.otherNames];
    const certificate = new aws.acm.Certificate(name, {
      ...where,
      domainName: settings.domain,
      subjectAlternativeNames: settings.otherNames,
      keyAlgorithm: settings.keyAlgorithm,
      validationMethod: "DNS",
    }, parent);
    const proved = [...new Set(names.map((domain) => domain.replace(/^\*\./, "")))];
    const records = proved.map((domain) => {
      const option = certificate.domainValidationOptions.apply((options) =>
        options.find(({ domainName }) => domainName.replace(/^\*\./, "") === domain)!
      );
      return new aws.route53.Record(`${name}-${domain}`, {
        zoneId,
        name: option.resourceRecordName,
        type: option.resourceRecordType,
        records: [option.resourceRecordValue],
        ttl: 300,
        // Another certificate for the same name has the same record.
        allowOverwrite: true,
      }, parent);
    });
    this.arn = new aws.acm.CertificateValidation(name, {
      ...where,
      certificateArn: certificate.arn,
      validationRecordFqdns: records.map((record) => record.fqdn),
    }, parent).certificateArn;
    this.registerOutputs({ arn: this.arn });
  }
}
