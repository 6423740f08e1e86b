import { CUSTOM_KINDS } from "infra/components/crds/all.ts";
import type { EvaluatedResource } from "lib/pulumi/evaluate/monitor.ts";
import { unwrap } from "lib/pulumi/simulate/wire.ts";
import { definitionOf } from "tests/support/crds.ts";
import type { Kube } from "tests/support/kube.ts";

/** An object as the API takes it. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name?: string; readonly namespace?: string };
}

/** The Kubernetes objects that a program made; charts' releases are none. */
export function objectsOf(resources: readonly EvaluatedResource[]): KubeObject[] {
  return resources
    .filter(({ type, custom }) =>
      custom && type.startsWith("kubernetes:") && !type.startsWith("kubernetes:helm")
    )
    .map(({ inputs, name }) => {
      const object = unwrap(inputs) as unknown as KubeObject;
      // Pulumi names what has no name after the resource.
      return { ...object, metadata: { name: `${name}-0000000`, ...object.metadata } };
    });
}

/** Installs every kind of custom resource and waits until the server knows it. */
export async function installKinds(kube: Kube): Promise<void> {
  for (const definition of CUSTOM_KINDS.map(definitionOf)) {
    const path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    const { status, body } = await kube.request("POST", path, definition);
    if (status !== 201) throw new Error(`${definition.metadata.name}: ${body.message}`);
  }
  for (const { group, version, plural } of CUSTOM_KINDS) {
    for (let turn = 0;; turn++) {
      const { status } = await kube.request("GET", `/apis/${group}/${version}/${plural}`);
      if (status === 200) break;
      if (turn === 300) throw new Error(`${plural}.${group} was not served: ${status}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** A judge of objects: the API server, strict about fields, storing nothing but their namespaces. */
export class KubeJudge {
  readonly #kube: Kube;
  readonly #paths = new Map<string, Promise<Map<string, [plural: string, namespaced: boolean]>>>();
  readonly #namespaces = new Map<string, Promise<unknown>>();

  constructor(kube: Kube) {
    this.#kube = kube;
  }

  /** @returns What is wrong with the object: its refusal or warnings, none if it is accepted */
  async judge(object: KubeObject): Promise<string[]> {
    const { apiVersion, kind, metadata } = object;
    const where = `${kind} ${metadata.namespace ?? "-"}/${metadata.name}`;
    const found = (await this.#resources(apiVersion)).get(kind);
    if (found === undefined) return [`${where}: the server knows no ${kind} of ${apiVersion}`];
    const [plural, namespaced] = found;
    if (namespaced && metadata.namespace === undefined) return [`${where}: has no namespace`];
    if (namespaced) await this.#ensureNamespace(metadata.namespace!);
    const folder = namespaced ? `/namespaces/${metadata.namespace}` : "";
    // Applied, as Pulumi does, which also refuses two entries of one key in a list.
    const { status, body, warnings } = await this.#kube.request(
      "PATCH",
      `${root(apiVersion)}${folder}/${plural}/${metadata.name}` +
        "?dryRun=All&fieldValidation=Strict&fieldManager=test&force=true",
      object,
    );
    const refused = status === 200 || status === 201 ? [] : [body.message ?? `status ${status}`];
    return [...refused, ...warnings].map((text) => `${where}: ${text}`);
  }

  #ensureNamespace(name: string): Promise<unknown> {
    let made = this.#namespaces.get(name);
    if (made === undefined) {
      // One that is there already is as good.
      made = this.#kube.request("POST", "/api/v1/namespaces", { metadata: { name } });
      this.#namespaces.set(name, made);
    }
    return made;
  }

  #resources(apiVersion: string) {
    if (!this.#paths.has(apiVersion)) {
      this.#paths.set(
        apiVersion,
        this.#kube.request("GET", root(apiVersion)).then(({ body }) =>
          new Map(
            (body.resources as { kind: string; name: string; namespaced: boolean }[] ?? [])
              .filter(({ name }) => !name.includes("/"))
              .map(({ kind, name, namespaced }) => [kind, [name, namespaced]]),
          )
        ),
      );
    }
    return this.#paths.get(apiVersion)!;
  }
}

const root = (apiVersion: string) =>
  apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
