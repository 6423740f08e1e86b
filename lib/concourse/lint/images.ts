import { stepsOf } from "lib/concourse/lint/steps.ts";
import { field, type MapDatum, type Place } from "lib/concourse/validate/datum.ts";
import { placeOf } from "lib/concourse/validate/decode/context.ts";
import type { Pipeline } from "lib/concourse/validate/decode/pipeline.ts";

/** An image that is fetched whenever it is needed, with no version of its own to be seen. */
export interface Image {
  /** Whose it is, for messages. */
  readonly what: string;
  readonly source: MapDatum | undefined;
  /** Whether a version pins it. */
  readonly pinned: boolean;
  readonly at: Place;
}

const TYPES = new Set(["registry-image", "docker-image"]);

/** Every such image of a pipeline. */
export function* images(pipeline: Pipeline): Generator<Image> {
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
export function tagOf(image: Image): string | undefined {
  const tag = field(image.source, "tag");
  return tag === undefined || tag.type === "null" || tag.type === "list" || tag.type === "map"
    ? undefined
    : String(tag.value);
}

/** Whether a digest or a constraint says which image it is. */
export function chosen(image: Image): boolean {
  const repository = field(image.source, "repository");
  return image.pinned || repository?.type === "string" && repository.value.includes("@sha256:") ||
    ["semver_constraint", "tag_regex", "digest"].some((name) => field(image.source, name));
}
