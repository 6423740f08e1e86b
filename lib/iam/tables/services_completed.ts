/** The services whose actions editors complete: those that the projects here use, and their neighbours. */
export const SERVICES_COMPLETED: readonly string[] = [
  ..."acm application-autoscaling athena autoscaling backup bedrock cloudformation cloudfront"
    .split(" "),
  ..."cloudtrail cloudwatch codebuild cognito-idp dynamodb ec2 ecr ecs eks elasticache".split(" "),
  ..."elasticfilesystem elasticloadbalancing es events execute-api firehose glue iam kinesis kms"
    .split(" "),
  ..."lambda logs organizations rds rds-db route53 s3 scheduler secretsmanager ses sns sqs ssm"
    .split(" "),
  ..."ssmmessages states sts tag wafv2 xray".split(" "),
];
