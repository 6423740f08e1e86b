import { expandAction } from "lib/iam/actions.ts";
import { findService, servicePrefixes } from "lib/iam/aws/data.ts";
import type { Entry } from "lib/iam/policy.ts";
import type { Report, Rule } from "lib/iam/rule.ts";
import { nearestName } from "lib/iam/nearest_name.ts";

/** Actions that no service has; every one of them, not only the first. */
export const action: Rule = {
  ids: ["EXCEPTION", "UNKNOWN_PREFIX", "UNKNOWN_ACTION", "WILDCARD_IN_SERVICE_NAME"],
  statement(statement, _policy, report) {
    for (const entry of [...statement.actions, ...statement.notActions ?? []]) check(entry, report);
  },
};

const didYouMean = (near: string | undefined) => near ? `: did you mean "${near}"?` : "";

function check({ text, path }: Entry, report: Report): void {
  const expansion = expandAction(text);
  const actions = [text];
  if (expansion.kind === "no-service") {
    const [service, ...rest] = text.split(/[.:/]/);
    const near = rest.length > 0 && findService(service)
      ? `${service}:${rest.filter((part) => part !== "").join("")}`
      : undefined;
    report({
      id: "EXCEPTION",
      code: "INVALID_ACTION",
      path,
      detail: `"${text}" is no action: it needs one colon, as in "s3:GetObject"${didYouMean(near)}`,
      nearest: near,
      actions,
    });
  } else if (expansion.kind === "unknown-service") {
    const near = nearestName(expansion.prefix, servicePrefixes());
    const name = text.slice(text.indexOf(":"));
    report({
      id: "UNKNOWN_PREFIX",
      code: "INVALID_SERVICE_IN_ACTION",
      path,
      detail: `No service has the prefix "${expansion.prefix}"${
        didYouMean(near && `${near}${name}`)
      }`,
      nearest: near && `${near}${name}`,
      actions,
    });
  } else if (expansion.kind === "actions" && expansion.actions.length === 0) {
    const { prefix } = expansion;
    const names = [...findService(prefix)!.actions.values()].map(({ name }) => name);
    const near = nearestName(text.slice(text.indexOf(":") + 1), names);
    report({
      id: "UNKNOWN_ACTION",
      code: "INVALID_ACTION",
      path,
      detail: `No action of ${prefix} is, or matches, "${text}"${
        didYouMean(near && `${prefix}:${near}`)
      }`,
      nearest: near && `${prefix}:${near}`,
      actions,
    });
  } else if (expansion.kind === "all" && text.includes(":")) {
    report({
      id: "WILDCARD_IN_SERVICE_NAME",
      path,
      detail: `"${text}" has a wildcard in the service's name`,
      actions,
    });
  }
}
