import { ArtifactFlow } from "lib/concourse/lint/artifacts.ts";
import type { Lint } from "lib/concourse/lint/lint.ts";
import { jobStep } from "lib/concourse/validate/decode/pipeline.ts";

/** A task's input, image or file, or a put's input, that nothing before it makes. */
export const missingArtifact: Lint = {
  id: "missing-artifact",
  severity: "error",
  doc: "An input, image: or file: that no step before makes: the build fails there",
  *check({ pipeline }) {
    for (const job of pipeline.jobs) {
      const flow = new ArtifactFlow();
      flow.follow(jobStep(job), { names: new Set(), open: false });
      yield* flow.hits;
    }
  },
};
