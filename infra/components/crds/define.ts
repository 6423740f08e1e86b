import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { parseWith } from "lib/schema/parse.ts";

/** A kind of custom resource, with the schema of its `spec` after the definition that its project publishes. */
export interface CustomKind<S extends z.ZodObject = z.ZodObject> {
  /** `apisix.apache.org`. */
  readonly group: string;
  /** `v2`. */
  readonly version: string;
  /** `ApisixRoute`. */
  readonly kind: string;
  /** As in paths: `apisixroutes`. */
  readonly plural: string;
  /** Whether its objects lie outside namespaces. */
  readonly isClusterWide: boolean;
  /** The schema of `spec`: the published fields, each with the published limits. */
  readonly spec: S;
}

/** A value in which anything, at any depth, may be a Pulumi output. */
export type Deep<T> = T extends string | number | boolean | undefined | null ? pulumi.Input<T>
  : T extends readonly (infer Item)[] ? pulumi.Input<pulumi.Input<Deep<Item>>[]>
  : T extends object ? pulumi.Input<{ [Key in keyof T]: Deep<T[Key]> }>
  : pulumi.Input<T>;

/** Describes a kind. */
export function defineKind<S extends z.ZodObject>(
  apiVersion: `${string}/${string}`,
  kind: string,
  plural: string,
  spec: S,
  options: { readonly isClusterWide?: boolean } = {},
): CustomKind<S> {
  const [group, version] = apiVersion.split("/");
  return { group, version, kind, plural, isClusterWide: options.isClusterWide ?? false, spec };
}

/**
 * Makes an object of a kind; its `spec` is held against the kind's schema as soon as it is known.
 *
 * @param name The resource's name in Pulumi
 * @param args `metadata`, and a `spec` of the kind's schema
 * @throws {Problems} (through Pulumi, when the value is known) naming the kind, the object and each key
 */
export function customResource<S extends z.ZodObject>(
  kind: CustomKind<S>,
  name: string,
  args: { metadata: kubernetes.types.input.meta.v1.ObjectMeta; spec: Deep<z.input<S>> },
  opts?: pulumi.CustomResourceOptions,
): kubernetes.apiextensions.CustomResource {
  const spec = (pulumi.output(args.spec) as pulumi.Output<unknown>).apply((plain) => {
    const known = withoutUndefined(plain);
    parseWith(kind.spec, known, `${kind.kind} ${name}: spec`);
    return known;
  });
  return new kubernetes.apiextensions.CustomResource(name, {
    apiVersion: `${kind.group}/${kind.version}`,
    kind: kind.kind,
    metadata: args.metadata,
    spec,
  }, opts);
}

/** What was left out says nothing, as in JSON. */
function withoutUndefined(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

/** A whole number or a text, such as a port by number or name. */
export const IntOrString = z.union([z.int(), z.string()]).meta({
  "x-kubernetes-int-or-string": true,
});

/** Texts by name. */
export const StringMap = z.record(z.string(), z.string());

/** Anything: the definition says nothing of it, the program that reads it does. */
export const AnyJson = z.unknown().meta({ "x-kubernetes-preserve-unknown-fields": true });

/** A port number. */
export const Port = z.int().min(1).max(65535);

const DNS_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** The name of a part of an object, as Gateway API's `sectionName`. */
export const SectionName = z.string().min(1).max(253).regex(DNS_NAME);

/** The name of an object. */
export const ObjectName = z.string().min(1).max(253);

/** A group of kinds, empty for the core's. */
export const Group = z.string().max(253).regex(
  /^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
);

/** `Service`. */
export const KindName = z.string().min(1).max(63).regex(/^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$/);
