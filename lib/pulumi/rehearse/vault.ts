import { Problem } from "lib/schema/problem.ts";
import { type VaultAnswer, VaultHttp } from "lib/vault/http.ts";
import { resourceShape } from "lib/pulumi/resource_shape.ts";
import type { Rehearsal, RehearsedResource } from "lib/pulumi/rehearse/rehearsal.ts";
import { VAULT_CALLS, type VaultCall } from "lib/pulumi/rehearse/vault_calls.ts";
import { isRecord, type Properties } from "lib/pulumi/simulate/wire.ts";

/** Turns of 50 ms that a new key-value engine is given to become version 2. */
const UPGRADE_TURNS = 200;

/** Does Vault's work on a real Vault or OpenBao. */
export class VaultRehearsal implements Rehearsal {
  readonly keeps = true;
  readonly #http: VaultHttp;
  readonly #token: string;
  readonly #note: (text: string) => void;
  readonly #lacking = new Set<string>();
  #plugins?: Promise<ReadonlySet<string>>;

  /**
   * @param token May write everything that the programs write
   * @param note Told what stays simulated, as the server cannot do it
   */
  constructor(
    http: VaultHttp,
    token: string,
    note: (text: string) => void,
  ) {
    this.#http = http;
    this.#token = token;
    this.#note = note;
  }

  takes(type: string): boolean {
    if (type in VAULT_CALLS) return true;
    if (type.startsWith("vault:")) this.#noteOnce(`${type} is simulated: no call is known for it`);
    return false;
  }

  async write(resource: RehearsedResource, change: "create" | "update"): Promise<Properties> {
    const { type, inputs } = resource;
    const call = VAULT_CALLS[type](inputs);
    if (await this.#lacks(call)) return {};
    const { path, body } = change === "update" && call.change ? call.change : call;
    let answer = await this.#send("POST", path, body);
    for (let turn = 0; isUpgrading(answer) && turn < UPGRADE_TURNS; turn++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      answer = await this.#send("POST", path, body);
    }
    if (answer.status >= 300) throw this.#refusal(path, answer);
    const computed = resourceShape(type)?.outputs;
    return Object.fromEntries(
      Object.entries(isRecord(answer.data) ? answer.data : {})
        .map(([key, value]): [string, unknown] => [camel(key), value])
        .filter(([key]) => computed?.has(key) && !(key in inputs)),
    );
  }

  async remove({ type, inputs }: RehearsedResource): Promise<void> {
    const call = VAULT_CALLS[type](inputs);
    const { object: path = call.path } = call;
    if (path === false || await this.#lacks(call)) return;
    const answer = await this.#send("DELETE", path);
    if (answer.status >= 300 && answer.status !== 404) throw this.#refusal(path, answer);
  }

  async exists({ type, inputs }: RehearsedResource): Promise<boolean> {
    const call = VAULT_CALLS[type](inputs);
    if (await this.#lacks(call)) return true;
    const { object: path = call.path } = call;
    if (path === false) return await this.#has(mountOf(call.path, inputs));
    return await this.#has(path);
  }

  async #has(path: string): Promise<boolean> {
    const answer = await this.#send("GET", path);
    if (answer.status < 300) return true;
    // A mount that is not there is a bad request.
    if (answer.status === 404 || /^sys\/(mounts|auth)\//.test(path)) return false;
    throw this.#refusal(path, answer);
  }

  #send(method: "GET" | "POST" | "DELETE", path: string, body?: unknown): Promise<VaultAnswer> {
    return this.#http.send(method, path, {
      token: this.#token,
      ...(body === undefined ? {} : { body }),
    });
  }

  /** Whether the server's build has no such engine: OpenBao carries fewer than Vault. */
  async #lacks({ plugin }: VaultCall): Promise<boolean> {
    if (plugin === undefined) return false;
    this.#plugins ??= this.#catalogue();
    const lacks = !(await this.#plugins).has(plugin);
    if (lacks) this.#noteOnce(`${plugin} is simulated: ${this.#http.address} has no such plugin`);
    return lacks;
  }

  async #catalogue(): Promise<ReadonlySet<string>> {
    const path = "sys/plugins/catalog";
    const answer = await this.#send("GET", path);
    if (answer.status !== 200) throw this.#refusal(path, answer);
    const lists = Object.values(isRecord(answer.data) ? answer.data : {}).filter(Array.isArray);
    return new Set(lists.flat().filter((name): name is string => typeof name === "string"));
  }

  #refusal(path: string, { status, errors }: VaultAnswer): Problem {
    const words = errors.join("; ") || `status ${status}`;
    return new Problem(`Vault at ${this.#http.address} refuses ${path}: ${words}`);
  }

  #noteOnce(text: string): void {
    if (this.#lacking.has(text)) return;
    this.#lacking.add(text);
    this.#note(text);
  }
}

/** Where an engine or a method is, of which something is part. */
const mountOf = (path: string, { backend, mount }: Properties) =>
  `sys/${path.startsWith("auth/") ? "auth" : "mounts"}/${backend ?? mount}`;

const isUpgrading = ({ status, errors }: VaultAnswer) =>
  status === 400 && errors.some((text) => text.includes("Upgrading"));

const camel = (key: string) => key.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());
