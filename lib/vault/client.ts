import { z } from "zod";
import { Problem } from "lib/schema/problem.ts";

/** Vault, or OpenBao, answered with an error. */
export class VaultProblem extends Problem {
  override readonly name = "VaultProblem";

  /**
   * @param status The HTTP status; 0 where there was no answer
   * @param message What failed, where, what to do; never holds a secret
   */
  constructor(readonly status: number, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
  }
}

/** Where Vault is and who asks. */
export interface VaultOptions {
  /** `https://vault.example.com:8200`. */
  readonly address: string;
  readonly token: string;
  /** Default the root namespace. */
  readonly namespace?: string;
  /** A CA bundle, PEM, for a server that the system does not trust. */
  readonly caCertificate?: string;
  readonly signal?: AbortSignal;
}

/** A secret's newest version. */
export interface KvSecret {
  /** 0 where there never was one. */
  readonly version: number;
  /** Absent when there is none, or its newest version is deleted or destroyed. Secret. */
  readonly data?: Readonly<Record<string, unknown>>;
  /** Set for a version that is soft-deleted or destroyed. */
  readonly state?: "deleted" | "destroyed";
}

const Answer = z.looseObject({ data: z.unknown(), errors: z.array(z.string()).optional() });
const KvAnswer = z.looseObject({
  data: z.record(z.string(), z.unknown()).nullish(),
  metadata: z.looseObject({
    version: z.int(),
    deletion_time: z.string().default(""),
    destroyed: z.boolean().default(false),
  }),
});
const KvMetadata = z.looseObject({
  custom_metadata: z.record(z.string(), z.string()).nullish(),
  current_version: z.int(),
});

/** Milliseconds that one request may take. */
const TIMEOUT = 30_000;

/**
 * Vault's HTTP API, as far as it is needed here. Values never enter a message.
 *
 * @see https://developer.hashicorp.com/vault/api-docs
 */
export class VaultClient {
  readonly #options: VaultOptions;
  readonly #http?: Deno.HttpClient;

  constructor(options: VaultOptions) {
    this.#options = { ...options, address: options.address.replace(/\/+$/, "") };
    if (options.caCertificate !== undefined) {
      this.#http = Deno.createHttpClient({ caCerts: [options.caCertificate] });
    }
  }

  /** Ends idle connections of a client with a CA bundle. */
  close(): void {
    this.#http?.close();
  }

  /**
   * Makes sure that the server answers, is unsealed and takes the token.
   *
   * @throws {VaultProblem} saying which of them it is
   */
  async check(): Promise<void> {
    const { status } = await this.#request("GET", "sys/health?standbyok=true");
    if (status === 503) {
      throw new VaultProblem(503, `Vault at ${this.#options.address} is sealed: unseal it`);
    }
    if (status === 501) {
      throw new VaultProblem(501, `Vault at ${this.#options.address} is not initialised`);
    }
    const token = await this.#request("GET", "auth/token/lookup-self");
    if (token.status !== 200) {
      throw new VaultProblem(
        token.status,
        `Vault at ${this.#options.address} refuses the token: log in again`,
      );
    }
  }

  /**
   * The KV version of a mount.
   *
   * @throws {VaultProblem} when there is no such mount, or it is no KV engine
   */
  async kvVersion(mount: string): Promise<1 | 2> {
    const { status, data } = await this.#request("GET", `sys/internal/ui/mounts/${mount}`);
    const answer = z.looseObject({
      type: z.string(),
      options: z.looseObject({ version: z.string().optional() }).nullish(),
    }).safeParse(data);
    if (status !== 200 || !answer.success) {
      throw new VaultProblem(
        status,
        `Vault has no mount ${mount}/, or the token may not see it: mount it, or use another token`,
      );
    }
    if (answer.data.type !== "kv") {
      throw new VaultProblem(status, `Mount ${mount}/ is of type ${answer.data.type}, not kv`);
    }
    return answer.data.options?.version === "2" ? 2 : 1;
  }

