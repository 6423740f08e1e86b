import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { keyPolicy } from "infra/components/key_policy.ts";
import { policyDocument } from "lib/iam/mod.ts";
import { parseWith } from "lib/schema/parse.ts";

/** What a {@linkcode Topic} is made from. */
export const TopicArgs = z.strictObject({
  /** AWS services that may publish, of this account alone: `cloudwatch`, `events`. */
  publishers: z.array(z.string().regex(/^[a-z][a-z0-9.-]*$/, "must be a service such as events"))
    .min(1, "must name a service: nobody else may publish"),
  /** E-mail addresses, and addresses that take SNS's messages by HTTPS. Default none. */
  subscribers: z.array(z.union([z.email(), z.url({ protocol: /^https$/ })])).default([]),
});
/** Arguments as they are given. */
export type TopicArgs = z.input<typeof TopicArgs>;

/**
 * A topic of SNS, encrypted with a key of its own, so that AWS services may publish to it.
 *
 * Creates: the topic, its policy, the key with an alias (the services' shared key lets none of them in), and
 * the subscriptions. An e-mail address has to confirm its own.
 */
export class Topic extends pulumi.ComponentResource {
  /** The topic's ARN: for alarms and rules. */
  readonly arn: pulumi.Output<string>;

  /**
   * Makes the topic.
   *
   * @param name Starts every child's name
   * @param args See {@linkcode TopicArgs}
   * @throws {Problems} for arguments that {@linkcode TopicArgs} refuses
   */
  constructor(name: string, args: TopicArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ol:aws:Topic", name, {}, opts);
    const settings = parseWith(TopicArgs, args, `Topic ${name}`);
    const parent = { parent: this };
    const account = aws.getCallerIdentityOutput({}, parent).accountId;
    const services = settings.publishers.map((service) => `${service}.amazonaws.com`);
    const ours = account.apply((id) => ({ StringEquals: { "aws:SourceAccount": id } }));
    const key = new aws.kms.Key(name, {
      description: `Messages of the topic ${name}`,
      enableKeyRotation: true,
      policy: account.apply((id) => keyPolicy(id, { services: settings.publishers })),
    }, parent);
    new aws.kms.Alias(name, { name: `alias/topics/${name}`, targetKeyId: key.id }, parent);
    const topic = new aws.sns.Topic(name, { kmsMasterKeyId: key.arn }, parent);
    new aws.sns.TopicPolicy(name, {
      arn: topic.arn,
      policy: pulumi.all([topic.arn, ours]).apply(([arn, conditions]) =>
        JSON.stringify(policyDocument({
          sid: "Publishers",
          principals: { Service: services },
          actions: "sns:Publish",
          resources: arn,
          conditions,
        }))
      ),
    }, parent);
    for (const endpoint of settings.subscribers) {
      new aws.sns.TopicSubscription(`${name}-${endpoint.replace(/[^A-Za-z0-9]+/g, "-")}`, {
        topic: topic.arn,
        protocol: endpoint.includes("@") && !endpoint.startsWith("https:") ? "email" : "https",
        endpoint,
      }, parent);
    }
    this.arn = topic.arn;
    this.registerOutputs({ arn: this.arn });
  }
}
