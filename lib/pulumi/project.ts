/**
 * The manifest of a Pulumi project: one typed object from which stacks, order, watch paths, pipelines,
 * secrets and gates are derived.
 *
 * @module
 */
import type { Input, Output } from "@pulumi/pulumi";
import { z } from "zod";
import { Environment } from "lib/schema/environment.ts";
import { Problem } from "lib/schema/problem.ts";
import type { AmiFor } from "lib/pulumi/amis.ts";
import type { SecretsFor } from "lib/pulumi/secrets.ts";
import type { StackInfo } from "lib/pulumi/stack_info.ts";

/** Keys and their schemas: what configurations and outputs are described by. */
export type Shape = z.ZodObject;

/** What a program returns: each output as a plain value or a Pulumi output. */
export type OutputsOf<O extends Shape> = { [K in keyof z.input<O>]: Input<z.input<O>[K]> };

/** What a program is given of its configuration: what is marked {@linkcode secret} as a secret output. */
export type ConfigOf<C extends Shape> = {
  [
    /** A plain value, or a secret output. */
    K in keyof z.output<C>
  ]: C["shape"][K & keyof C["shape"]] extends SecretMark ? Output<z.output<C>[K]> : z.output<C>[K];
};

/** The mark's key. */
declare const SECRET_MARK: unique symbol;

/** What tells a schema that is marked {@linkcode secret} from others, for the compiler alone. */
export interface SecretMark {
  /** Never there. */
  readonly [SECRET_MARK]: true;
}

/** A need as a program sees it. */
export type NeedHandle<O extends Shape> =
  & {
    readonly [
      /** Lazy: checked against the upstream's schema when it resolves; unknown in some previews. */
      K in keyof z.output<O>
    ]: Output<z.output<O>[K]>;
  }
  & {
    /**
     * A plain value, for code that has to decide on it.
     *
     * Where it is not known yet (a preview before the upstream was deployed) the stack is reported
     * as deferred. A secret stays out of logs, but is a plain value in the program's hands.
     */
    eager<K extends keyof z.output<O>>(key: K): Promise<z.output<O>[K]>;
  };

/** An edge: the project that is needed, and which of its stacks. */
export interface Need<O extends Shape> {
  /** The upstream's name and outputs; never its program. */
  readonly project: Upstream<O>;
  /** The upstream stack for a given stack. */
  readonly stack: (info: StackInfo) => string;
}

/** What one manifest may know of another. */
export interface Upstream<O extends Shape> {
  /** The Pulumi project's name. */
  readonly name: string;
  /** The schema of its outputs. */
  readonly outputs: O;
}

// deno-lint-ignore no-explicit-any
type AnyNeed = Need<any>;
/** A manifest's needs by the name under which the program knows them. */
export type Needs = Record<string, AnyNeed>;

/** What a program is given. */
export interface ProgramContext<C extends Shape, N extends Needs> {
  /** Which stack this is. */
  readonly info: StackInfo;
  /** The parsed configuration of the stack; keys that are marked {@linkcode secret} are secret outputs. */
  readonly config: ConfigOf<C>;
  /** What the manifest's `needs` name. */
  readonly needs: { readonly [K in keyof N]: N[K] extends Need<infer O> ? NeedHandle<O> : never };
  /** Reads a context of the manifest's `secrets`: `await secretsFor(schema)`. */
  readonly secretsFor: SecretsFor;
  /** The released AMI of an image of the manifest's `images`. */
  readonly amiFor: AmiFor;
}

/** A program: configuration and needs in, resources made, outputs out. */
export type Program<C extends Shape, O extends Shape, N extends Needs> = (
  context: ProgramContext<C, N>,
) => OutputsOf<O> | Promise<OutputsOf<O>>;

/** A container image with a repository of its own. */
export interface Container {
  /** As in names of jobs: `xqwatcher`. */
  readonly name: string;
  /** The repository's address. */
  readonly source: string;
  /** The branch that is built. */
  readonly branch: string;
  /** Where the image is pushed: `mitodl/xqueue-watcher`. */
  readonly image: string;
  /** The configuration key that takes `{ repository, digest }`: what the pipeline built is deployed. */
  readonly configKey: string;
}

/** What a manifest says. */
export interface ProjectDefinition<C extends Shape, O extends Shape, N extends Needs> {
  /** The Pulumi project: `ol-application-xqwatcher`; the same as in `Pulumi.yaml`. */
  readonly name: string;
  /** The schema of `Pulumi.<stack>.yaml`; extends `AWSBase`. */
  readonly config: C;
  /** The schema of the outputs: checked when they are written and at every read. */
  readonly outputs: O;
  /** The projects whose outputs the program reads: the only source of graph edges. Default none. */
  readonly needs?: N;
  /** Contexts under `secrets/` that the project reads. Default none. */
  readonly secrets?: readonly string[];
  /** Machine images under `images/` that the project rolls out. Default none. */
  readonly images?: readonly string[];
  /** Container images that are built from repositories of their own. Default none. */
  readonly containers?: readonly Container[];
  /** The environments that a change passes through, in order. Default CI, QA, Production. */
  readonly promotion?: readonly Environment[];
  /** A class whose stacks share a limit, such as `aws:us-east-1`. Default none. */
  readonly concurrencyClass?: string;
  /** Loads the program, which is done only when a stack is evaluated. */
  readonly program: () => Promise<object>;
}

