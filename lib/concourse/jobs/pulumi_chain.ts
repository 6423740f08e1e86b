import { combineFragments, type PipelineFragment } from "lib/concourse/fragment.ts";
import { type BuiltImage, setDigest } from "lib/concourse/jobs/container.ts";
import { type Approval, approval, type IssueGate } from "lib/concourse/jobs/approval.ts";
import { deployTask, planResource, previewSteps } from "lib/concourse/jobs/pulumi_plan.ts";
import { type ChainStage, stackSlug, type StageContext } from "lib/concourse/jobs/stage.ts";
import type { GetStep, Job, Resource } from "lib/concourse/model/mod.ts";
import { withAlerts } from "lib/concourse/notifications.ts";
import { afterJobs } from "lib/concourse/steps.ts";
import { CODE } from "lib/concourse/tasks/mod.ts";

/** How a project's stacks are deployed, one after the other. */
export interface PulumiChainOptions {
  /** The project's short name: `xqwatcher`. */
  readonly project: string;
  /** In the order of promotion. */
  readonly stages: readonly ChainStage[];
  /**
   * `deploy-chained` (default): a person starts each later stage, having seen the one before.
   * `preview-gated`: each stage is previewed first, and a person lets that very plan be carried out.
   */
  readonly topology?: "deploy-chained" | "preview-gated";
  /** What is set up before, beside the Pulumi CLI. Default nothing. */
  readonly engines?: readonly string[];
  /** With gates: the bucket that keeps the plans. */
  readonly bucket?: string;
  /** With gates: where approval is asked for; default by starting the job. */
  readonly gate?: IssueGate;
  /** Gets that every stage takes; later stages take what passed the one before. */
  readonly dependencies?: readonly GetStep[];
  /** Containers that were built before, deployed by digest. */
  readonly images?: readonly BuiltImage[];
  /** Where failures are told of, as by `slackNotification`. */
  readonly alerts?: Resource;
}

/** The name of the job that deploys a stack. */
export const deployJobName = (project: string, stack: string): string =>
  `deploy-${project}-${stackSlug(stack)}`;

/**
 * The chain of a project's deployments. A change triggers the first stage by itself unless that is
 * production; every later stage takes only what passed the one before.
 *
 * With gates the approval is bound to what was looked at: the deployment takes commit, images and plan
 * from one and the same build of the preview, and `deploy --plan` refuses a plan that no longer fits
 * the state, the upstream outputs or the files.
 *
 * @throws {TypeError} for gates without a bucket
 */
export function pulumiJobsChain(options: PulumiChainOptions): PipelineFragment {
  const { project, stages, topology = "deploy-chained", alerts } = options;
  if (topology === "preview-gated" && options.bucket === undefined) {
    throw new TypeError("preview-gated needs a bucket that keeps the plans");
  }
  const fragments = stages.map((stage, index): PipelineFragment => {
    const isFirst = index === 0;
    const isFree = isFirst && stage.environment !== "production";
    const context = contextOf(options, stage);
    const previous = isFirst ? [] : [deployJobName(project, stages[index - 1].stack)];
    const gets = stageGets(options, stage, previous, isFree);
    return topology === "preview-gated" && !(stage.ungated ?? isFree)
      ? gatedJobs(context, gets, options)
      : { jobs: [deployJob(context, gets)] };
  });
  const { jobs = [], ...chain } = combineFragments(...fragments);
  return alerts === undefined ? { ...chain, jobs } : {
    ...chain,
    resources: [...chain.resources ?? [], alerts],
    jobs: jobs.map((job) => withAlerts(job, alerts)),
  };
}

function contextOf(
  { project, images = [], engines = [] }: PulumiChainOptions,
  stage: ChainStage,
): StageContext {
  return {
    project,
    stage,
    images,
    engines,
    key: `${project}-${stackSlug(stage.stack)}`,
    selection: `${project} --env ${stage.environment} --stack ${stage.stack}`,
    overrides: images.map(setDigest).join(""),
  };
}

/** What a stage takes: first of all its own, then the code, then what every stage takes. */
function stageGets(
  { dependencies = [], images = [] }: PulumiChainOptions,
  stage: ChainStage,
  previous: readonly string[],
  isFree: boolean,
): GetStep[] {
  const releases = (stage.releases ?? []).flatMap(({ gets }) => gets);
  const builds = [...new Set(releases.flatMap(({ passed = [] }) => passed))];
  const shared = [...images.map(({ get }) => get), ...dependencies];
  const chained = previous.length > 0
    ? afterJobs(shared, previous, false)
    : shared.map((step) => ({ ...step, trigger: isFree && (step.trigger ?? false) }));
  return [
    ...stage.dependencies ?? [],
    // The commit that the machine images were built from has passed the stage before them.
    ...afterJobs([{ get: CODE }], builds.length > 0 ? builds : previous, isFree),
    ...releases.map((step) => ({ ...step, trigger: isFree })),
    ...chained,
  ];
}

function deployJob(context: StageContext, gets: readonly GetStep[]): Job {
  return {
    name: deployJobName(context.project, context.stage.stack),
    max_in_flight: 1,
    plan: [...gets, deployTask(context), ...context.stage.after ?? []],
  };
}

function gatedJobs(
  context: StageContext,
  gets: readonly GetStep[],
  { gate, bucket }: PulumiChainOptions,
): PipelineFragment {
  const { key, project, stage } = context;
  const own = stage.dependencies ?? [];
  const plan = planResource(key, bucket!);
  const asked: Approval | undefined = gate &&
    approval(key, `Deploy ${project} ${stage.stack}`, gate);
  const preview: Job = {
    name: `preview-${key}`,
    serial_groups: [key],
    plan: [
      // A preview writes nothing: whatever is new starts it.
      ...gets.map((step) => own.includes(step) ? step : { ...step, trigger: true }),
      ...previewSteps(context, plan, asked && { ...asked, gate: gate! }),
    ],
  };
  const deploy: Job = {
    name: deployJobName(project, stage.stack),
    serial_groups: [key],
    plan: [
      ...asked ? [{ get: asked.given.name, trigger: true }] : [],
      { get: plan.name, passed: [preview.name], params: { unpack: true } },
      ...afterJobs(gets, [preview.name], false),
      deployTask(context, { plan, approval: asked }),
      ...stage.after ?? [],
    ],
  };
  return {
    resources: [plan, ...(asked ? [asked.ask, asked.given] : [])],
    jobs: [preview, deploy],
  };
}
