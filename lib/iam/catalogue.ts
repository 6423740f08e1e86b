import type { Severity } from "lib/iam/finding.ts";

/** What is the same for every finding of an id. */
export interface Kind {
  readonly severity: Severity;
  readonly title: string;
  readonly remedy: string;
}

const kind = (severity: Severity, title: string, remedy: string): Kind => ({
  severity,
  title,
  remedy,
});
const [LOW, MEDIUM, HIGH, CRITICAL] = ["LOW", "MEDIUM", "HIGH", "CRITICAL"] as const;

/** Parliament's ids, with its severities. */
const PARLIAMENT = {
  MALFORMED_JSON: kind(CRITICAL, "Malformed JSON", "Write strict JSON"),
  EXCEPTION: kind(CRITICAL, "Unreadable action", "Write actions as service:Name"),
  MALFORMED: kind(HIGH, "Malformed policy", "Follow the grammar of policy documents"),
  DUPLICATE_SID: kind(HIGH, "Duplicate Sid", "Give each statement its own Sid"),
  INVALID_SID: kind(LOW, "Invalid Sid", "Use letters and digits only"),
  NO_VERSION: kind(LOW, "No Version", 'Add "Version": "2012-10-17"'),
  OLD_VERSION: kind(LOW, "Old Version", 'Write "Version": "2012-10-17"'),
  INVALID_VERSION: kind(MEDIUM, "Invalid Version", 'Write "Version": "2012-10-17"'),
  UNKNOWN_PREFIX: kind(LOW, "Unknown service prefix", "Use a prefix of the service reference"),
  UNKNOWN_ACTION: kind(LOW, "Unknown action", "Use an action of the service reference"),
  INVALID_ARN: kind(
    MEDIUM,
    "Invalid ARN",
    "Write arn:partition:service:region:account:resource",
  ),
  RESOURCE_MISMATCH: kind(
    MEDIUM,
    "No resource that the action takes",
    "Name a resource of a type that the action takes, or split the statement",
  ),
  RESOURCE_STAR: kind(LOW, "Resource is *", "Name the resources that are meant"),
  RESOURCE_EFFECTIVELY_STAR: kind(
    LOW,
    "Resource is as wide as *",
    "Name the resources that are meant",
  ),
  UNKNOWN_CONDITION_FOR_ACTION: kind(
    MEDIUM,
    "Condition key unknown to the action",
    "Use a condition key that the action knows, or split the statement",
  ),
  UNKNOWN_OPERATOR: kind(MEDIUM, "Unknown operator", "Use a condition operator of IAM"),
  MISMATCHED_TYPE: kind(
    MEDIUM,
    "Mismatched type",
    "Use an operator and values of the condition key's type",
  ),
  MISMATCHED_TYPE_BUT_USABLE: kind(
    LOW,
    "String operator on an ARN",
    "Use ArnEquals or ArnLike, which match part by part",
  ),
  MISMATCHED_TYPE_OPERATION_TO_NULL: kind(
    MEDIUM,
    "Neither true nor false",
    'Compare with "true" or "false"',
  ),
  BAD_PATTERN_FOR_MFA: kind(
    MEDIUM,
    "MFA condition that enforces nothing",
    'Allow with {"Bool": {"aws:MultiFactorAuthPresent": "true"}}, or deny with BoolIfExists "false"',
  ),
  UNKNOWN_PRINCIPAL: kind(
    MEDIUM,
    "Unknown principal",
    "Name an account, role, user, service or *",
  ),
  UNKNOWN_FEDERATION_SOURCE: kind(
    MEDIUM,
    "Unknown identity provider",
    "Name the ARN of an oidc-provider or saml-provider, or one of the four built-in hosts",
  ),
  RESOURCE_POLICY_PRIVILEGE_ESCALATION: kind(
    MEDIUM,
    "May grant itself objects by way of the bucket",
    "Drop the bucket's policy, ACL and lifecycle actions, or allow the objects openly",
  ),
  PRIVILEGE_ESCALATION: kind(
    HIGH,
    "Privilege escalation",
    "Narrow the resources, add iam:PassedToService, or drop one of the actions",
  ),
  PERMISSIONS_MANAGEMENT_ACTIONS: kind(
    MEDIUM,
    "May change permissions",
    "Narrow the resources, or drop the actions",
  ),
  CREDENTIALS_EXPOSURE: kind(
    MEDIUM,
    "Returns credentials",
    "Narrow the resources, or drop the actions",
  ),
  SENSITIVE_ACCESS: kind(HIGH, "Access to a sensitive resource", "Leave the resource out"),
  NOTPRINCIPAL_WITH_ALLOW: kind(
    MEDIUM,
    "Allows everyone but a few",
    "Name in Principal who is allowed",
  ),
  NOTRESOURCE_WITH_ALLOW: kind(
    MEDIUM,
    "Allows everything but a few",
    "Name in Resource what is allowed",
  ),
  SINGLE_VALUE_CONDITION_TOO_PERMISSIVE: kind(
    MEDIUM,
    "Set operator on a single-valued key",
    "Drop ForAllValues: or ForAnyValue:",
  ),
} as const satisfies Record<string, Kind>;

