import { type Located, placeOf } from "lib/concourse/validate/decode/context.ts";
import type { Job } from "lib/concourse/validate/decode/pipeline.ts";
import type { Report } from "lib/concourse/validate/rules/report.ts";

/** How many builds' logs a job keeps: one way to say it, nothing negative, the minimum the least. */
export function checkRetention(job: Job & Located, path: string, report: Report): void {
  const old = job.build_logs_to_retain, retention = job.build_log_retention;
  const at = placeOf(job, "build_logs_to_retain");
  if (old !== 0n) {
    report.warn(
      "deprecated_field",
      `${path}.build_logs_to_retain is deprecated. Use build_log_retention instead.`,
      at,
    );
  }
  if (retention && old !== 0n) {
    const message = `${path} can't use both build_log_retention and build_logs_to_retain`;
    report.error("jobs", message, at);
  } else if (old < 0n) {
    report.error("jobs", `${path} has negative build_logs_to_retain: ${old}`, at);
  }
  if (!retention) return;
  const { builds, days, minimum_succeeded_builds: minimum } = retention;
  const negative = (name: string, value: bigint, key: string) => {
    if (value >= 0n) return;
    const message = `${path} has negative build_log_retention.${name}: ${value}`;
    report.error("jobs", message, placeOf(retention, key));
  };
  negative("builds", builds, "builds");
  negative("days", days, "days");
  negative("min_success_builds", minimum, "minimum_succeeded_builds");
  if (builds > 0n && minimum > builds) {
    report.error(
      "jobs",
      `${path} has build_log_retention.min_success_builds: ${minimum} greater than build_log_retention.min_success_builds: ${builds}`,
      placeOf(retention, "minimum_succeeded_builds"),
    );
  }
}
