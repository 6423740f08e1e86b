import { placeOf } from "lib/concourse/validate/decode/context.ts";
import type { TaskConfig } from "lib/concourse/validate/decode/task.ts";
import type { StepCheck, StepChecker } from "lib/concourse/validate/rules/steps/checker.ts";

/** A task: either a file or a config, and a config that is complete. */
export const checkTask: StepCheck<"task"> = (step, checker) =>
  checker.within(`.task(${step.task})`, () => {
    const { config } = step;
    checker.name(step.task, placeOf(step, "task"));
    if (!config && step.file === "") {
      checker.error("must specify either `file:` or `config:`", placeOf(step, "task"));
    }
    if (config && step.file !== "") {
      checker.error("must specify one of `file:` or `config:`, not both", placeOf(step, "file"));
    }
    if (config && (config.rootfs_uri !== "" || config.image_resource) && step.image !== "") {
      checker.warn(
        "pipeline",
        "specifies image: on the step but also specifies an image under config: - the image: on the step takes precedence",
        placeOf(step, "image"),
      );
    }
    if (step.hermetic) {
      checker.warn(
        "pipeline",
        "specifies `hermetic:` only works against worker containerd runtime",
        placeOf(step, "hermetic"),
      );
    }
    if (config) checker.within(".config", () => checkConfig(config, checker));
  });

function checkConfig(config: TaskConfig, checker: StepChecker): void {
  checker.unknownFields(config.unknown, placeOf(config, config.unknown[0]));
  if (config.platform === "") checker.error("missing 'platform'", placeOf(config, "platform"));
  config.inputs.forEach((input, index) => {
    if (input.name !== "") return;
    checker.error(`  input in position ${index} is missing a name`, placeOf(input));
  });
  config.outputs.forEach((output, index) => {
    if (output.name !== "") return;
    checker.error(`  output in position ${index} is missing a name`, placeOf(output));
  });
}
