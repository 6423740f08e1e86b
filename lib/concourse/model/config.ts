import { z } from "zod";

/** What a resource, a type or a step of one is told: its own affair, so anything under any key. */
export const Config = z.record(z.string(), z.unknown()).readonly();
/** See the schema of this name. */
export type Config = z.infer<typeof Config>;

/** A version of a resource: the fields that its type emits. @see https://concourse-ci.org/docs/resources/ */
export const Version = z.record(z.string(), z.string()).readonly();
/** See the schema of this name. */
export type Version = z.infer<typeof Version>;

/** Environment variables; what is no text is written as JSON, `null` as the empty text. */
export const Env = z.record(z.string(), z.unknown()).readonly();
/** See the schema of this name. */
export type Env = z.infer<typeof Env>;

/** Only workers with all these tags run it. @see https://concourse-ci.org/docs/steps/modifier-and-hooks/tags/ */
export const Tags = z.array(z.string()).readonly();
/** See the schema of this name. */
export type Tags = z.infer<typeof Tags>;
