import { defineProject } from "lib/pulumi/project.ts";
import { MonitoringConfig, MonitoringOutputs } from "./config.ts";

/** Monitoring: who hears of alarms, of AWS's own warnings, of threats and of what the month costs. */
export default defineProject({
  name: "ol-infrastructure-monitoring",
  config: MonitoringConfig,
  outputs: MonitoringOutputs,
  concurrencyClass: "aws:us-east-1",
  program: () => import("./program.ts"),
});
