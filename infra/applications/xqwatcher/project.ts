import eks from "infra/foundation/eks/project.ts";
import { defineProject, on } from "lib/pulumi/project.ts";
import { XqwatcherConfig, XqwatcherOutputs } from "./config.ts";

/** xqwatcher: takes what learners submit from XQueue, grades it, and answers. */
export default defineProject({
  name: "ol-application-xqwatcher",
  config: XqwatcherConfig,
  outputs: XqwatcherOutputs,
  needs: { eks: on(eks) },
  secrets: ["xqwatcher"],
  containers: [{
    name: "xqwatcher",
    source: "https://github.com/mitodl/xqueue-watcher",
    branch: "master",
    image: "mitodl/xqueue-watcher",
    configKey: "image",
  }],
  concurrencyClass: "aws:us-east-1",
  program: () => import("./program.ts"),
});
