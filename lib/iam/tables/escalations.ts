/** A way to more rights than were given. */
export interface Escalation {
  /** As published. */
  readonly name: string;
  /** Lower case; all are needed. */
  readonly actions: readonly string[];
  /** The service principals that get the role, where `iam:PassRole` is one of the actions. */
  readonly passedTo?: readonly string[];
}

const way = (name: string, actions: string, ...passedTo: string[]): Escalation => ({
  name,
  actions: actions.toLowerCase().split(" "),
  ...(passedTo.length > 0 ? { passedTo } : {}),
});

const LAMBDA = "lambda.amazonaws.com";
const ECS = "ecs-tasks.amazonaws.com";
const GLUE = "glue.amazonaws.com";
const SAGEMAKER = "sagemaker.amazonaws.com";

/**
 * Published privilege escalations: Rhino Security's list, Bishop Fox's, and pathfinding.cloud's.
 *
 * @see {@link https://rhinosecuritylabs.com/aws/aws-privilege-escalation-methods-mitigation/}
 * @see {@link https://pathfinding.cloud/}
 */
export const ESCALATIONS: readonly Escalation[] = [
  way("CreateAccessKey", "iam:CreateAccessKey"),
  way("CreateAccessKey after deleting one", "iam:CreateAccessKey iam:DeleteAccessKey"),
  way("CreateLoginProfile", "iam:CreateLoginProfile"),
  way("UpdateLoginProfile", "iam:UpdateLoginProfile"),
  way("CreateServiceSpecificCredential", "iam:CreateServiceSpecificCredential"),
  way("ResetServiceSpecificCredential", "iam:ResetServiceSpecificCredential"),
  way("CreateNewPolicyVersion", "iam:CreatePolicyVersion"),
  way("SetExistingDefaultPolicyVersion", "iam:SetDefaultPolicyVersion"),
  way("AttachUserPolicy", "iam:AttachUserPolicy"),
  way("AttachGroupPolicy", "iam:AttachGroupPolicy"),
  way("AttachRolePolicy", "iam:AttachRolePolicy"),
  way("PutUserPolicy", "iam:PutUserPolicy"),
  way("PutGroupPolicy", "iam:PutGroupPolicy"),
  way("PutRolePolicy", "iam:PutRolePolicy"),
  way("AddUserToGroup", "iam:AddUserToGroup"),
  way("UpdateRolePolicyToAssumeIt", "iam:UpdateAssumeRolePolicy"),
  way("AttachRolePolicy to a role one may assume", "iam:AttachRolePolicy sts:AssumeRole"),
  way("PutRolePolicy on a role one may assume", "iam:PutRolePolicy sts:AssumeRole"),
  way("CreatePolicyVersion for a role one may assume", "iam:CreatePolicyVersion sts:AssumeRole"),
  way("UpdateAssumeRolePolicy and assume", "iam:UpdateAssumeRolePolicy sts:AssumeRole"),
  way("DeleteUserPermissionsBoundary", "iam:DeleteUserPermissionsBoundary"),
  way("DeleteRolePermissionsBoundary", "iam:DeleteRolePermissionsBoundary"),
  way("PutUserPermissionsBoundary", "iam:PutUserPermissionsBoundary"),
  way("PutRolePermissionsBoundary", "iam:PutRolePermissionsBoundary"),
  way("Detach a denying policy from a role", "iam:DetachRolePolicy"),
  way("Delete a denying policy of a role", "iam:DeleteRolePolicy"),
  way("Detach a denying policy from a user", "iam:DetachUserPolicy"),
  way("Delete a denying policy of a user", "iam:DeleteUserPolicy"),
  way("CreateRole with any policy", "iam:CreateRole iam:AttachRolePolicy"),
  way("CreateRole with an inline policy", "iam:CreateRole iam:PutRolePolicy"),
  way("UpdateSAMLProvider", "iam:UpdateSAMLProvider"),
  way("UpdateOpenIDConnectProviderThumbprint", "iam:UpdateOpenIDConnectProviderThumbprint"),
  way("CreateVirtualMFADevice for another", "iam:CreateVirtualMFADevice iam:EnableMFADevice"),
  way("CreateEC2WithExistingIP", "iam:PassRole ec2:RunInstances", "ec2.amazonaws.com"),
  way("RequestSpotInstances", "iam:PassRole ec2:RequestSpotInstances", "ec2.amazonaws.com"),
  way("Another launch template", "ec2:CreateLaunchTemplateVersion ec2:ModifyLaunchTemplate"),
  way(
    "ReplaceIamInstanceProfile",
    "iam:PassRole ec2:ReplaceIamInstanceProfileAssociation",
    "ec2.amazonaws.com",
  ),
  way(
    "AssociateIamInstanceProfile",
    "iam:PassRole ec2:AssociateIamInstanceProfile",
    "ec2.amazonaws.com",
  ),
  way("AddRoleToInstanceProfile", "iam:PassRole iam:AddRoleToInstanceProfile", "ec2.amazonaws.com"),
  way(
    "Launch configuration",
    "iam:PassRole autoscaling:CreateLaunchConfiguration autoscaling:CreateAutoScalingGroup",
    "ec2.amazonaws.com",
  ),
  way(
    "ModifyInstanceAttribute",
    "ec2:ModifyInstanceAttribute ec2:StopInstances ec2:StartInstances",
  ),
  way("EC2 Instance Connect", "ec2-instance-connect:SendSSHPublicKey"),
  way("EC2 serial console", "ec2-instance-connect:SendSerialConsoleSSHPublicKey"),
  way("SSM StartSession", "ssm:StartSession"),
  way("SSM SendCommand", "ssm:SendCommand"),
  way("SSM automation", "iam:PassRole ssm:StartAutomationExecution", "ssm.amazonaws.com"),
  way(
    "PassExistingRoleToNewLambdaThenInvoke",
    "iam:PassRole lambda:CreateFunction lambda:InvokeFunction",
    LAMBDA,
  ),
  way(
    "PassExistingRoleToNewLambdaThenTriggerWithNewDynamo",
    "iam:PassRole lambda:CreateFunction lambda:CreateEventSourceMapping dynamodb:CreateTable dynamodb:PutItem",
    LAMBDA,
  ),
  way(
    "PassExistingRoleToNewLambdaThenTriggerWithExistingDynamo",
    "iam:PassRole lambda:CreateFunction lambda:CreateEventSourceMapping",
    LAMBDA,
  ),
  way(
    "PassExistingRoleToNewLambdaThenAddPermission",
    "iam:PassRole lambda:CreateFunction lambda:AddPermission",
    LAMBDA,
  ),
  way(
    "PassExistingRoleToNewLambdaThenFunctionUrl",
    "iam:PassRole lambda:CreateFunction lambda:CreateFunctionUrlConfig",
    LAMBDA,
  ),
  way(
    "PassExistingRoleToNewLambdaThenBucketNotification",
    "iam:PassRole lambda:CreateFunction s3:PutBucketNotification",
    LAMBDA,
  ),
  way(
    "PassExistingRoleToNewLambdaThenSchedule",
    "iam:PassRole lambda:CreateFunction events:PutRule events:PutTargets",
    LAMBDA,
  ),
  way("EditExistingLambdaFunctionWithRole", "lambda:UpdateFunctionCode"),
  way("EditExistingLambdaFunctionLayers", "lambda:UpdateFunctionConfiguration"),
  way(
    "PassExistingRoleToExistingLambda",
    "iam:PassRole lambda:UpdateFunctionConfiguration lambda:InvokeFunction",
    LAMBDA,
  ),
  way("ECS RunTask", "iam:PassRole ecs:RunTask", ECS),
  way(
    "ECS RegisterTaskDefinition and RunTask",
    "iam:PassRole ecs:RegisterTaskDefinition ecs:RunTask",
    ECS,
  ),
  way(
    "ECS RegisterTaskDefinition and StartTask",
    "iam:PassRole ecs:RegisterTaskDefinition ecs:StartTask",
    ECS,
  ),
  way(
    "ECS RegisterTaskDefinition and CreateService",
    "iam:PassRole ecs:RegisterTaskDefinition ecs:CreateService",
    ECS,
  ),
  way(
    "ECS RegisterTaskDefinition and UpdateService",
    "iam:PassRole ecs:RegisterTaskDefinition ecs:UpdateService",
    ECS,
  ),
  way("ECS ExecuteCommand", "ecs:ExecuteCommand"),
  way("PassExistingRoleToNewGlueDevEndpoint", "iam:PassRole glue:CreateDevEndpoint", GLUE),
  way("UpdateExistingGlueDevEndpoint", "glue:UpdateDevEndpoint"),
  way("Glue CreateJob and StartJobRun", "iam:PassRole glue:CreateJob glue:StartJobRun", GLUE),
  way("Glue CreateJob and CreateTrigger", "iam:PassRole glue:CreateJob glue:CreateTrigger", GLUE),
  way("Glue UpdateJob and StartJobRun", "iam:PassRole glue:UpdateJob glue:StartJobRun", GLUE),
  way("Glue UpdateJob and CreateTrigger", "iam:PassRole glue:UpdateJob glue:CreateTrigger", GLUE),
  way("Glue CreateSession", "iam:PassRole glue:CreateSession glue:RunStatement", GLUE),
  way(
    "PassExistingRoleToCloudFormation",
    "iam:PassRole cloudformation:CreateStack",
    "cloudformation.amazonaws.com",
  ),
  way(
    "CloudFormation UpdateStack",
    "iam:PassRole cloudformation:UpdateStack",
    "cloudformation.amazonaws.com",
  ),
  way(
    "CloudFormation change set",
    "iam:PassRole cloudformation:CreateChangeSet cloudformation:ExecuteChangeSet",
    "cloudformation.amazonaws.com",
  ),
  way(
    "CloudFormation stack set",
    "iam:PassRole cloudformation:CreateStackSet cloudformation:CreateStackInstances",
    "cloudformation.amazonaws.com",
  ),
  way(
    "CloudFormation UpdateStackSet",
    "iam:PassRole cloudformation:UpdateStackSet",
    "cloudformation.amazonaws.com",
  ),
  way(
    "PassExistingRoleToNewDataPipeline",
    "iam:PassRole datapipeline:CreatePipeline",
    "datapipeline.amazonaws.com",
    "elasticmapreduce.amazonaws.com",
  ),
  way(
    "Data Pipeline definition",
    "iam:PassRole datapipeline:CreatePipeline datapipeline:PutPipelineDefinition datapipeline:ActivatePipeline",
    "datapipeline.amazonaws.com",
  ),
  way(
    "SageMaker notebook",
    "iam:PassRole sagemaker:CreateNotebookInstance sagemaker:CreatePresignedNotebookInstanceUrl",
    SAGEMAKER,
  ),
  way("SageMaker existing notebook", "sagemaker:CreatePresignedNotebookInstanceUrl"),
  way(
    "SageMaker notebook lifecycle",
    "sagemaker:CreateNotebookInstanceLifecycleConfig sagemaker:UpdateNotebookInstance sagemaker:StopNotebookInstance sagemaker:StartNotebookInstance",
  ),
  way("SageMaker training job", "iam:PassRole sagemaker:CreateTrainingJob", SAGEMAKER),
  way("SageMaker processing job", "iam:PassRole sagemaker:CreateProcessingJob", SAGEMAKER),
  way("SageMaker tuning job", "iam:PassRole sagemaker:CreateHyperParameterTuningJob", SAGEMAKER),
  way(
    "CodeBuild new project",
    "iam:PassRole codebuild:CreateProject codebuild:StartBuild",
    "codebuild.amazonaws.com",
  ),
  way(
    "CodeBuild new project in a batch",
    "iam:PassRole codebuild:CreateProject codebuild:StartBuildBatch",
    "codebuild.amazonaws.com",
  ),
  way(
    "CodeBuild other project",
    "iam:PassRole codebuild:UpdateProject codebuild:StartBuild",
    "codebuild.amazonaws.com",
  ),
  way("CodeBuild buildspec override", "codebuild:StartBuild"),
  way("CodeBuild buildspec override in a batch", "codebuild:StartBuildBatch"),
  way("CodePipeline", "iam:PassRole codepipeline:CreatePipeline", "codepipeline.amazonaws.com"),
  way("CodeStar CreateProject", "iam:PassRole codestar:CreateProject", "codestar.amazonaws.com"),
  way("CodeStar team member", "codestar:CreateProject codestar:AssociateTeamMember"),
  way(
    "App Runner service",
    "iam:PassRole apprunner:CreateService",
    "tasks.apprunner.amazonaws.com",
    "build.apprunner.amazonaws.com",
  ),
  way("App Runner other service", "apprunner:UpdateService"),
  way(
    "Bedrock AgentCore interpreter",
    "iam:PassRole bedrock-agentcore:CreateCodeInterpreter bedrock-agentcore:StartCodeInterpreterSession bedrock-agentcore:InvokeCodeInterpreter",
    "bedrock-agentcore.amazonaws.com",
  ),
  way(
    "Bedrock AgentCore existing interpreter",
    "bedrock-agentcore:StartCodeInterpreterSession bedrock-agentcore:InvokeCodeInterpreter",
  ),
  way(
    "Step Functions",
    "iam:PassRole states:CreateStateMachine states:StartExecution",
    "states.amazonaws.com",
  ),
  way(
    "EMR cluster",
    "iam:PassRole elasticmapreduce:RunJobFlow",
    "elasticmapreduce.amazonaws.com",
    "ec2.amazonaws.com",
  ),
  way(
    "Batch job",
    "iam:PassRole batch:RegisterJobDefinition batch:SubmitJob",
    "batch.amazonaws.com",
    ECS,
  ),
  way("EventBridge Scheduler", "iam:PassRole scheduler:CreateSchedule", "scheduler.amazonaws.com"),
  way(
    "EKS pod identity",
    "iam:PassRole eks:CreatePodIdentityAssociation",
    "pods.eks.amazonaws.com",
  ),
  way("EKS access entry", "eks:CreateAccessEntry eks:AssociateAccessPolicy"),
  way("Amplify app", "iam:PassRole amplify:CreateApp", "amplify.amazonaws.com"),
  way(
    "Cognito identity pool roles",
    "iam:PassRole cognito-identity:SetIdentityPoolRoles",
    "cognito-identity.amazonaws.com",
  ),
  way(
    "IAM Identity Center permission set",
    "sso:PutInlinePolicyToPermissionSet sso:ProvisionPermissionSet",
  ),
  way("IAM Identity Center assignment", "sso:CreateAccountAssignment"),
];
