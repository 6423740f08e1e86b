import { grantsOf } from "lib/iam/effective.ts";
import { grants } from "lib/iam/grants.ts";
import { isStar } from "lib/iam/resources.ts";
import { covers } from "lib/iam/glob.ts";
import type { Rule } from "lib/iam/rule.ts";

/** What a right over a bucket can be turned into. */
const PAIRS: readonly (readonly [string, readonly string[]])[] = [
  ["s3:PutBucketPolicy", ["s3:PutObject", "s3:GetObject", "s3:DeleteObject"]],
  ["s3:PutBucketAcl", ["s3:PutObject", "s3:GetObject", "s3:DeleteObject"]],
  ["s3:PutLifecycleConfiguration", ["s3:DeleteObject"]],
];

/** Rights over a bucket without those over its objects, which they can be turned into. */
export const resourcePolicyEscalation: Rule = {
  ids: ["RESOURCE_POLICY_PRIVILEGE_ESCALATION"],
  policy(policy, report) {
    if (!grants(policy)) return;
    const { statements } = policy;
    for (const [bucketAction, objectActions] of PAIRS) {
      const lacking = new Set<string>();
      const buckets = grantsOf(statements, bucketAction.toLowerCase());
      for (const { statement, resources } of buckets) {
        for (const bucket of resources) {
          if (!isStar(bucket) && (!/^arn:[^:]*:(s3|\*):/.test(bucket) || bucket.includes("/"))) {
            continue;
          }
          for (const action of objectActions) {
            const objects = grantsOf(statements, action.toLowerCase())
              .flatMap((grant) => grant.resources);
            const isAllowed = objects.some((resource) =>
              covers(resource, isStar(bucket) ? "*" : `${bucket}/*`)
            );
            if (!isAllowed) lacking.add(action);
          }
          if (lacking.size === 0) continue;
          report({
            id: "RESOURCE_POLICY_PRIVILEGE_ESCALATION",
            path: statement.path,
            severity: statement.conditions.length > 0 ? "LOW" : undefined,
            detail: `${bucketAction} on ${bucket} can be turned into ${
              [...lacking].join(", ")
            }, which is not allowed`,
            actions: [bucketAction],
            resources: [bucket],
          });
          lacking.clear();
        }
      }
    }
  },
};
