import { z } from "zod";
import { AWSBase } from "lib/pulumi/aws_base.ts";

/** A container image: by tag or by digest, never both. */
const Image = z.strictObject({
  /** `mitodl/xqueue-watcher`. */
  repository: z.string().regex(
    /^[a-z0-9][a-z0-9._/-]*$/,
    "must be a repository such as mitodl/app",
  ),
  tag: z.string().regex(/^[\w][\w.-]{0,127}$/, "must be a tag").optional(),
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/, "must be sha256:<64 hex digits>").optional(),
}).refine(({ tag, digest }) => (tag === undefined) !== (digest === undefined), {
  message: "give either tag or digest",
});

/** `Pulumi.<stack>.yaml` of xqwatcher. */
export const XqwatcherConfig = AWSBase.extend({
  image: Image,
  /** How many graders run at once, 1 to 20. */
  replicas: z.int().min(1).max(20).default(1),
});

/** What others may read of xqwatcher. */
export const XqwatcherOutputs = z.strictObject({
  /** The Kubernetes namespace. */
  namespace: z.string(),
  /** The role that its pods assume. */
  roleArn: z.string().startsWith("arn:aws:iam::"),
});
