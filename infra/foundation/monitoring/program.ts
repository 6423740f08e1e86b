import * as aws from "@pulumi/aws";
import { Topic } from "infra/components/topic.ts";
import { defineProgram } from "lib/pulumi/project.ts";
import type project from "./project.ts";

export default defineProgram<typeof project>(({ config, info }) => {
  const name = (text: string) => `${text}-${info.environmentSuffix}`;
  const publishers = ["cloudwatch", "events", "budgets"];
  const pages = new Topic(name("pages"), { publishers, subscribers: config.pages });
  const notices = new Topic(name("notices"), { publishers, subscribers: config.notices });

  const detector = new aws.guardduty.Detector(name("threats"), {
    enable: true,
    findingPublishingFrequency: "FIFTEEN_MINUTES",
  });
  for (const feature of ["S3_DATA_EVENTS", "EKS_AUDIT_LOGS", "EBS_MALWARE_PROTECTION"]) {
    new aws.guardduty.DetectorFeature(name(feature.toLowerCase().replaceAll("_", "-")), {
      detectorId: detector.id,
      name: feature,
      status: "ENABLED",
    });
  }

  const severe = { numeric: [">=", config.pageFromSeverity] };
  const mild = { numeric: ["<", config.pageFromSeverity] };
  const events = [
    ["threats-severe", pages, "aws.guardduty", { severity: [severe] }],
    ["threats-mild", notices, "aws.guardduty", { severity: [mild] }],
    ["health-issues", pages, "aws.health", { eventTypeCategory: ["issue"] }],
    ["health-changes", notices, "aws.health", {
      eventTypeCategory: ["scheduledChange", "accountNotification"],
    }],
  ] as const;
  for (const [what, topic, source, detail] of events) {
    const rule = new aws.cloudwatch.EventRule(name(what), {
      eventPattern: JSON.stringify({ source: [source], detail }),
    });
    new aws.cloudwatch.EventTarget(name(what), { rule: rule.name, arn: topic.arn });
  }

  // A forecast warns while there is time; what was really spent wakes nobody either.
  new aws.budgets.Budget(name("month"), {
    budgetType: "COST",
    timeUnit: "MONTHLY",
    limitAmount: String(config.monthlyBudget),
    limitUnit: "USD",
    costFilters: [{ name: "TagKeyValue", values: [`user:environment$${info.environmentSuffix}`] }],
    notifications: [["FORECASTED", 100], ["ACTUAL", 80], ["ACTUAL", 100]].map((
      [notificationType, threshold],
    ) => ({
      notificationType: String(notificationType),
      threshold: Number(threshold),
      thresholdType: "PERCENTAGE",
      comparisonOperator: "GREATER_THAN",
      subscriberSnsTopicArns: [notices.arn],
    })),
  });

  return { pagesTopicArn: pages.arn, noticesTopicArn: notices.arn };
});
