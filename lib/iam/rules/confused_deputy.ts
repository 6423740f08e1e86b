import type { Statement } from "lib/iam/policy.ts";
import type { Rule } from "lib/iam/rule.ts";

const SOURCE = /^aws:source(arn|account|orgid|orgpaths|owner)$/;
/** Keys about the calling principal, which an AWS service that calls for itself does not have. */
const ABSENT =
  /^aws:(principal(orgid|orgpaths|account|arn|tag\/.*)|userid|username|multifactorauth(present|age))$/;
/** Services that write to other accounts' resources on anyone's behalf. */
const DEPUTIES = ["s3", "sns", "cloudtrail", "config", "cloudfront", "ses"]
  .map((name) => `${name}.amazonaws.com`);
/** Keys of services that say for whom they act. */
const OWN =
  /^(kms:encryptioncontext:.*|kms:viaservice|kms:calleraccount|aws:referer|s3:x-amz-acl)$/;

const services = (statement: Statement) =>
  statement.principals.filter(({ kind }) => kind === "Service");

/** Services as principals: on whose behalf they act has to be said, by keys that they send. */
export const confusedDeputy: Rule = {
  ids: [
    "RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL",
    "RECOMMENDED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL",
    "UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL",
  ],
  statement(statement, { type }, report) {
    if (statement.effect !== "Allow" || services(statement).length === 0) return;
    if (services(statement).length === statement.principals.length) {
      for (const { name, key, operator, path } of statement.conditions) {
        if (!ABSENT.test(name) || operator.ifExists || operator.facts?.name === "Null") continue;
        if (operator.facts?.negated) continue;
        report({
          id: "UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL",
          path,
          detail: `${key} is absent when a service calls: the statement never applies`,
        });
      }
    }
    if (type !== "resource") return;
    if (statement.conditions.some(({ name }) => SOURCE.test(name))) return;
    const own = statement.conditions.find(({ name }) => OWN.test(name));
    if (own) {
      report({
        id: "RECOMMENDED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL",
        path: own.path,
        detail: `${own.key} says less about on whose behalf the service acts than aws:SourceArn`,
      });
      return;
    }
    const [first] = services(statement);
    report({
      id: "RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL",
      path: first.path,
      severity: statement.conditions.length === 0 && DEPUTIES.includes(first.text)
        ? "MEDIUM"
        : "LOW",
      detail: `${first.text} may do this on behalf of any account`,
    });
  },
};
