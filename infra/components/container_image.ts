import { z } from "zod";

/** A container image: by tag or by digest, never both. */
export const ContainerImage = z.strictObject({
  /** `mitodl/learn`, or with a registry before it. */
  repository: z.string().regex(
    /^[a-z0-9][a-z0-9._-]*(:\d+)?(\/[a-z0-9][a-z0-9._-]*)*$/,
    "must be a repository such as mitodl/app",
  ),
  /** What people call it. */
  tag: z.string().regex(/^[\w][\w.-]{0,127}$/, "must be a tag").refine(
    (tag) => tag !== "latest",
    'must name one image: "latest" is another tomorrow',
  ).optional(),
  /** What it is. */
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/, "must be sha256:<64 hex digits>").optional(),
}).refine(({ tag, digest }) => (tag === undefined) !== (digest === undefined), {
  message: "give either tag or digest",
});
/** A container image: by tag or by digest, never both. */
export type ContainerImage = z.infer<typeof ContainerImage>;

/** As Kubernetes names it: `mitodl/learn:1.2.3` or `mitodl/learn@sha256:…`. */
export function imageReference({ repository, tag, digest }: ContainerImage): string {
  return digest === undefined ? `${repository}:${tag}` : `${repository}@${digest}`;
}
