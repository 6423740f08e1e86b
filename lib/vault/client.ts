import { z } from "zod";
import { type Method, type VaultAnswer, type VaultHttp, VaultProblem } from "lib/vault/http.ts";
import { AdaptiveLimiter, delay } from "lib/vault/limiter.ts";
import {
  isSealed,
  isTransient,
  isTurnedAway,
  LONGEST_PAUSE,
  pauseAfter,
  TURNED_AWAY_ATTEMPTS,
} from "lib/vault/retry.ts";
import type { VaultSession } from "lib/vault/session.ts";

/** What a client is made of. */
export interface VaultClientOptions {
  readonly http: VaultHttp;
  readonly session: VaultSession;
  /** Requests at once, at most; default 32. */
  readonly concurrency?: number;
  /** Ends waiting and reading, never a write that is under way. */
  readonly signal?: AbortSignal;
  /** Waits between attempts; default really. */
  readonly wait?: (milliseconds: number) => Promise<void>;
}

/** How one call is made. */
export interface Call {
  readonly body?: unknown;
  /**
   * What happens where it is not known whether the server did it: `repeat` (default) sends it again,
   * `report` throws. Either way a request that the server turned away unread is sent again.
   */
  readonly ambiguous?: "repeat" | "report";
}

const CONCURRENCY = 32;
/** Attempts at a sealed server: someone has to unseal it. */
const SEALED_ATTEMPTS = 6;
/** Attempts of a request that may have been done. */
const AMBIGUOUS_ATTEMPTS = 10;
/**
 * Vault's HTTP API with what goes wrong on the way taken care of: rate limits, outages, a token that ends.
 * Values never enter a message.
 */
export class VaultClient {
  readonly #options: VaultClientOptions;
  readonly #limiter: AdaptiveLimiter;
  readonly #wait: (milliseconds: number) => Promise<void>;

  /** Whether some call waited for the server in vain: others need not. */
  #isGone = false;

