import { CONTAINERS } from "lib/versions.ts";
import {
  type Approval,
  askSteps,
  checkApproved,
  type IssueGate,
} from "lib/concourse/jobs/approval.ts";
import { readDigest } from "lib/concourse/jobs/container.ts";
import type { StageContext } from "lib/concourse/jobs/stage.ts";
import type { InlineTaskStep, Resource, Step } from "lib/concourse/model/mod.ts";
import { s3Object } from "lib/concourse/resources/mod.ts";
import { denoTask, scriptTask, stackTask } from "lib/concourse/tasks/mod.ts";

/** Where the plans of a stack are kept, each a version. */
export function planResource(key: string, bucket: string): Resource {
  return s3Object(`plan-${key}`, {
    bucket,
    regexp: `plans/${key}-(.*).tgz`,
    icon: "file-document-check",
  });
}

/** The artifacts with the digests of images, and those with the records of machine images. */
const digestsOf = ({ images }: StageContext) => images.map(({ get }) => get.get);
const recordsOf = ({ stage }: StageContext) =>
  (stage.releases ?? []).flatMap(({ gets }) => gets.map(({ get }) => get));

/** Shell that reads the digests, and shell that places the records. */
const readDigests = ({ images }: StageContext) => images.map(readDigest);
const placeRecords = ({ stage }: StageContext) =>
  (stage.releases ?? []).flatMap(({ place }) => place);

/**
 * Previews a stack and keeps the plan.
 *
 * The preview exits with 3 where there are changes, which is no failure here.
 */
export function previewSteps(
  context: StageContext,
  plan: Resource,
  asked?: Approval & { readonly gate: IssueGate },
): Step[] {
  const preview = denoTask(
    `preview ${context.selection} --engine pulumi --save-plan ../preview/bundle ` +
      `--summary ../preview/summary.md${context.overrides}`,
  );
  const digest =
    `node -p 'JSON.parse(require("fs").readFileSync("../preview/bundle/bundle.json")).digest'`;
  const pack = `tar -C preview -czf "plan/${context.key}-$(date -u +%Y%m%d%H%M%S).tgz" .`;
  return [
    stackTask("preview", context.stage.environment, [], {
      engines: context.engines,
      inputs: [...digestsOf(context), ...recordsOf(context)],
      outputs: ["preview"],
      before: [...placeRecords(context), ...readDigests(context)],
      after: [
        `${preview} || [ $? -eq 3 ]`,
        `digest=$(${digest})`,
        `printf '\\nPlan digest: %s\\n' "$digest" >> ../preview/summary.md`,
        "cat ../preview/summary.md",
      ],
    }),
    ...asked ? askSteps(asked, asked.gate, "preview/summary.md") : [],
    scriptTask("pack", [pack], {
      image: CONTAINERS.node,
      inputs: ["preview"],
      outputs: ["plan"],
    }),
    { put: plan.name, no_get: true, inputs: ["plan"], params: { file: "plan/*.tgz" } },
  ];
}

/** Deploys a stack: what the commit says or, given a plan, that plan and nothing else. */
export function deployTask(
  context: StageContext,
  gated?: { readonly plan: Resource; readonly approval?: Approval },
): InlineTaskStep {
  const folder = gated && `../${gated.plan.name}`;
  const command = folder
    ? `deploy --plan ${folder}/bundle --yes`
    : `deploy ${context.selection} --yes${context.overrides}`;
  return stackTask("deploy", context.stage.environment, command, {
    engines: context.engines,
    inputs: [
      ...gated ? [gated.plan.name] : digestsOf(context),
      ...recordsOf(context),
      ...gated?.approval ? [gated.approval.given.name] : [],
    ],
    before: [
      ...gated?.approval ? checkApproved(gated.approval, folder!) : [],
      ...placeRecords(context),
      ...gated ? [] : readDigests(context),
    ],
  });
}
