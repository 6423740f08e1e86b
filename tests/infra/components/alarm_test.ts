import assert from "node:assert/strict";
import { Alarm, type AlarmArgs } from "infra/components/alarm.ts";
import { make } from "tests/support/program.ts";

const alarm: AlarmArgs = {
  namespace: "AWS/ApplicationELB",
  metric: "TargetResponseTime",
  is: "above",
  threshold: 2,
  description: "Answers take long: look at the database first",
  topics: ["arn:aws:sns:us-east-1:123456789012:pages"],
};
const ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm";

Deno.test("an alarm tells its topics when it goes wrong and when it is right again", async () => {
  const made = await make(() => new Alarm("slow", { ...alarm, dimensions: { LoadBalancer: "a" } }));
  const inputs = made.inputs(ALARM, "slow");
  assert.deepEqual(inputs.alarmActions, alarm.topics);
  assert.deepEqual(inputs.okActions, alarm.topics);
  assert.equal(inputs.comparisonOperator, "GreaterThanThreshold");
  assert.equal(inputs.statistic, "Average");
  assert.equal(inputs.evaluationPeriods, 3);
  assert.equal(inputs.datapointsToAlarm, 3);
  assert.deepEqual(inputs.dimensions, { LoadBalancer: "a" });
  assert.deepEqual(made.findings, []);
});

Deno.test("an alarm on a percentile asks for that instead of a statistic", async () => {
  const made = await make(() =>
    new Alarm("slow", { ...alarm, statistic: "p99.9", periods: 5, wrongPeriods: 2 })
  );
  const inputs = made.inputs(ALARM, "slow");
  assert.equal(inputs.extendedStatistic, "p99.9");
  assert.equal(inputs.statistic, undefined);
  assert.equal(inputs.datapointsToAlarm, 2);
});

const refused: [what: string, change: Partial<AlarmArgs>, message: RegExp][] = [
  ["nobody to hear it", { topics: [] }, /topics: an alarm that nobody hears/],
  ["a description that says nothing", { description: "high" }, /description: must say what is/],
  ["a period of 45 seconds", { periodSeconds: 45 }, /periodSeconds: must be 10, 30, or a multiple/],
  ["more wrong periods than periods", { wrongPeriods: 4 }, /wrongPeriods: must not exceed periods/],
  ["more than a day", { periods: 289 }, /periods: spans 86700 seconds: CloudWatch looks at 86400/],
  ["a made-up statistic", { statistic: "Median" }, /statistic: must be Average, Sum/],
  ["the 101st percentile", { statistic: "p101" }, /statistic: must be Average, Sum/],
  ["a namespace with a space", { namespace: "AWS RDS" }, /namespace: must be a service's/],
];
for (const [what, change, message] of refused) {
  Deno.test(`an alarm is refused with ${what}`, async () => {
    await assert.rejects(make(() => new Alarm("slow", { ...alarm, ...change })), message);
  });
}
