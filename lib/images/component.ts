/**
 * A component: settings, the steps that install it, and checks on the booted image.
 *
 * @module
 */
import type { z } from "zod";
import type { Check } from "lib/images/check.ts";
import type { Facts, Operation } from "lib/images/operation.ts";

/** What a component's steps may do. */
export interface Steps extends Facts {
  /** Runs one operation; see `Host.run`. */
  run(title: string, operation: Operation): Promise<{ readonly changed: boolean }>;
}

/** What a service keeps that is one machine's alone: its identity, its cluster's log. */
export interface ServiceState {
  /** Stopped before the image is sealed. */
  readonly unit: string;
  /** The folder that is emptied then. */
  readonly path: string;
}

/** What a component is made from. */
export interface ComponentDefinition<S extends z.ZodObject> {
  /** As in `--set NAME.key=value`; in the environment `NAME_KEY`. */
  readonly name: string;
  /** Its settings; each key documented with `.describe()`. */
  readonly settings: S;
  /** Names of components that have to be in the image too, and come first. */
  readonly needs?: readonly string[];
  /**
   * What it does that a container may not, in a few words: `filters packets`. An image with it can be
   * built in one, but is only tested as a whole machine. Default nothing.
   */
  readonly needsMachine?: string;
  /** TCP ports that it listens on once the machine runs. */
  ports?(settings: z.output<S>): readonly number[];
  /** What its services wrote while the image was built; default nothing. */
  state?(settings: z.output<S>): readonly ServiceState[];
  /** Brings the machine to the wanted state. */
  steps(host: Steps, settings: z.output<S>): Promise<void>;
  /** What has to be true of a machine that was booted from the image. */
  checks?(settings: z.output<S>): readonly Check[];
}

/** A component with its settings' types forgotten, as an image holds it. */
export interface Component {
  readonly name: string;
  readonly settings: z.ZodObject;
  readonly needs: readonly string[];
  readonly needsMachine?: string;
  // deno-lint-ignore no-explicit-any -- the settings were parsed by this component's own schema
  ports(settings: any): readonly number[];
  // deno-lint-ignore no-explicit-any -- as above
  state(settings: any): readonly ServiceState[];
  // deno-lint-ignore no-explicit-any -- as above
  steps(host: Steps, settings: any): Promise<void>;
  // deno-lint-ignore no-explicit-any -- as above
  checks(settings: any): readonly Check[];
}

/** A component in an image, with the settings that the image gives it. */
export interface Use {
  readonly component: Component;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** What is called to use a component: `vault({ port: 8200 })`. */
export interface ComponentFactory<S extends z.ZodObject> {
  (settings?: z.input<S>): Use;
  readonly component: Component;
}

/** Defines a component; call the result to put it into an image. */
export function defineComponent<S extends z.ZodObject>(
  definition: ComponentDefinition<S>,
): ComponentFactory<S> {
  const component: Component = {
    name: definition.name,
    settings: definition.settings,
    needs: definition.needs ?? [],
    needsMachine: definition.needsMachine,
    ports: (settings) => definition.ports?.(settings) ?? [],
    state: (settings) => definition.state?.(settings) ?? [],
    steps: (host, settings) => definition.steps(host, settings),
    checks: (settings) => definition.checks?.(settings) ?? [],
  };
  return Object.assign((settings = {}) => ({ component, settings }), { component });
}
