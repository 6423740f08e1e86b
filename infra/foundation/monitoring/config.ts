import { z } from "zod";
import { AWSBase } from "lib/pulumi/aws_base.ts";

/** Where a message goes: an e-mail address, or an address that takes SNS's own messages by HTTPS. */
const Subscriber = z.union([z.email(), z.url({ protocol: /^https$/ })], {
  error: "must be an e-mail address, or an address such as https://events.example.edu/sns",
});

const Subscribers = z.array(Subscriber).min(1, "must name somebody, or nobody hears of it")
  .refine((all) => new Set(all).size === all.length, "names somebody twice");

/** `Pulumi.<stack>.yaml` of monitoring. */
export const MonitoringConfig = AWSBase.extend({
  /** Who is woken. */
  pages: Subscribers,
  /** Who reads it in the morning. */
  notices: Subscribers,
  /**
   * US dollars that the environment may cost in a month, by the tag `environment`: it counts nothing before
   * that is activated as a cost allocation tag, which AWS allows a day after its first use.
   */
  monthlyBudget: z.int().min(1),
  /** From which severity on a finding of GuardDuty pages, 1 to 10; what is milder is a notice. */
  pageFromSeverity: z.number().min(1).max(10).default(7),
});

/** What others may read of monitoring. */
export const MonitoringOutputs = z.strictObject({
  /** The topic of what somebody is woken for: an alarm's `topics`. */
  pagesTopicArn: z.string().startsWith("arn:aws:sns:"),
  /** The topic of what can wait. */
  noticesTopicArn: z.string().startsWith("arn:aws:sns:"),
});
