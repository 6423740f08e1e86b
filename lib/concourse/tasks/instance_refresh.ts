import { CONTAINERS } from "lib/versions.ts";
import { organization } from "lib/organization.ts";
import type { InlineTaskStep } from "lib/concourse/model/mod.ts";
import { scriptTask } from "./script.ts";

/** Which auto scaling group: by tags that together fit exactly one. */
export type GroupTags = Readonly<Record<string, string>>;

const FIND_GROUP = [
  'group=$(aws autoscaling describe-auto-scaling-groups --filters "$@" \\',
  "  --query 'AutoScalingGroups[].AutoScalingGroupName' --output text)",
  'set -- $group; [ $# -eq 1 ] || { echo "Expected one group, found $#: $group" >&2; exit 1; }',
];

/** Shell that makes the filters the positional parameters, each from a variable of its own. */
function filters(tags: GroupTags): { lines: string[]; params: Record<string, string> } {
  const entries = Object.entries(tags);
  const params = Object.fromEntries(
    entries.map(([tag, value], index) => [`FILTER_${index}`, `Name=tag:${tag},Values=${value}`]),
  );
  return { lines: [`set -- ${entries.map((_, index) => `"$FILTER_${index}"`).join(" ")}`], params };
}

function awsTask(name: string, tags: GroupTags, lines: readonly string[], params = {}) {
  const filter = filters(tags);
  return scriptTask(name, [...filter.lines, ...FIND_GROUP, ...lines], {
    image: CONTAINERS.awsCli,
    params: { AWS_REGION: organization.region, AWS_PAGER: "", ...filter.params, ...params },
    timeout: "2h",
  });
}

/**
 * Replaces the instances of an auto scaling group by new ones, half of them at a time; a refresh that
 * goes on already is left to it.
 */
export function instanceRefreshTask(tags: GroupTags): InlineTaskStep {
  return awsTask("instance-refresh", tags, [
    'aws autoscaling start-instance-refresh --auto-scaling-group-name "$group" \\',
    "  --preferences MinHealthyPercentage=50,InstanceWarmup=120 2>error || {",
    "  cat error >&2; grep -q InstanceRefreshInProgress error; }",
  ]);
}

/** Waits until the newest refresh of an auto scaling group ends; fails unless it succeeded. */
export function awaitInstanceRefreshTask(tags: GroupTags): InlineTaskStep {
  return awsTask("await-instance-refresh", tags, [
    "while :; do",
    '  status=$(aws autoscaling describe-instance-refreshes --auto-scaling-group-name "$group" \\',
    "    --max-records 1 --query 'InstanceRefreshes[0].Status' --output text)",
    "  case $status in Successful | None) exit 0 ;;",
    "  Pending | InProgress | Baking | Cancelling | RollbackInProgress) sleep 15 ;;",
    '  *) echo "The instance refresh ended as $status" >&2; exit 1 ;; esac',
    "done",
  ]);
}
