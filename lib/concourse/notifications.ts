import type { Job, PutStep, Resource } from "lib/concourse/model/mod.ts";

/** What kind of message: its colour and its usual wording. @see https://github.com/arbourd/concourse-slack-alert-resource#alert-types */
export type AlertType =
  | "default"
  | "success"
  | "failed"
  | "started"
  | "aborted"
  | "errored"
  | "fixed"
  | "broke";

/**
 * A message about the build.
 *
 * @param to As by `slackNotification`
 * @param message.message Its bold line; default what is usual for the type
 * @param message.text What stands below
 */
export function notify(
  to: Pick<Resource, "name">,
  alert_type: AlertType,
  message: { readonly message?: string; readonly text?: string } = {},
): PutStep {
  return { put: to.name, no_get: true, inputs: [], params: { alert_type, ...message } };
}

/**
 * A job that tells of builds that failed, erred or were aborted; hooks that it has already run first.
 *
 * @param to As by `slackNotification`
 */
export function withAlerts(job: Job, to: Pick<Resource, "name">): Job {
  const hook = (name: "on_failure" | "on_error" | "on_abort", type: AlertType) => {
    const step = notify(to, type);
    const held = job[name];
    return { [name]: held ? { do: [held, step] } : step };
  };
  return {
    ...job,
    ...hook("on_failure", "failed"),
    ...hook("on_error", "errored"),
    ...hook("on_abort", "aborted"),
  };
}
