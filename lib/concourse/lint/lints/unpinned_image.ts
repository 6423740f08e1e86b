import { chosen, images, tagOf } from "lib/concourse/lint/images.ts";
import type { Lint } from "lib/concourse/lint/lint.ts";

/** An image with neither tag nor digest. */
export const unpinnedImage: Lint = {
  id: "unpinned-image",
  severity: "warning",
  doc:
    "The image of a task, resource type or prototype has neither tag nor digest: it can change any day",
  *check({ pipeline }) {
    for (const image of images(pipeline)) {
      if (chosen(image) || tagOf(image) !== undefined) continue;
      yield { message: `the image of ${image.what} has neither tag nor digest`, at: image.at };
    }
  },
};
