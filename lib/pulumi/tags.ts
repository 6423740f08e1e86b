import { organization } from "lib/organization.ts";
import type { AWSTags } from "lib/pulumi/aws_base.ts";
import { resourceShape } from "lib/pulumi/resource_shape.ts";
import type { StackInfo } from "lib/pulumi/stack_info.ts";

/** Tags by name. */
export type Tags = Record<string, string>;

/** The tags that every taggable resource must carry: the tag gate's list. */
export const REQUIRED_TAGS = [
  "OU",
  "Environment",
  "business_unit",
  "environment",
  "pulumi_managed",
  "application",
  "owner",
] as const;

/**
 * The tags of every taggable resource of a stack.
 *
 * @param info Which stack
 * @param tags Its configured tags: `OU`, `Environment` and others keep their case
 */
export function stackTags(info: StackInfo, tags: AWSTags): Tags {
  const { OU, Environment, Owner, Application, ...others } = tags;
  return {
    ...others as Tags,
    OU,
    Environment,
    business_unit: OU,
    environment: info.environmentSuffix,
    pulumi_managed: "true",
    application: Application ?? applicationOf(info.project),
    owner: Owner,
    ...(info.tenant ? { tenant: info.tenant } : {}),
  };
}

/** `ol-application-xqwatcher` → `xqwatcher`. */
export function applicationOf(project: string): string {
  return project.replace(/^[a-z]+-(application|infrastructure)-/, "");
}

/**
 * The labels of every Kubernetes object of a stack.
 *
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
 */
export function stackLabels(info: StackInfo, tags: AWSTags): Tags {
  const labels = {
    ou: tags.OU,
    environment: info.environmentSuffix,
    application: tags.Application ?? applicationOf(info.project),
    stack: info.k8sName,
    owner: tags.Owner,
  };
  return {
    ...Object.fromEntries(
      Object.entries(labels).map(([key, value]) => [
        `${organization.labelPrefix}/${key}`,
        labelValue(value),
      ]),
    ),
    "app.kubernetes.io/managed-by": "pulumi",
  };
}

/** A valid label value: at most 63 letters, digits, `-`, `_`, `.`, alphanumeric at both ends. */
function labelValue(text: string): string {
  return text.replace(/[^A-Za-z0-9_.-]/g, "-").slice(0, 63).replace(
    /^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g,
    "",
  );
}

/** How to give a resource its tags: by changing one of its inputs. */
export interface Tagging {
  /** The input: `tags` or `metadata`. */
  readonly key: "tags" | "metadata";
  /** The input's new value; tags that the program gave win, as does everything else it gave. */
  merge(given: unknown): unknown;
}

/**
 * How a resource type is tagged.
 *
 * @returns `undefined` for what takes no tags
 */
export function taggingOf(type: string, tags: Tags, labels: Tags): Tagging | undefined {
  if (type.startsWith("kubernetes:")) {
    // A chart's or a file's objects are labelled one by one, when they are registered themselves.
    if (/^kubernetes:(helm|yaml|kustomize)/.test(type)) return undefined;
    return {
      key: "metadata",
      merge: (given) => {
        const metadata = (given ?? {}) as { labels?: Tags };
        return { ...metadata, labels: { ...labels, ...metadata.labels } };
      },
    };
  }
  switch (resourceShape(type)?.tags) {
    case "map":
      return { key: "tags", merge: (given) => ({ ...tags, ...given as Tags }) };
    case "list":
      return {
        key: "tags",
        merge: (given) => {
          const list = (given ?? []) as { key: string }[];
          const names = new Set(list.map((tag) => tag.key));
          const added = Object.entries(tags).filter(([key]) => !names.has(key));
          return [
            ...list,
            ...added.map(([key, value]) => ({ key, value, propagateAtLaunch: true })),
          ];
        },
      };
    default:
      return undefined;
  }
}
