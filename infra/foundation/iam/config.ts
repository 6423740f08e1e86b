import { z } from "zod";
import { AWSBase } from "lib/pulumi/aws_base.ts";

/** A role that people take on. */
const PeopleRole = z.strictObject({
  /** What it is for. */
  description: z.string().min(10, "must say what the role is for").max(1000),
  /** AWS's own policies by name: `ReadOnlyAccess`, `job-function/Billing`. */
  managedPolicies: z.array(
    z.string().regex(/^[\w+=,.@/-]{1,128}$/, "must be a policy's name, without an ARN"),
  ).min(1, "a role that may do nothing is of no use").max(
    9,
    "IAM attaches ten at most, and one is ours",
  ),
  /** Hours that a session lasts, 1 to 12. */
  sessionHours: z.int().min(1).max(12).default(1),
}).refine(
  ({ managedPolicies, sessionHours }) =>
    sessionHours <= 4 || !managedPolicies.includes("AdministratorAccess"),
  { message: "administrators log in again after 4 hours at most", path: ["sessionHours"] },
);

/** `Pulumi.<stack>.yaml` of the account. */
export const IamConfig = AWSBase.extend({
  /** Roles that people take on after they have shown a second factor, by name. */
  roles: z.record(
    z.string().regex(/^[a-z][a-z0-9-]{0,47}$/, "must be lower-case letters, digits and dashes"),
    PeopleRole,
  ).refine((roles) => Object.keys(roles).length > 0, "name at least one role"),
  /** Characters of a password, at least. */
  minimumPasswordLength: z.int().min(14, "must be at least 14").max(128).default(16),
});

/** What others may read of the account. */
export const IamOutputs = z.strictObject({
  /** ARNs of people's roles by name. */
  roleArns: z.record(z.string(), z.string().startsWith("arn:aws:iam::")),
  /** Who warns of what can be reached from outside the account. */
  analyzerArn: z.string(),
});