/** A manifest, with its defaults filled in. */
export interface Project<C extends Shape = Shape, O extends Shape = Shape, N extends Needs = Needs>
  extends Upstream<O> {
  /** Tells a manifest from other objects. */
  readonly kind: "project";
  /** The schema of `Pulumi.<stack>.yaml`. */
  readonly config: C;
  /** Upstream projects by the name under which the program knows them. */
  readonly needs: N;
  /** Contexts under `secrets/`. */
  readonly secrets: readonly string[];
  /** Machine images under `images/`. */
  readonly images: readonly string[];
  /** Container images that are built from repositories of their own. */
  readonly containers: readonly Container[];
  /** Environments in the order of promotion. */
  readonly promotion: readonly Environment[];
  /** The class whose stacks share a limit; absent for none. */
  readonly concurrencyClass?: string;
  /** Loads the program. */
  readonly program: () => Promise<object>;
}

/** Pulumi's own rule for a project's name. */
const ProjectName = z.string().regex(
  /^[a-z][a-z0-9-]{2,99}$/,
  "must be 3 to 100 lower-case letters, digits and dashes, and start with a letter",
);

/**
 * Makes a manifest; the default export of a project's `project.ts`.
 *
 * @throws {Problem} for a name that Pulumi refuses, or a promotion that names an environment twice
 */
export function defineProject<
  C extends Shape,
  O extends Shape,
  N extends Needs = Record<never, never>,
>(definition: ProjectDefinition<C, O, N>): Project<C, O, N> {
  const name = ProjectName.safeParse(definition.name);
  if (!name.success) {
    throw new Problem(`Project name "${definition.name}" ${name.error.issues[0].message}`);
  }
  const promotion = definition.promotion ?? Environment.options;
  if (new Set(promotion).size !== promotion.length || promotion.length === 0) {
    throw new Problem(
      `Project ${definition.name}: promotion must name each environment once: ${
        promotion.join(", ")
      }`,
    );
  }
  return {
    kind: "project",
    name: definition.name,
    config: definition.config,
    outputs: definition.outputs,
    needs: definition.needs ?? {} as N,
    secrets: definition.secrets ?? [],
    images: definition.images ?? [],
    containers: definition.containers ?? [],
    promotion,
    ...(definition.concurrencyClass ? { concurrencyClass: definition.concurrencyClass } : {}),
    program: definition.program,
  };
}

/** Whether a module's default export is a manifest. */
export function isProject(value: unknown): value is Project {
  return (value as Project)?.kind === "project" && typeof (value as Project).program === "function";
}

/**
 * An edge to another project.
 *
 * @param project The upstream's manifest
 * @param stack Which of its stacks; default the one named after the environment
 */
export function on<O extends Shape>(
  project: Upstream<O>,
  stack: (info: StackInfo) => string = (info) => info.environment,
): Need<O> {
  return { project: { name: project.name, outputs: project.outputs }, stack };
}

/**
 * Types a program by its manifest; the default export of a project's `program.ts`.
 *
 * ```ts ignore
 * import type project from "./project.ts";
 * export default defineProgram<typeof project>(({ config, needs }) => ({ url: … }));
 * ```
 */
export function defineProgram<P>(
  program: P extends Project<infer C, infer O, infer N> ? Program<C, O, N> : never,
): typeof program {
  return program;
}

/**
 * Marks a key of the outputs, or of the configuration, as secret: it is encrypted in the state and in
 * `Pulumi.<stack>.yaml`, and masked wherever it is shown.
 */
export function secret<T extends z.ZodType>(schema: T): T & SecretMark {
  return schema.meta({ ...schema.meta(), secret: true }) as T & SecretMark;
}

/** Whether a schema, or what an optional or default one wraps, is marked {@linkcode secret}. */
export function isSecretSchema(schema: z.ZodType): boolean {
  if (schema.meta()?.secret === true) return true;
  const { innerType } = schema.def as { innerType?: z.ZodType };
  return innerType !== undefined && isSecretSchema(innerType);
}

/** The keys of an outputs schema that are marked {@linkcode secret}. */
export function secretKeys(outputs: Shape): Set<string> {
  return new Set(
    Object.entries(outputs.shape)
      .filter(([, schema]) => isSecretSchema(schema as z.ZodType))
      .map(([key]) => key),
  );
}
