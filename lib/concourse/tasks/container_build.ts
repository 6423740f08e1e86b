import { CONTAINERS } from "lib/versions.ts";
import type { Env, InlineTaskStep, TaskInput } from "lib/concourse/model/mod.ts";
import { imageResource } from "./script.ts";

/**
 * Builds a container image; its output `image` holds `image.tar`.
 *
 * @param context The artifact that holds the Dockerfile
 * @param options.params More of the builder's settings: `DOCKERFILE`, `TARGET`, `BUILD_ARG_…`
 * @param options.inputs Artifacts that the build reads besides
 * @see https://github.com/concourse/oci-build-task
 */
export function containerBuildTask(
  context: string,
  options: { readonly params?: Env; readonly inputs?: readonly TaskInput[] } = {},
): InlineTaskStep {
  return {
    task: "build",
    privileged: true,
    timeout: "1h",
    config: {
      platform: "linux",
      image_resource: imageResource(CONTAINERS.ociBuildTask),
      inputs: [{ name: context }, ...options.inputs ?? []],
      outputs: [{ name: "image" }],
      caches: [{ path: "cache" }],
      params: { CONTEXT: context, UNPACK_ROOTFS: "false", ...options.params },
      run: { path: "build" },
    },
  };
}
