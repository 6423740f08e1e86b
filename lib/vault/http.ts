import { z } from "zod";
import { Problem } from "lib/schema/problem.ts";

/** Vault, or OpenBao, answered with an error. */
export class VaultProblem extends Problem {
  /** Tells it from other problems. */
  override readonly name = "VaultProblem";
  /** The HTTP status; 0 where there was no answer. */
  readonly status: number;

  /**
   * An error of the server, or of the way to it.
   *
   * @param status The HTTP status; 0 where there was no answer
   * @param message What failed, where, what to do; never holds a secret
   */
  constructor(status: number, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.status = status;
  }

  /** Whether the server was not to be had, rather than refusing: the same may work later. */
  get isOutage(): boolean {
    return [0, 429, 502, 503, 504].includes(this.status);
  }
}

/** Where Vault is. */
export interface VaultAddress {
  /** `https://vault.example.com:8200`, without a slash at its end. */
  readonly address: string;
  /** Default the root namespace. */
  readonly namespace?: string;
  /** A CA bundle, PEM, for a server that the system does not trust. */
  readonly caCertificate?: string;
  /** Milliseconds that one request may take; default 30,000. */
  readonly timeout?: number;
}

/** Vault's verbs: `LIST` and `SCAN` are its own. */
export type Method = "GET" | "POST" | "PATCH" | "DELETE" | "LIST" | "SCAN";

/** What the server said to one request. */
export interface VaultAnswer {
  readonly status: number;
  /** The answer's `data`; absent where it has none. */
  readonly data?: unknown;
  /** The answer's `auth`: a login. */
  readonly auth?: unknown;
  /** The whole answer, for what is neither. */
  readonly body: unknown;
  /** The server's words; whatever of the request's own values they repeat is struck out. */
  readonly errors: readonly string[];
  /** Milliseconds of `Retry-After`. */
  readonly retryAfter?: number;
}

const Body = z.looseObject({
  data: z.unknown().optional(),
  auth: z.unknown().optional(),
  errors: z.array(z.string()).nullish(),
});

/**
 * One request to Vault's HTTP API and its answer, whatever that is.
 *
 * @see https://developer.hashicorp.com/vault/api-docs
 */
export class VaultHttp {
  /** Where Vault is, without a slash at its end. */
  readonly address: string;
  readonly #options: VaultAddress;
  readonly #http?: Deno.HttpClient;

  /** A way to a server; nothing is sent yet. */
  constructor(options: VaultAddress) {
    this.#options = options;
    this.address = options.address.replace(/\/+$/, "");
    if (options.caCertificate !== undefined) {
      this.#http = Deno.createHttpClient({ caCerts: [options.caCertificate] });
    }
  }

  /** Ends idle connections of a client with a CA bundle. */
  close(): void {
    this.#http?.close();
  }

  /**
   * Sends one request once.
   *
   * @throws {VaultProblem} with status 0 where there was no whole answer; the signal's reason when aborted
   */
  async send(
    method: Method,
    path: string,
    { token, body, signal }: {
      readonly token?: string;
      readonly body?: unknown;
      readonly signal?: AbortSignal;
    } = {},
  ): Promise<VaultAnswer> {
    const { namespace, timeout = 30_000 } = this.#options;
    const limit = AbortSignal.timeout(timeout);
    let response: Response;
    let text: string;
    try {
      response = await this.#fetch(`${this.address}/v1/${encodePath(path)}`, {
        method,
        headers: {
          "X-Vault-Request": "true",
          ...(token ? { "X-Vault-Token": token } : {}),
          ...(namespace ? { "X-Vault-Namespace": namespace } : {}),
          ...(body === undefined ? {} : {
            "Content-Type": method === "PATCH"
              ? "application/merge-patch+json"
              : "application/json",
          }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: signal ? AbortSignal.any([signal, limit]) : limit,
      });
      text = await response.text();
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof VaultProblem) throw error;
      const what = limit.aborted
        ? `does not answer within ${timeout / 1000} s`
        : "cannot be reached";
      throw new VaultProblem(
        0,
        `Vault at ${this.address} ${what}: check the address and the network`,
        { cause: error },
      );
    }
    const { status } = response;
    const seconds = Number(response.headers.get("Retry-After") ?? NaN);
    const parsed = Body.safeParse(parseJson(text));
    const { data, auth, errors } = parsed.success
      ? parsed.data
      : { data: undefined, auth: undefined, errors: [] };
    return {
      status,
      ...(data === undefined || data === null ? {} : { data }),
      ...(auth === undefined || auth === null ? {} : { auth }),
      body: parsed.success ? parsed.data : undefined,
      errors: strike(errors ?? [], body, token),
      ...(Number.isFinite(seconds) && seconds >= 0 ? { retryAfter: seconds * 1000 } : {}),
    };
  }

  /** Follows one redirect, as a standby sends to the active node, but not away from TLS. */
  async #fetch(url: string, request: RequestInit): Promise<Response> {
    const init = { ...request, redirect: "manual", ...(this.#http ? { client: this.#http } : {}) };
    const response = await fetch(url, init as RequestInit);
    const location = response.headers.get("Location");
    if (response.status < 300 || response.status > 399 || location === null) return response;
    await response.body?.cancel();
    const target = new URL(location, url);
    if (target.protocol !== "https:" && target.protocol !== new URL(url).protocol) {
      throw new VaultProblem(
        response.status,
        `Vault at ${this.address} redirects to ${target.origin}, which is not encrypted: check VAULT_ADDR`,
      );
    }
    return await fetch(target, init as RequestInit);
  }
}

/** Each part of a path encoded, its slashes kept; a query stays as it is. */
function encodePath(path: string): string {
  const [place, query] = path.split("?");
  const encoded = place.split("/").map(encodeURIComponent).join("/");
  return query === undefined ? encoded : `${encoded}?${query}`;
}

function parseJson(text: string): unknown {
  if (text === "") return {};
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The server's words without what they repeat of the request. */
function strike(words: readonly string[], body: unknown, token?: string): string[] {
  if (words.length === 0) return [];
  const secrets = [...leaves(body), token ?? ""].filter((text) => text.length >= 4)
    .flatMap((text) => [text, JSON.stringify(text).slice(1, -1)])
    .sort((a, b) => b.length - a.length);
  return words.map((line) =>
    secrets.reduce((text, secret) => text.replaceAll(secret, "***"), line)
  );
}

function leaves(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value === "number") return [String(value)];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(leaves);
}