  /** A client that is logged in. */
  constructor(options: VaultClientOptions) {
    this.#options = options;
    this.#wait = options.wait ?? ((milliseconds) => delay(milliseconds, options.signal));
    this.#limiter = new AdaptiveLimiter({
      max: options.concurrency ?? CONCURRENCY,
      wait: this.#wait,
    });
  }

  /** Where it is, without a slash at its end. */
  get address(): string {
    return this.#options.http.address;
  }

  /** Requests at once, at most. */
  get concurrency(): number {
    return this.#options.concurrency ?? CONCURRENCY;
  }

  /** Requests that may run at once now: fewer after the server complained. */
  get limit(): number {
    return this.#limiter.limit;
  }

  /** The token, for another program; renewed first when two thirds of its lease are over. Secret. */
  token(): Promise<string> {
    return this.#options.session.token();
  }

  /** Ends the login, if it was ours, and the connections. */
  async close(): Promise<void> {
    await this.#options.session.close();
    this.#options.http.close();
  }

  /**
   * Makes one call, again where that is right, and returns its answer, which may be a refusal.
   *
   * @throws {VaultProblem} when there is no answer in the end, or the token ended and there is no other
   */
  async call(
    method: Method,
    path: string,
    { body, ambiguous = "repeat" }: Call = {},
  ): Promise<VaultAnswer> {
    const isRead = method !== "POST" && method !== "PATCH";
    let isRecovered = false;
    for (let attempt = 1;; attempt++) {
      const { answer, problem, token } = await this.#attempt(method, path, body, attempt, isRead);
      if (answer?.status === 403 && !isRecovered) {
        isRecovered = true;
        if (await this.#options.session.recover(token)) continue;
      }
      if (answer !== undefined && !isTransient(answer)) return answer;
      const attempts = answer !== undefined && isTurnedAway(answer)
        ? TURNED_AWAY_ATTEMPTS
        : !isRead && ambiguous === "report"
        ? 1
        : answer !== undefined && isSealed(answer)
        ? SEALED_ATTEMPTS
        : AMBIGUOUS_ATTEMPTS;
      if (attempt >= attempts || this.#isGone) {
        if (attempts > 1) this.#isGone = true;
        throw problem ?? this.problem(answer!, `${isRead ? "read" : "write"} ${path}`);
      }
      await this.#wait(pauseAfter(attempt));
    }
  }

  async #attempt(
    method: Method,
    path: string,
    body: unknown,
    attempt: number,
    isRead: boolean,
  ): Promise<{ token: string; answer?: VaultAnswer; problem?: VaultProblem }> {
    const { http, session, signal } = this.#options;
    return await this.#limiter.run(async (slot) => {
      // A first attempt to write goes on: what belongs to a write that is done shall be written too.
      if (isRead || attempt > 1) signal?.throwIfAborted();
      const token = await session.token();
      try {
        const answer = await http.send(method, path, {
          token,
          body,
          ...(isRead ? { signal } : {}),
        });
        if (answer.status < 300 || answer.status === 404) session.worked();
        if (!isTransient(answer)) this.#isGone = false;
        if (isTransient(answer)) {
          slot.slowDown(Math.min(LONGEST_PAUSE, answer.retryAfter ?? 0));
        }
        return { token, answer };
      } catch (error) {
        if (!(error instanceof VaultProblem) || error.status !== 0) throw error;
        slot.slowDown(0);
        return { token, problem: error };
      }
    });
  }

  /** What an answer that is not the expected one means. */
  problem(answer: VaultAnswer, what: string): VaultProblem {
    const { status, errors } = answer;
    if (status === 403) {
      return new VaultProblem(403, `Vault does not allow the token to ${what}: use another token`);
    }
    if (isSealed(answer)) {
      return new VaultProblem(503, `Vault at ${this.address} is sealed: unseal it`);
    }
    const said = errors.length > 0 ? `: ${errors.join("; ")}` : "";
    return new VaultProblem(status, `Cannot ${what}: Vault answered ${status}${said}`);
  }

  /**
   * The KV version of a mount.
   *
   * @throws {VaultProblem} when there is no such mount, or it is no KV engine
   */
  async kvVersion(mount: string): Promise<1 | 2> {
    const answer = await this.call("GET", `sys/internal/ui/mounts/${mount}`);
    const found = Mount.safeParse(answer.data);
    if (answer.status !== 200 || !found.success) {
      throw new VaultProblem(
        answer.status,
        `Vault has no mount ${mount}/, or the token may not see it: mount it, or use another token`,
      );
    }
    if (found.data.type !== "kv" && found.data.type !== "generic") {
      throw new VaultProblem(200, `Mount ${mount}/ is of type ${found.data.type}, not kv`);
    }
    return found.data.options?.version === "2" ? 2 : 1;
  }

  /**
   * What the token may do, by path.
   *
   * @param paths API paths: `secret/data/app`
   * @throws {VaultProblem} when it may not even ask
   */
  async capabilities(paths: readonly string[]): Promise<Map<string, readonly string[]>> {
    const found = new Map<string, readonly string[]>();
    for (let start = 0; start < paths.length; start += CAPABILITY_PATHS) {
      const some = paths.slice(start, start + CAPABILITY_PATHS);
      const answer = await this.call("POST", "sys/capabilities-self", { body: { paths: some } });
      const held = Capabilities.safeParse(answer.data);
      if (answer.status !== 200 || !held.success) {
        throw this.problem(answer, "ask what it may do (sys/capabilities-self)");
      }
      for (const path of some) found.set(path, held.data[path] ?? []);
    }
    return found;
  }
}

const Mount = z.looseObject({
  type: z.string(),
  options: z.looseObject({ version: z.string().optional() }).nullish(),
});
const Capabilities = z.record(
  z.string(),
  z.union([z.array(z.string()), z.unknown()]).transform(
    (value) => Array.isArray(value) ? value as string[] : [],
  ),
);

/** Paths in one question; OpenBao refuses bodies of more than 1,000 strings. */
const CAPABILITY_PATHS = 500;
