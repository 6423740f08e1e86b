/** `iam: A B` lines → `iam:a` → `iam:A`, `iam:b` → `iam:B`. */
const read = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text.trim().split("\n").flatMap((line) => {
      const [service, names] = line.trim().split(": ");
      return names.split(" ").map((name): [string, string] => [
        `${service}:${name}`.toLowerCase(),
        `${service}:${name}`,
      ]);
    }),
  );

/**
 * Actions that change, or hand out, permissions although AWS classes them otherwise: Parliament's list,
 * as far as the actions still exist.
 */
export const MORE_PERMISSIONS_MANAGEMENT = read(`
chime: DeleteVoiceConnectorTerminationCredentials PutVoiceConnectorTerminationCredentials
codebuild: DeleteSourceCredentials ImportSourceCredentials
cognito-identity: CreateIdentityPool DeleteIdentities DeleteIdentityPool GetId MergeDeveloperIdentities
cognito-identity: SetIdentityPoolRoles UnlinkDeveloperIdentity UnlinkIdentity UpdateIdentityPool
connect: GetFederationToken
ds: CreateConditionalForwarder CreateDirectory CreateIdentityPoolDirectory CreateMicrosoftAD
ds: CreateTrust ShareDirectory
es: CreateElasticsearchDomain UpdateElasticsearchDomainConfig
gamelift: RequestUploadCredentials
health: DescribeHealthServiceStatusForOrganization
iam: AddClientIDToOpenIDConnectProvider AddRoleToInstanceProfile AddUserToGroup
iam: ChangePassword CreateAccessKey CreateAccountAlias CreateGroup CreateInstanceProfile
iam: CreateLoginProfile CreateOpenIDConnectProvider CreateRole CreateSAMLProvider
iam: CreateServiceLinkedRole CreateServiceSpecificCredential CreateUser
iam: CreateVirtualMFADevice DeactivateMFADevice DeleteAccessKey DeleteAccountAlias
iam: DeleteGroup DeleteInstanceProfile DeleteLoginProfile DeleteOpenIDConnectProvider
iam: DeleteRole DeleteSAMLProvider DeleteServerCertificate DeleteServiceLinkedRole
iam: DeleteServiceSpecificCredential DeleteSigningCertificate DeleteSSHPublicKey DeleteUser
iam: DeleteVirtualMFADevice EnableMFADevice PassRole RemoveClientIDFromOpenIDConnectProvider
iam: RemoveRoleFromInstanceProfile RemoveUserFromGroup ResetServiceSpecificCredential
iam: ResyncMFADevice SetSecurityTokenServicePreferences UpdateAccessKey
iam: UpdateAccountPasswordPolicy UpdateGroup UpdateLoginProfile
iam: UpdateOpenIDConnectProviderThumbprint UpdateRole UpdateRoleDescription
iam: UpdateSAMLProvider UpdateServerCertificate UpdateServiceSpecificCredential
iam: UpdateSigningCertificate UpdateSSHPublicKey UpdateUser UploadServerCertificate
iam: UploadSigningCertificate UploadSSHPublicKey
imagebuilder: GetComponentPolicy
iotsitewise: CreateAccessPolicy DeleteAccessPolicy ListAccessPolicies UpdateAccessPolicy
kms: CreateKey
lightsail: GetInstanceAccessDetails GetRelationalDatabaseMasterUserPassword
mediapackage: RotateIngestEndpointCredentials
ram: AcceptResourceShareInvitation AssociateResourceShare CreateResourceShare
ram: DeleteResourceShare DisassociateResourceShare RejectResourceShareInvitation
ram: UpdateResourceShare
redshift: GetClusterCredentials
sns: CreateTopic
sqs: CreateQueue
sso-directory: AddMemberToGroup CreateAlias CreateGroup CreateUser DeleteGroup DeleteUser DisableUser
sso-directory: EnableUser RemoveMemberFromGroup UpdateGroup UpdatePassword UpdateUser VerifyEmail
sso: AssociateDirectory AssociateProfile CreateApplicationInstance
sso: CreateApplicationInstanceCertificate CreatePermissionSet CreateProfile CreateTrust
sso: DeleteApplicationInstance DeleteApplicationInstanceCertificate DeletePermissionSet
sso: DeleteProfile DisassociateDirectory DisassociateProfile
sso: ImportApplicationInstanceServiceProviderMetadata StartSSO
sso: UpdateApplicationInstanceActiveCertificate UpdateApplicationInstanceDisplayData
sso: UpdateApplicationInstanceResponseConfiguration
sso: UpdateApplicationInstanceResponseSchemaConfiguration
sso: UpdateApplicationInstanceSecurityConfiguration
sso: UpdateApplicationInstanceServiceProviderConfiguration UpdateApplicationInstanceStatus
sso: UpdateProfile UpdateSSOConfiguration UpdateTrust
storagegateway: DeleteChapCredentials SetLocalConsolePassword SetSMBGuestPassword UpdateChapCredentials
waf-regional: GetChangeToken
waf: GetChangeToken
wafv2: CreateWebACL DeleteWebACL UpdateWebACL
worklink: UpdateDevicePolicyConfiguration
workmail: ResetPassword
`);

/** Actions that answer with credentials: Parliament's 27, and those that came since. */
export const CREDENTIALS_EXPOSURE = read(`
chime: CreateApiKey
codepipeline: PollForJobs
cognito-identity: GetCredentialsForIdentity GetOpenIdToken GetOpenIdTokenForDeveloperIdentity
cognito-idp: AssociateSoftwareToken DescribeUserPoolClient
connect: GetFederationToken GetFederationTokens
ec2: GetPasswordData
ecr: GetAuthorizationToken
gamelift: GetComputeAuthToken GetInstanceAccess RequestUploadCredentials
iam: CreateAccessKey CreateLoginProfile CreateServiceSpecificCredential ResetServiceSpecificCredential
iam: UpdateAccessKey
iot: AssumeRoleWithCertificate
lightsail: DownloadDefaultKeyPair GetInstanceAccessDetails GetRelationalDatabaseMasterUserPassword
mediapackage: RotateIngestEndpointCredentials
rds-db: connect
redshift: GetClusterCredentials GetClusterCredentialsWithIAM
redshift-serverless: GetCredentials
sso: GetRoleCredentials
sts: AssumeRole AssumeRoleWithSAML AssumeRoleWithWebIdentity AssumeRoot GetFederationToken
sts: GetSessionToken
`);
