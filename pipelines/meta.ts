/** Keeps every pipeline as the repository says, this one included: renders them all, then sets them. */
import {
  CODE,
  definePipeline,
  gitRepo,
  repositoryTask,
  slackNotification,
  toPipeline,
  withAlerts,
} from "lib/concourse/mod.ts";
import { organization } from "lib/organization.ts";

const slack = slackNotification();

/** Whatever a pipeline can be derived from. */
const paths = ["deno.json", "deno.lock", "images", "infra", "lib", "pipelines", "secrets", "tasks"];

const render = repositoryTask("render", "render-pipelines --out ../rendered", {
  outputs: ["rendered"],
  after: [
    `node -p 'JSON.stringify(fs.readdirSync("../rendered").filter((name) => name.endsWith(".yaml")).map((name) => name.slice(0, -5)))' > ../rendered/names.json`,
  ],
});

export default definePipeline(toPipeline([{
  resources: [
    gitRepo(CODE, { uri: organization.repository, branch: organization.branch, paths }),
    slack,
  ],
  jobs: [withAlerts({
    name: "set-pipelines",
    serial: true,
    plan: [
      { get: CODE, trigger: true },
      render,
      // What a new commit says of this job counts for the rest of it, too.
      { set_pipeline: "self", file: "rendered/meta.yaml" },
      { load_var: "names", file: "rendered/names.json" },
      {
        set_pipeline: "((.:pipeline))",
        file: "rendered/((.:pipeline)).yaml",
        across: [{ var: "pipeline", values: "((.:names))", max_in_flight: 4 }],
      },
    ],
  }, slack)],
}]));