  /** Reads a secret of a KV v2 mount. */
  async readSecret(mount: string, path: string): Promise<KvSecret> {
    const { status, data, errors } = await this.#request("GET", `${mount}/data/${path}`);
    if (status === 404 && data === undefined) return { version: 0 };
    const answer = KvAnswer.safeParse(data);
    if ((status !== 200 && status !== 404) || !answer.success) {
      throw this.#problem(status, `read ${mount}/${path}`, errors);
    }
    const { version, deletion_time, destroyed } = answer.data.metadata;
    if (answer.data.data && status === 200) return { version, data: answer.data.data };
    return { version, state: destroyed ? "destroyed" : deletion_time ? "deleted" : "destroyed" };
  }

  /**
   * Writes a secret if its newest version is still `cas`.
   *
   * @returns The new version, or `undefined` when someone else wrote in the meantime
   */
  async writeSecret(
    mount: string,
    path: string,
    data: Readonly<Record<string, unknown>>,
    cas: number,
  ): Promise<number | undefined> {
    const body = { data, options: { cas } };
    const answer = await this.#request("POST", `${mount}/data/${path}`, body);
    if (answer.status === 200) {
      return z.looseObject({ version: z.int() }).parse(answer.data).version;
    }
    if (answer.status === 400 && answer.errors.some((error) => error.includes("check-and-set"))) {
      return undefined;
    }
    throw this.#problem(answer.status, `write ${mount}/${path}`, answer.errors);
  }

  /** A secret's custom metadata; empty where there is none. */
  async readCustomMetadata(mount: string, path: string): Promise<Record<string, string>> {
    const { status, data, errors } = await this.#request("GET", `${mount}/metadata/${path}`);
    if (status === 404) return {};
    if (status !== 200) throw this.#problem(status, `read metadata of ${mount}/${path}`, errors);
    return KvMetadata.parse(data).custom_metadata ?? {};
  }

  /** Sets a secret's custom metadata; the secret need not exist yet. */
  async writeCustomMetadata(
    mount: string,
    path: string,
    custom: Readonly<Record<string, string>>,
  ): Promise<void> {
    const answer = await this.#request("POST", `${mount}/metadata/${path}`, {
      custom_metadata: custom,
    });
    if (answer.status === 200 || answer.status === 204) return;
    throw this.#problem(answer.status, `write metadata of ${mount}/${path}`, answer.errors);
  }

  async #request(
    method: "GET" | "POST",
    path: string,
    body?: unknown,
  ): Promise<{ status: number; data: unknown; errors: string[] }> {
    const { address, token, namespace, signal } = this.#options;
    const timeout = AbortSignal.timeout(TIMEOUT);
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${address}/v1/${path}`, {
        method,
        headers: {
          "X-Vault-Token": token,
          "X-Vault-Request": "true",
          ...(namespace ? { "X-Vault-Namespace": namespace } : {}),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(this.#http ? { client: this.#http } : {}),
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      });
      text = await response.text();
    } catch (error) {
      signal?.throwIfAborted();
      throw new VaultProblem(
        0,
        `Vault at ${address} cannot be reached: check VAULT_ADDR and the network`,
        { cause: error },
      );
    }
    const answer = Answer.safeParse(text === "" ? {} : parseJson(text));
    if (!answer.success) return { status: response.status, data: undefined, errors: [] };
    const data = path.startsWith("sys/health") ? answer.data : answer.data.data;
    return { status: response.status, data: data ?? undefined, errors: answer.data.errors ?? [] };
  }

  #problem(status: number, what: string, errors: readonly string[]): VaultProblem {
    const { address } = this.#options;
    if (status === 403) {
      return new VaultProblem(403, `Vault does not allow the token to ${what}: use another token`);
    }
    if (status === 503) return new VaultProblem(503, `Vault at ${address} is sealed: unseal it`);
    const said = errors.length > 0 ? `: ${errors.join("; ")}` : "";
    return new VaultProblem(status, `Cannot ${what}: Vault answered ${status}${said}`);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
