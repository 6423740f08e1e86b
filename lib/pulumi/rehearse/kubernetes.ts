import { z } from "zod";
import { messageOf, Problem } from "lib/schema/problem.ts";
import type { KubeAccess } from "lib/pulumi/rehearse/kubeconfig.ts";
import type { Rehearsal, RehearsedResource } from "lib/pulumi/rehearse/rehearsal.ts";
import { isRecord, type Properties } from "lib/pulumi/simulate/wire.ts";

/** What the API says of the kinds of one group and version. */
const ResourceList = z.looseObject({
  resources: z.array(
    z.looseObject({ kind: z.string(), name: z.string(), namespaced: z.boolean() }),
  ),
});

const Status = z.looseObject({ message: z.string().optional(), reason: z.string().optional() });

/** Where objects of one kind are. */
interface Kind {
  readonly plural: string;
  readonly namespaced: boolean;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
  /** The `Warning` header's texts: what was deprecated or dropped. */
  readonly warnings: readonly string[];
}

/**
 * Sends every Kubernetes object to a real API server: applied on the server's side, as Pulumi does, with
 * strict validation of fields. Stored only when asked.
 *
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#field-validation
 */
export class KubernetesRehearsal implements Rehearsal {
  readonly keeps: boolean;
  readonly #access: KubeAccess;
  readonly #client?: Deno.HttpClient;
  readonly #kinds = new Map<string, Promise<ReadonlyMap<string, Kind>>>();

  /** @param apply Store the objects; otherwise each is a dry run */
  constructor(access: KubeAccess, apply: boolean) {
    this.#access = access;
    this.keeps = apply;
    const { certificateAuthority, client } = access;
    if (certificateAuthority !== undefined || client !== undefined) {
      this.#client = Deno.createHttpClient({
        ...(certificateAuthority === undefined ? {} : { caCerts: [certificateAuthority] }),
        ...client,
      });
    }
  }

  /** A chart's release is no object of the API. */
  takes(type: string): boolean {
    return type.startsWith("kubernetes:") && !type.startsWith("kubernetes:helm");
  }

  async write(resource: RehearsedResource): Promise<Properties> {
    const object = objectOf(resource);
    let answer = await this.#send("PATCH", await this.#pathOf(object), object);
    if (this.#lacksNamespace(answer)) {
      // Its namespace is part of the rehearsal too, and not stored: any other shows the same.
      const elsewhere = { ...object, metadata: { ...object.metadata, namespace: "default" } };
      answer = await this.#send("PATCH", await this.#pathOf(elsewhere), elsewhere);
    }
    if (answer.status >= 300 || answer.warnings.length > 0) throw this.#refusal(object, answer);
    return {};
  }

  async remove(resource: RehearsedResource): Promise<void> {
    if (!this.keeps) return;
    const object = objectOf(resource);
    const answer = await this.#send("DELETE", await this.#pathOf(object));
    if (answer.status >= 300 && answer.status !== 404) throw this.#refusal(object, answer);
  }

  async exists(resource: RehearsedResource): Promise<boolean> {
    if (!this.keeps) return true;
    const object = objectOf(resource);
    const answer = await this.#send("GET", await this.#pathOf(object));
    if (answer.status >= 300 && answer.status !== 404) throw this.#refusal(object, answer);
    return answer.status < 300;
  }

  #lacksNamespace({ status, body }: Answer): boolean {
    const message = Status.safeParse(body).data?.message ?? "";
    return !this.keeps && status === 404 && message.startsWith("namespaces ");
  }

  async #pathOf({ apiVersion, kind, metadata: { namespace = "default", name } }: KubeObject) {
    const found = (await this.#kindsOf(apiVersion)).get(kind);
    if (found === undefined) {
      throw new Problem(
        `${this.#access.server} knows no ${kind} of ${apiVersion}: install its CustomResourceDefinition first`,
      );
    }
    const folder = found.namespaced ? `/namespaces/${namespace}` : "";
    return `${rootOf(apiVersion)}${folder}/${found.plural}/${encodeURIComponent(name)}`;
  }

  #kindsOf(apiVersion: string): Promise<ReadonlyMap<string, Kind>> {
    let kinds = this.#kinds.get(apiVersion);
    if (kinds === undefined) {
      kinds = this.#send("GET", rootOf(apiVersion)).then(({ body }) =>
        new Map(
          (ResourceList.safeParse(body).data?.resources ?? [])
            .filter(({ name }) => !name.includes("/"))
            .map(({ kind, name, namespaced }) => [kind, { plural: name, namespaced }]),
        )
      );
      this.#kinds.set(apiVersion, kinds);
    }
    return kinds;
  }

  async #send(method: "GET" | "PATCH" | "DELETE", path: string, body?: unknown): Promise<Answer> {
    const query = method === "PATCH"
      ? `?fieldManager=rehearsal&force=true&fieldValidation=Strict${
        this.keeps ? "" : "&dryRun=All"
      }`
      : "";
    const { server, token } = this.#access;
    try {
      const response = await fetch(`${server}${path}${query}`, {
        method,
        headers: {
          ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
          ...(method === "PATCH" ? { "Content-Type": "application/apply-patch+yaml" } : {}),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(this.#client === undefined ? {} : { client: this.#client }),
      });
      return {
        status: response.status,
        body: parseJson(await response.text()),
        warnings: warningsOf(response.headers.get("warning")),
      };
    } catch (error) {
      throw new Problem(`${server} cannot be reached: ${messageOf(error)}`, { cause: error });
    }
  }

  #refusal({ kind, metadata: { namespace = "-", name } }: KubeObject, answer: Answer): Problem {
    const said = Status.safeParse(answer.body).data?.message ?? `status ${answer.status}`;
    const words = answer.status >= 300 ? [said] : answer.warnings;
    return new Problem(
      `${this.#access.server} refuses ${kind} ${namespace}/${name}: ${words.join("; ")}`,
    );
  }
}

interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Properties & { readonly name: string; readonly namespace?: string };
}

/** The object as the API takes it; one that the program gave no name has the simulated one. */
function objectOf({ inputs, outputs }: RehearsedResource): KubeObject {
  const object = Object.fromEntries(
    Object.entries(inputs).filter(([key]) => !key.startsWith("__")),
  );
  const given = isRecord(object.metadata) ? object.metadata : {};
  const made = isRecord(outputs.metadata) ? outputs.metadata : {};
  return { ...object, metadata: { ...given, name: made.name } } as KubeObject;
}

const rootOf = (apiVersion: string) =>
  apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @see https://www.rfc-editor.org/rfc/rfc7234#section-5.5 */
function warningsOf(header: string | null): string[] {
  return [...(header ?? "").matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, words]) =>
    words.replace(/\\(.)/g, "$1")
  );
}
