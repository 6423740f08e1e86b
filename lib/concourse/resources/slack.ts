import { CREDENTIALS } from "lib/concourse/credentials.ts";
import type { Resource } from "lib/concourse/model/mod.ts";
import { defineResource, type ResourceOptions } from "./define.ts";

/** Where messages go. @see https://github.com/arbourd/concourse-slack-alert-resource */
export interface SlackOptions extends ResourceOptions {
  /** A var with the webhook's URL, which is secret; default the organization's. */
  readonly url?: string;
  /** Default the webhook's own. */
  readonly channel?: string;
}

/** A channel in Slack that is told of builds. */
export function slackNotification(name = "slack", options: SlackOptions = {}): Resource {
  const { url = CREDENTIALS.slackWebhook, channel } = options;
  return defineResource(name, "slack-notification", { url, channel }, options, {
    icon: "slack",
    check_every: "never",
  });
}
