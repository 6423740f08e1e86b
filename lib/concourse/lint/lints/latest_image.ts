import { chosen, images, tagOf } from "lib/concourse/lint/images.ts";
import type { Lint } from "lib/concourse/lint/lint.ts";
import { field } from "lib/concourse/validate/datum.ts";

/** An image whose tag says nothing. */
export const latestImage: Lint = {
  id: "latest-image",
  severity: "warning",
  doc:
    "The image of a task, resource type or prototype is tagged latest: no two runs need be alike",
  *check({ pipeline }) {
    for (const image of images(pipeline)) {
      if (chosen(image) || tagOf(image) !== "latest") continue;
      yield {
        message: `the image of ${image.what} is tagged latest: name a version or a digest`,
        at: field(image.source, "tag") ?? image.at,
      };
    }
  },
};
