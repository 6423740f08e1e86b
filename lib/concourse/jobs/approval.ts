import { CONTAINERS } from "lib/versions.ts";
import type { Resource, Step } from "lib/concourse/model/mod.ts";
import { githubIssues, type GithubIssuesOptions } from "lib/concourse/resources/mod.ts";
import { scriptTask } from "lib/concourse/tasks/mod.ts";

/** Where approvals are asked for: an issue that is opened, and closed by whoever approves. */
export type IssueGate = Pick<
  GithubIssuesOptions,
  "repository" | "gh_host" | "access" | "labels" | "assignees" | "skip_if_labeled"
>;

/** The two views of one issue: the one that opens it, the one that waits for its end. */
export interface Approval {
  /** Opens it. */
  readonly ask: Resource;
  /** Waits until it is closed. */
  readonly given: Resource;
}

/**
 * An approval that an issue asks for, one issue for each build that asks. Closed with the label
 * `do-not-deploy` (or those of `skip_if_labeled`) it is refused.
 *
 * @param key Tells the resources apart: `xqwatcher-qa`
 * @param title The issue's title, to which the build's number is added
 */
export function approval(key: string, title: string, gate: IssueGate): Approval {
  const prefix = `[bot] ${title}: plan `;
  return {
    ask: githubIssues(`ask-${key}`, {
      ...gate,
      issue_prefix: prefix,
      issue_title_template: `${prefix}{BUILD_NAME}`,
      issue_state: "open",
      check_every: "never",
    }),
    given: githubIssues(`approval-${key}`, {
      skip_if_labeled: ["do-not-deploy"],
      ...gate,
      issue_prefix: prefix,
      issue_state: "closed",
      check_every: "15m",
    }),
  };
}

const issueNumber = (resource: string) =>
  `$(node -p 'JSON.parse(require("fs").readFileSync("${resource}/gh_issue.json")).issue_number')`;

/** Opens the issue, with a file of an artifact as its text, and writes its number beside that file. */
export function askSteps({ ask }: Approval, gate: IssueGate, body: string): Step[] {
  const [artifact] = body.split("/");
  return [
    {
      put: ask.name,
      inputs: [artifact],
      params: { labels: gate.labels ?? [], assignees: gate.assignees ?? [], body_files: [body] },
    },
    scriptTask("note-issue", [
      `number=${issueNumber(ask.name)}`,
      `echo "$number" > ${artifact}/issue`,
    ], {
      image: CONTAINERS.node,
      inputs: [artifact, ask.name],
      outputs: [artifact],
    }),
  ];
}

/**
 * Shell that stops unless the issue that was closed is the one that was opened for this plan, so that
 * nobody's approval of an older plan lets a newer one through.
 *
 * @param plan The folder with the number that {@linkcode askSteps} wrote
 */
export function checkApproved({ given }: Approval, plan: string): string[] {
  return [
    `asked=$(cat ${plan}/issue)`,
    `given=${issueNumber(`../${given.name}`)}`,
    'if [ "$asked" != "$given" ]; then',
    '  echo "Issue $given approves another plan: the newest one is that of issue $asked" >&2',
    "  exit 1",
    "fi",
  ];
}
