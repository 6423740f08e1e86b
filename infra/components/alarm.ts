import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { parseWith } from "lib/schema/parse.ts";

/** How a metric is held against its threshold. */
const COMPARISONS = {
  above: "GreaterThanThreshold",
  "at least": "GreaterThanOrEqualToThreshold",
  below: "LessThanThreshold",
  "at most": "LessThanOrEqualToThreshold",
} as const;

const DAY = 86_400;

/** What an {@linkcode Alarm} is made from, beside what other resources tell. */
const Settings = z.strictObject({
  /** The service's: `AWS/RDS`, or one of our own. */
  namespace: z.string().max(255).regex(
    /^(AWS\/[A-Za-z0-9]+|[A-Za-z][A-Za-z0-9_-]*)$/,
    "must be a service's such as AWS/RDS, or a word",
  ),
  /** As the service names it: `CPUUtilization`. */
  metric: z.string().min(1).max(255),
  /** Of the data points within a period. */
  statistic: z.string().regex(
    /^(Average|Sum|Minimum|Maximum|SampleCount|p([1-9]?\d(\.\d{1,2})?|100))$/,
    "must be Average, Sum, Minimum, Maximum, SampleCount, or a percentile such as p99",
  ).default("Average"),
  /** When it is wrong. */
  is: z.enum(["above", "at least", "below", "at most"]),
  /** In the metric's own unit. */
  threshold: z.number(),
  /** Seconds of one period: 10, 30, or whole minutes. */
  periodSeconds: z.int().refine(
    (seconds) => seconds === 10 || seconds === 30 || (seconds >= 60 && seconds % 60 === 0),
    "must be 10, 30, or a multiple of 60",
  ).default(300),
  /** How many periods are looked at. */
  periods: z.int().min(1).default(3),
  /** How many of them have to be wrong. Default all. */
  wrongPeriods: z.int().min(1).optional(),
  /** What no data means. */
  missingData: z.enum(["missing", "ignore", "breaching", "notBreaching"]).default("missing"),
  /** What somebody who is woken by it should know and do. */
  description: z.string().min(10, "must say what is wrong and what to do").max(1024),
}).superRefine(({ periods, wrongPeriods = periods, periodSeconds }, context) => {
  if (wrongPeriods > periods) {
    context.addIssue({
      code: "custom",
      path: ["wrongPeriods"],
      message: "must not exceed periods",
    });
  }
  const limit = periodSeconds >= 3600 ? 7 * DAY : DAY;
  if (periods * periodSeconds > limit) {
    context.addIssue({
      code: "custom",
      path: ["periods"],
      message: `spans ${periods * periodSeconds} seconds: CloudWatch looks at ${limit} at most`,
    });
  }
});

/** Arguments as they are given. */
export type AlarmArgs = z.input<typeof Settings> & {
  /** Whose metric: `{ DBInstanceIdentifier: … }`. Default all together. */
  readonly dimensions?: Record<string, pulumi.Input<string>>;
  /** Topics that hear when it goes wrong and when it is right again; at most 5. */
  readonly topics: readonly pulumi.Input<string>[];
};

/**
 * An alarm of CloudWatch on one metric: it tells topics when the metric is wrong, and when it is right again.
 *
 * Creates: the alarm.
 */
export class Alarm extends pulumi.ComponentResource {
  /** The alarm's ARN: for composite alarms and automatic rollbacks. */
  readonly arn: pulumi.Output<string>;
  /** The alarm's name. */
  readonly alarmName: pulumi.Output<string>;

  /**
   * Makes the alarm.
   *
   * @param name The alarm's name in Pulumi
   * @param args See {@linkcode AlarmArgs}
   * @throws {Problems} for arguments that CloudWatch would refuse, or a description that says nothing
   */
  constructor(name: string, args: AlarmArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ol:aws:Alarm", name, {}, opts);
    const { dimensions, topics, ...given } = args;
    const settings = parseWith(Settings, given, `Alarm ${name}`);
    parseWith(
      z.object({ topics: z.array(z.unknown()).min(1, "an alarm that nobody hears").max(5) }),
      { topics: [...topics] },
      `Alarm ${name}`,
    );
    const isPercentile = settings.statistic.startsWith("p");
    const alarm = new aws.cloudwatch.MetricAlarm(name, {
      namespace: settings.namespace,
      metricName: settings.metric,
      ...(dimensions ? { dimensions } : {}),
      ...(isPercentile
        ? { extendedStatistic: settings.statistic }
        : { statistic: settings.statistic }),
      comparisonOperator: COMPARISONS[settings.is],
      threshold: settings.threshold,
      period: settings.periodSeconds,
      evaluationPeriods: settings.periods,
      datapointsToAlarm: settings.wrongPeriods ?? settings.periods,
      treatMissingData: settings.missingData,
      alarmDescription: settings.description,
      alarmActions: [...topics],
      okActions: [...topics],
    }, { parent: this });
    this.arn = alarm.arn;
    this.alarmName = alarm.name;
    this.registerOutputs({ arn: this.arn });
  }
}
