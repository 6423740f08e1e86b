/** What has to hold at every commit, and what is looked after by the clock. */
import {
  CODE,
  definePipeline,
  gitRepo,
  type Job,
  repositoryTask,
  schedule,
  slackNotification,
  stackTask,
  toPipeline,
  withAlerts,
} from "lib/concourse/mod.ts";
import { organization } from "lib/organization.ts";

const slack = slackNotification();
const nightly = schedule("nightly", {
  start: "2:00",
  stop: "4:00",
  location: "America/New_York",
});
const weekly = schedule("weekly", {
  start: "6:00",
  stop: "8:00",
  days: ["Monday"],
  location: "America/New_York",
});

const test: Job = {
  name: "test",
  plan: [
    { get: CODE, trigger: true },
    repositoryTask("gates", "ok"),
    repositoryTask("test", "test"),
  ],
};

/** Compares what is deployed with what is really there; exit code 3 is drift, and fails the job. */
const drift = (["ci", "qa", "production"] as const).map((environment): Job => ({
  name: `drift-${environment}`,
  serial: true,
  plan: [
    { get: nightly.name, trigger: true },
    { get: CODE, passed: [test.name] },
    stackTask("drift", environment, `drift --env ${environment}`),
  ],
}));

const versions: Job = {
  name: "versions",
  plan: [
    { get: weekly.name, trigger: true },
    { get: CODE, passed: [test.name] },
    repositoryTask("check-versions", "check-versions"),
  ],
};

export default definePipeline(toPipeline([{
  resources: [
    gitRepo(CODE, { uri: organization.repository, branch: organization.branch }),
    nightly,
    weekly,
    slack,
  ],
  jobs: [test, ...drift, versions].map((job) => withAlerts(job, slack)),
}]));
