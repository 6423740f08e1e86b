import type { Rule } from "lib/iam/rule.ts";
import { action } from "lib/iam/rules/action.ts";
import { arn } from "lib/iam/rules/arn.ts";
import { conditionKey } from "lib/iam/rules/condition_key.ts";
import { confusedDeputy } from "lib/iam/rules/confused_deputy.ts";
import { empty } from "lib/iam/rules/empty.ts";
import { federation } from "lib/iam/rules/federation.ts";
import { foreignResource } from "lib/iam/rules/foreign_resource.ts";
import { ipAddress } from "lib/iam/rules/ip_address.ts";
import { mfa } from "lib/iam/rules/mfa.ts";
import { negated } from "lib/iam/rules/negated.ts";
import { oidc } from "lib/iam/rules/oidc.ts";
import { operator } from "lib/iam/rules/operator.ts";
import { pairedKeys } from "lib/iam/rules/paired_keys.ts";
import { passRole, serviceLinkedRole } from "lib/iam/rules/pass_role.ts";
import {
  credentialsExposure,
  permissionsManagement,
} from "lib/iam/rules/permissions_management.ts";
import { principal } from "lib/iam/rules/principal.ts";
import { principalPresence } from "lib/iam/rules/principal_presence.ts";
import { privilegeEscalation } from "lib/iam/rules/privilege_escalation.ts";
import { qualifier } from "lib/iam/rules/qualifier.ts";
import { rcp } from "lib/iam/rules/rcp.ts";
import { redundant } from "lib/iam/rules/redundant.ts";
import { resourceMismatch } from "lib/iam/rules/resource_mismatch.ts";
import { resourcePolicyEscalation } from "lib/iam/rules/resource_policy_escalation.ts";
import { resourceStar } from "lib/iam/rules/resource_star.ts";
import { scp } from "lib/iam/rules/scp.ts";
import { serviceKeys } from "lib/iam/rules/service_keys.ts";
import { serviceTags } from "lib/iam/rules/service_tags.ts";
import { sid } from "lib/iam/rules/sid.ts";
import { size } from "lib/iam/rules/size.ts";
import { structure } from "lib/iam/rules/structure.ts";
import { trust } from "lib/iam/rules/trust.ts";
import { valueType } from "lib/iam/rules/value_type.ts";
import { variables } from "lib/iam/rules/variables.ts";
import { version } from "lib/iam/rules/version.ts";
import { wildcardValue } from "lib/iam/rules/wildcard_value.ts";

/** Every rule, in the order in which findings about the same place are reported. */
export const RULES: readonly Rule[] = [
  structure,
  version,
  sid,
  size,
  principalPresence,
  principal,
  federation,
  negated,
  trust,
  oidc,
  scp,
  rcp,
  action,
  arn,
  resourceMismatch,
  resourceStar,
  foreignResource,
  operator,
  conditionKey,
  valueType,
  qualifier,
  mfa,
  wildcardValue,
  variables,
  ipAddress,
  pairedKeys,
  confusedDeputy,
  serviceKeys,
  serviceTags,
  empty,
  redundant,
  passRole,
  serviceLinkedRole,
  permissionsManagement,
  credentialsExposure,
  privilegeEscalation,
  resourcePolicyEscalation,
];