const IN_VARIABLE = "Write variables as ${key} or ${key, 'default'}";
const PASS_ROLE = "Name the roles, and the service in iam:PassedToService";
const SLR = "Name the role, or the service in iam:AWSServiceName";
const SHRINK = "Shorten, split, or move statements to a managed policy: see splitPolicyBySize";

/** Access Analyzer's codes for what Parliament has no id for. */
const ANALYZER = {
  DUPLICATE_KEYS_WITH_DIFFERENT_CASE: kind(HIGH, "Same key twice", "Merge the two"),
  EMPTY_SID_VALUE: kind(LOW, "Empty Sid", "Fill in the Sid or leave it out"),
  WILDCARD_IN_SERVICE_NAME: kind(LOW, "Wildcard in a service's name", "Name the service"),
  INVALID_ARN_SERVICE_CASE: kind(MEDIUM, "Service in upper case", "Write it in lower case"),
  INVALID_SERVICE: kind(LOW, "Unknown service in an ARN", "Use the service's name in ARNs"),
  INVALID_REGION: kind(LOW, "Unknown region", "Use a region of AWS"),
  INVALID_CONDITION_MULTIPLE_BOOLEAN: kind(MEDIUM, "Several booleans", "Give one boolean"),
  INVALID_VARIABLE_FOR_OPERATOR: kind(
    MEDIUM,
    "Variable where none is replaced",
    "Use variables only with string and ARN operators and Bool",
  ),
  MISSING_PRINCIPAL: kind(HIGH, "No principal", "Add Principal"),
  MISSING_QUALIFIER: kind(
    MEDIUM,
    "Multi-valued key without a set operator",
    "Say ForAllValues: or ForAnyValue:",
  ),
  NULL_WITH_IF_EXISTS: kind(MEDIUM, "NullIfExists", "Write Null"),
  NULL_WITH_QUALIFIER: kind(LOW, "Set operator on Null", "Write Null alone"),
  SCP_SYNTAX_ERROR_ACTION_WILDCARD: kind(
    HIGH,
    "Wildcard inside an action of an SCP",
    "Put the wildcard at the end of the action or make it the whole action",
  ),
  SCP_SYNTAX_ERROR_PRINCIPAL: kind(HIGH, "Principal in an SCP", "Leave the principal out"),
  RCP_SYNTAX_ERROR_PRINCIPAL: kind(HIGH, "Principal of an RCP", 'Write "Principal": "*"'),
  RCP_SYNTAX_ERROR_ALLOW: kind(HIGH, "RCP that allows", "RCPs can only deny"),
  RCP_SYNTAX_ERROR_NOTACTION: kind(HIGH, "NotAction in an RCP", "Use Action"),
  RCP_SYNTAX_ERROR_ACTION: kind(
    HIGH,
    "Action that RCPs do not take",
    "Name actions of the services that RCPs support",
  ),
  RCP_MISSING_RELATED_PRINCIPAL_CONDITION_KEY: kind(
    MEDIUM,
    "RCP that stops AWS services",
    'Add {"BoolIfExists": {"aws:PrincipalIsAWSService": "false"}}',
  ),
  RCP_MISSING_RELATED_SERVICE_PRINCIPAL_CONDITION_KEY: kind(
    MEDIUM,
    "RCP about a source without a service",
    'Add {"Bool": {"aws:PrincipalIsAWSService": "true"}}',
  ),
  RCP_MISSING_SERVICE_CONDITION_KEY_NULL_CHECK: kind(
    MEDIUM,
    "RCP that stops services without a source",
    'Add {"Null": {"aws:SourceAccount": "false"}}',
  ),
  UNSUPPORTED_ACTION_IN_POLICY: kind(
    MEDIUM,
    "Action that this policy cannot grant",
    "Drop the action",
  ),
  UNSUPPORTED_GLOBAL_CONDITION_KEY: kind(
    MEDIUM,
    "Global key that conditions do not take",
    "Use aws:PrincipalArn, aws:SourceArn or another supported key",
  ),
  UNSUPPORTED_PRINCIPAL: kind(
    HIGH,
    "Principal in a policy that has none",
    "Leave the principal out",
  ),
  UNSUPPORTED_RESOURCE_ARN_IN_POLICY: kind(
    MEDIUM,
    "Resource of another service",
    "Name the resource to which the policy is attached",
  ),
  MISSING_BRACE_IN_VARIABLE: kind(MEDIUM, "Variable without its brace", IN_VARIABLE),
  MISSING_QUOTE_IN_VARIABLE: kind(MEDIUM, "Default value without its quote", IN_VARIABLE),
  UNSUPPORTED_SPACE_IN_VARIABLE: kind(MEDIUM, "Space in a variable", IN_VARIABLE),
  EMPTY_VARIABLE: kind(MEDIUM, "Empty variable", IN_VARIABLE),
  VARIABLE_UNSUPPORTED_IN_ELEMENT: kind(
    MEDIUM,
    "Variable where none is replaced",
    "Use variables only in resources and condition values",
  ),
  VARIABLE_UNSUPPORTED_IN_VERSION: kind(
    MEDIUM,
    "Variable without Version 2012-10-17",
    'Write "Version": "2012-10-17"',
  ),
  PRIVATE_IP_ADDRESS: kind(
    MEDIUM,
    "Only private addresses",
    "aws:SourceIp is the public address: use aws:VpcSourceIp with aws:SourceVpc",
  ),
  PRIVATE_NOT_IP_ADDRESS: kind(
    MEDIUM,
    "Excludes only private addresses",
    "aws:SourceIp is the public address: use aws:VpcSourceIp with aws:SourceVpc",
  ),
  PRIVATE_IP_ADDRESS_SUBSET: kind(LOW, "Some private addresses", "Drop the private addresses"),
  PRIVATE_NOT_IP_ADDRESS_SUBSET: kind(LOW, "Some private addresses", "Drop the private addresses"),
  IMPROVE_IP_RANGE: kind(LOW, "Address inside its range", "Write the range's first address"),
  POLICY_SIZE_EXCEEDS_SCP_QUOTA: kind(HIGH, "SCP too long", SHRINK),
  POLICY_SIZE_EXCEEDS_RCP_QUOTA: kind(HIGH, "RCP too long", SHRINK),
  POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA: kind(HIGH, "Identity policy too long", SHRINK),
  POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA: kind(MEDIUM, "Resource policy too long", SHRINK),
  POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA: kind(MEDIUM, "Trust policy too long", SHRINK),
  INVALID_SERVICE_PRINCIPAL_FORMAT: kind(
    MEDIUM,
    "No service principal",
    "Write service.amazonaws.com",
  ),
  MISSING_TAG_KEY_IN_CONDITION: kind(
    MEDIUM,
    "Condition on a tag without its key",
    "Write the tag's key after the slash",
  ),
  INVALID_VPC_FORMAT: kind(MEDIUM, "No VPC id", "Write vpc- and 8 or 17 hexadecimal digits"),
  INVALID_VPCE_FORMAT: kind(
    MEDIUM,
    "No VPC endpoint id",
    "Write vpce- and 8 or 17 hexadecimal digits",
  ),
  FEDERATED_PRINCIPAL_NOT_SUPPORTED: kind(
    MEDIUM,
    "Federated principal outside a trust policy",
    "Name the role that the federated user assumes",
  ),
  ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL: kind(
    HIGH,
    "NotPrincipal in a trust policy",
    "Use Principal, with a condition on aws:PrincipalArn",
  ),
  ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL: kind(
    HIGH,
    "Wildcard principal in a trust policy",
    "Name the principals",
  ),
  ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE: kind(
    HIGH,
    "Resource in a trust policy",
    "Leave Resource out: it is the role itself",
  ),
  MISSING_ACTION_FOR_CONDITION_KEY: kind(
    MEDIUM,
    "Condition without the action that it is for",
    "Add the action",
  ),
  MISMATCHED_ACTION_FOR_PRINCIPAL: kind(
    MEDIUM,
    "Action that the principal cannot use",
    "AWS and services: sts:AssumeRole; OIDC: sts:AssumeRoleWithWebIdentity; SAML: sts:AssumeRoleWithSAML",
  ),
  MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY: kind(
    MEDIUM,
    "Roles Anywhere needs three actions",
    "Allow sts:AssumeRole, sts:SetSourceIdentity and sts:TagSession",
  ),
  INVALID_KMS_KEY_VALUE: kind(MEDIUM, "No KMS key", "Give the key's ARN, not its id or alias"),
  VARIABLE_USAGE_TOO_PERMISSIVE: kind(
    MEDIUM,
    "Variable that the caller chooses",
    "Write the value out",
  ),
  WILDCARD_USAGE_TOO_PERMISSIVE: kind(
    MEDIUM,
    "Wildcard that lets everyone in",
    "Write the value out",
  ),
  CREATE_SLR_WITH_NOT_RESOURCE: kind(MEDIUM, "Creates any service-linked role", SLR),
  CREATE_SLR_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE: kind(
    MEDIUM,
    "Creates any service-linked role",
    SLR,
  ),
  CREATE_SLR_WITH_NOT_ACTION_AND_NOT_RESOURCE: kind(MEDIUM, "Creates any service-linked role", SLR),
  CREATE_SLR_WITH_STAR_IN_RESOURCE: kind(MEDIUM, "Creates any service-linked role", SLR),
  CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE: kind(MEDIUM, "Creates any service-linked role", SLR),
  CREATE_SLR_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION: kind(
    MEDIUM,
    "Creates any service-linked role",
    SLR,
  ),
  DEPRECATED_GLOBAL_CONDITION_KEY: kind(LOW, "Deprecated key", "Use the key's successor"),
  INVALID_DATE_VALUE: kind(LOW, "Date as a number", "Write YYYY-MM-DDThh:mm:ssZ"),
  INVALID_ROLE_REFERENCE: kind(LOW, "Role by its id", "Name the role's ARN: the id outlives it"),
  INVALID_USER_REFERENCE: kind(LOW, "User by its id", "Name the user's ARN: the id outlives it"),
  WILDCARD_WITHOUT_LIKE_OPERATOR: kind(
    MEDIUM,
    "Wildcard that is taken literally",
    "Use StringLike, or ArnLike for ARNs",
  ),
  SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED: kind(
    MEDIUM,
    "Trusts more than one GitHub repository",
    "Name owner/repository in token.actions.githubusercontent.com:sub, better still the branch or environment",
  ),
  UNTRUSTWORTHY_CONDITION_KEY: kind(
    MEDIUM,
    "Key that the caller may forge",
    "Add a key that AWS sets, such as aws:SourceVpce or aws:PrincipalOrgID",
  ),
  PASS_ROLE_WITH_NOT_RESOURCE: kind(MEDIUM, "Passes any role", PASS_ROLE),
  PASS_ROLE_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE: kind(MEDIUM, "Passes any role", PASS_ROLE),
  PASS_ROLE_WITH_NOT_ACTION_AND_NOT_RESOURCE: kind(MEDIUM, "Passes any role", PASS_ROLE),
  PASS_ROLE_WITH_STAR_IN_RESOURCE: kind(MEDIUM, "Passes any role", PASS_ROLE),
  PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE: kind(MEDIUM, "Passes any role", PASS_ROLE),
  PASS_ROLE_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION: kind(MEDIUM, "Passes any role", PASS_ROLE),
  MISSING_PAIRED_CONDITION_KEYS: kind(
    MEDIUM,
    "Key that means little alone",
    "Add the key that goes with it",
  ),
  DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE: kind(
    LOW,
    "Denies by a tag that the service does not report",
    'Add {"Null": {key: "false"}} or name the services that do',
  ),
  DENY_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE: kind(
    LOW,
    "Denies by a tag that some services do not report",
    "Name the services that do in Action",
  ),
  ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE: kind(
    LOW,
    "Allows by a tag that the service does not report",
    "Move the service's actions to a statement of their own",
  ),
  ALLOW_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE: kind(
    LOW,
    "Allows by a tag that some services do not report",
    "Name the services that do in Action",
  ),
  RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL: kind(
    LOW,
    "Any account can have the service act here",
    "Add aws:SourceArn, aws:SourceAccount, aws:SourceOrgID or aws:SourceOrgPaths",
  ),
  RECOMMENDED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL: kind(
    LOW,
    "Source checked by a weaker key",
    "Use aws:SourceArn or aws:SourceAccount",
  ),
  UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL: kind(
    MEDIUM,
    "Key that services do not send",
    "Use aws:SourceArn or aws:SourceAccount",
  ),
  MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL: kind(
    HIGH,
    "Trusts everyone at the identity provider",
    "Add a condition on the provider's sub, aud or amr",
  ),
  MISSING_GITHUB_REPO_CONDITION_KEY: kind(
    HIGH,
    "Trusts every GitHub repository",
    "Add a condition on token.actions.githubusercontent.com:sub",
  ),
  DYNAMODB_ATTRIBUTES_WITHOUT_SELECT: kind(
    LOW,
    "Attributes can still be selected",
    'Add {"StringEqualsIfExists": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"}}',
  ),
  S3_PREFIX_IN_NEGATIVE_CONTEXT: kind(
    LOW,
    "Requests without a prefix slip through",
    "Allow the prefixes that are meant instead",
  ),
  FORANYVALUE_WITH_AUDIENCE_CLAIM_TYPE: kind(
    LOW,
    "Set operator on the audience",
    "Use StringEquals, unless the provider sends several audiences",
  ),
  CONFIRM_AUDIENCE_CLAIM_TYPE: kind(
    LOW,
    "Set operator on the audience",
    "Check that the provider sends several audiences, or use StringEquals",
  ),
  EMPTY_ARRAY_ACTION: kind(MEDIUM, "No actions", "Fill in the list or drop the statement"),
  EMPTY_ARRAY_CONDITION: kind(
    MEDIUM,
    "Condition without values",
    "Fill in the list or drop the key",
  ),
  EMPTY_ARRAY_CONDITION_FORALLVALUES: kind(
    MEDIUM,
    "ForAllValues without values",
    'Write {"Null": {key: "true"}} if the key shall be absent',
  ),
  EMPTY_ARRAY_CONDITION_FORANYVALUE: kind(
    MEDIUM,
    "ForAnyValue without values",
    "Fill in the list: it never matches",
  ),
  EMPTY_ARRAY_CONDITION_IFEXISTS: kind(
    MEDIUM,
    "IfExists without values",
    'Write {"Null": {key: "true"}} if the key shall be absent',
  ),
  EMPTY_ARRAY_PRINCIPAL: kind(MEDIUM, "No principals", "Fill in the list or drop the statement"),
  EMPTY_ARRAY_RESOURCE: kind(MEDIUM, "No resources", "Fill in the list or drop the statement"),
  EMPTY_OBJECT_CONDITION: kind(LOW, "Empty condition", "Fill in the condition or leave it out"),
  EMPTY_OBJECT_PRINCIPAL: kind(MEDIUM, "Empty principal", "Name the principals"),
  EQUIVALENT_TO_NULL_FALSE: kind(
    LOW,
    "Only asks whether the key is there",
    'Write {"Null": {key: "false"}}',
  ),
  EQUIVALENT_TO_NULL_TRUE: kind(
    LOW,
    "Only asks whether the key is absent",
    'Write {"Null": {key: "true"}}',
  ),
  REDUNDANT_ACTION: kind(LOW, "Redundant action", "Drop it"),
  REDUNDANT_RESOURCE: kind(LOW, "Redundant resource", "Drop it"),
  REDUNDANT_STATEMENT: kind(LOW, "Redundant statement", "Drop it"),
  REDUNDANT_CONDITION_VALUE_NUM: kind(LOW, "Several numbers", "Give one number"),
  REDUNDANT_KEY_DUE_TO_WILDCARD_IN_CONDITION: kind(
    LOW,
    "Key that matches anything",
    "Drop the key, or give a value",
  ),
  REDUNDANT_STATEMENT_DUE_TO_WILDCARD_IN_CONDITION: kind(
    LOW,
    "Condition that never holds",
    "Give a value",
  ),
  REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY: kind(LOW, "Redundant principal", "Drop it"),
  IRRELEVANT_CONDITION_KEY_IN_POLICY: kind(
    LOW,
    "Key that this kind of policy never sees",
    "Drop the key",
  ),
} as const satisfies Record<string, Kind>;

/** What is wrong with a suppression. */
const SUPPRESSIONS = {
  SUPPRESSION_UNKNOWN: kind(MEDIUM, "Suppression of an unknown id", "Correct the id"),
  SUPPRESSION_EXPIRED: kind(MEDIUM, "Expired suppression", "Fix the policy, or renew the reason"),
  SUPPRESSION_UNUSED: kind(MEDIUM, "Unused suppression", "Drop it"),
  SUPPRESSION_WITHOUT_REASON: kind(MEDIUM, "Suppression without a reason", "Say why"),
  SUPPRESSION_MALFORMED: kind(
    MEDIUM,
    "Malformed suppression",
    "Write {id, action?, resource?, sid?, reason, expires}",
  ),
} as const satisfies Record<string, Kind>;

/** Every id that a finding can have. */
export const CATALOGUE: Readonly<Record<string, Kind>> = {
  ...PARLIAMENT,
  ...ANALYZER,
  ...SUPPRESSIONS,
};

/** The ids of Parliament. */
export const PARLIAMENT_IDS: readonly string[] = Object.keys(PARLIAMENT);
