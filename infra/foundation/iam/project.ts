import { defineProject } from "lib/pulumi/project.ts";
import { IamConfig, IamOutputs } from "./config.ts";

/** An account's ground rules, and the roles that people take on. */
export default defineProject({
  name: "ol-infrastructure-iam",
  config: IamConfig,
  outputs: IamOutputs,
  program: () => import("./program.ts"),
});
