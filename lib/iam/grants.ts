import type { Policy } from "lib/iam/policy.ts";

/**
 * Whether allowing in a policy gives anybody anything: service and resource control and endpoint
 * policies only set bounds to what others give, and a trust policy gives the role alone.
 */
export const grants = ({ type }: Policy): boolean =>
  type === "identity" || type === "session" || type === "resource";
