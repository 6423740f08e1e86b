import type { Lint } from "lib/concourse/lint/lint.ts";
import { stepsOf } from "lib/concourse/lint/steps.ts";
import { field, type MapDatum, type Place } from "lib/concourse/validate/datum.ts";
import { placeOf } from "lib/concourse/validate/decode/context.ts";
import type { Pipeline } from "lib/concourse/validate/decode/pipeline.ts";

/** An image that is fetched whenever it is needed, with no version of its own to be seen. */
interface Image {
  readonly what: string;
  readonly source: MapDatum | undefined;
  readonly pinned: boolean;
  readonly at: Place;
}

const TYPES = new Set(["registry-image", "docker-image"]);

function* images(pipeline: Pipeline): Generator<Image> {
  for (
    const [kind, types] of [
      ["resource type", pipeline.resource_types],
      ["prototype", pipeline.prototypes],
    ] as const
  ) {
    for (const type of types) {
      if (!TYPES.has(type.type)) continue;
      const at = placeOf(type, "source");
      yield { what: `${kind} '${type.name}'`, source: type.source, pinned: false, at };
    }
  }
  for (const { step } of stepsOf(pipeline)) {
    const image = step.kind === "task" ? step.config?.image_resource : undefined;
    if (step.kind !== "task" || !image || !TYPES.has(image.type) || step.image !== "") continue;
    const pinned = image.version.has("digest");
    yield {
      what: `task '${step.task}'`,
      source: image.source,
      pinned,
      at: placeOf(image, "source"),
    };
  }
}

/** The tag as text; `undefined` where there is none, and also for ways to choose one. */
function tagOf(image: Image): string | undefined {
  const tag = field(image.source, "tag");
  return tag === undefined || tag.type === "null" || tag.type === "list" || tag.type === "map"
    ? undefined
    : String(tag.value);
}

function chosen(image: Image): boolean {
  const repository = field(image.source, "repository");
  return image.pinned || repository?.type === "string" && repository.value.includes("@sha256:") ||
    ["semver_constraint", "tag_regex", "digest"].some((name) => field(image.source, name));
}

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
