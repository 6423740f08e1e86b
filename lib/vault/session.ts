import { z } from "zod";
import { type Method, type VaultAnswer, type VaultHttp, VaultProblem } from "lib/vault/http.ts";
import { sendRepeatedly } from "lib/vault/retry.ts";

/** A token and how long it lasts. */
export interface Login {
  /** Secret. */
  readonly token: string;
  /** Seconds; 0 for one that does not expire. */
  readonly lease: number;
  /** Whether `renew-self` makes it last longer. */
  readonly renewable: boolean;
}

/** A way to get a token. */
export interface AuthMethod {
  /** Its name in messages: `AppRole at auth/approle`. */
  readonly name: string;
  /** Whether the token is made by the login, which can then be repeated, and ended by us. */
  readonly issues: boolean;
  /**
   * Gets a token.
   *
   * @throws {VaultProblem} when the server refuses; never names a credential
   */
  login(send: Send): Promise<Login>;
}

/** Sends a request that may be repeated, until it is answered. */
export type Send = (
  method: Method,
  path: string,
  request?: { readonly token?: string; readonly body?: unknown },
) => Promise<VaultAnswer>;

const Auth = z.looseObject({
  client_token: z.string().min(1),
  lease_duration: z.int().default(0),
  renewable: z.boolean().default(false),
});

/**
 * Reads what a login endpoint answered.
 *
 * @param name The method, for the message
 * @throws {VaultProblem} when it holds no token
 */
export function readLogin(answer: VaultAnswer, name: string): Login {
  const auth = Auth.safeParse(answer.auth);
  if (auth.success && answer.status === 200) {
    const { client_token: token, lease_duration: lease, renewable } = auth.data;
    return { token, lease, renewable };
  }
  const said = answer.errors.length > 0 ? `: ${answer.errors.join("; ")}` : "";
  throw new VaultProblem(
    answer.status,
    `Vault refuses the login by ${name} (${answer.status}${said}): check the role and its credentials`,
  );
}

/**
 * Whether the server takes a token that may not ask about itself, as it has not the policy `default`: every
 * token may list the mounts that it sees, none or some.
 *
 * @param token Secret
 */
export async function isTokenKnown(send: Send, token: string): Promise<boolean> {
  return (await send("GET", "sys/internal/ui/mounts", { token })).status === 200;
}

async function checkReady(address: string, send: Send): Promise<void> {
  const answer = await send("GET", "sys/seal-status");
  const status = z.looseObject({ sealed: z.boolean(), initialized: z.boolean().default(true) })
    .safeParse(answer.body);
  if (answer.status !== 200 || !status.success) {
    throw new VaultProblem(
      answer.status,
      `${address} answers ${answer.status} when asked whether it is sealed: is it Vault? Check VAULT_ADDR`,
    );
  }
  if (!status.data.initialized) {
    throw new VaultProblem(503, `Vault at ${address} is not initialised: run vault operator init`);
  }
  if (status.data.sealed) {
    throw new VaultProblem(503, `Vault at ${address} is sealed: unseal it`);
  }
}

/** The part of a lease after which it is renewed. */
const RENEW_AFTER = 2 / 3;

/** Milliseconds that the end of a session may take: a token that is not revoked ends by its lease. */
const FAREWELL = 5_000;

/** A token that is kept alive: renewed in time, and got anew when it stops working. */
export class VaultSession {
  readonly #http: VaultHttp;
  readonly #send: Send;
  readonly #method: AuthMethod;
  readonly #now: () => number;
  #login: Login;
  #renewAt: number;
  /** Whether a request has succeeded with this login. */
  #worked = false;
  #change: Promise<boolean> | undefined;

  private constructor(
    http: VaultHttp,
    send: Send,
    method: AuthMethod,
    login: Login,
    now: () => number,
  ) {
    [this.#http, this.#send, this.#method, this.#login] = [http, send, method, login];
    this.#now = now;
    this.#renewAt = this.#deadline();
  }

  /**
   * Logs in.
   *
   * @param options.now Milliseconds; default the system's clock
   * @throws {VaultProblem} when the server is not ready for it or refuses
   */
  static async open(http: VaultHttp, method: AuthMethod, options: {
    readonly wait: (milliseconds: number) => Promise<void>;
    readonly signal?: AbortSignal;
    readonly now?: () => number;
  }): Promise<VaultSession> {
    const { wait, signal, now = Date.now } = options;
    const send: Send = (verb, path, request) =>
      sendRepeatedly(http, verb, path, { ...request, wait, signal });
    const ready = checkReady(http.address, send);
    // A login of ours waits: a token that is made for nothing would stay.
    if (method.issues) await ready;
    const [state, login] = await Promise.allSettled([ready, method.login(send)]);
    if (state.status === "rejected") throw state.reason;
    if (login.status === "rejected") throw login.reason;
    return new VaultSession(http, send, method, login.value, now);
  }

  /** The token for the next request; renewed first when two thirds of its lease are over. */
  async token(): Promise<string> {
    if (this.#now() >= this.#renewAt) await this.#once(() => this.#renew());
    return this.#login.token;
  }

  /** Notes that the server took the token. */
  worked(): void {
    this.#worked = true;
  }

  /**
   * Settles what a 403 means: a token that has ended is replaced by a new login.
   *
   * @param refused The token that was refused
   * @returns Whether the request is worth repeating; `false` when the token is good and the answer stands
   * @throws {VaultProblem} when the token has ended and there is no getting another
   */
  async recover(refused: string): Promise<boolean> {
    if (refused !== this.#login.token) return true;
    return await this.#once(async () => {
      if (refused !== this.#login.token) return true;
      const { status } = await this.#send("GET", "auth/token/lookup-self", { token: refused });
      if (status !== 403) return false;
      if (await isTokenKnown(this.#send, refused)) return false;
      if (!this.#method.issues || !this.#worked) {
        throw new VaultProblem(
          403,
          `Vault at ${this.#http.address} refuses the token: log in again`,
        );
      }
      await this.#relogin();
      return true;
    });
  }

  /** Revokes the token where a login of ours made it, also after the session's signal was aborted. */
  async close(): Promise<void> {
    if (!this.#method.issues) return;
    const signal = AbortSignal.timeout(FAREWELL);
    await this.#http.send("POST", "auth/token/revoke-self", { token: this.#login.token, signal })
      .catch(() => {});
  }

  async #once(work: () => Promise<boolean>): Promise<boolean> {
    this.#change ??= work().finally(() => this.#change = undefined);
    return await this.#change;
  }

  async #renew(): Promise<boolean> {
    if (this.#login.renewable) {
      const { token } = this.#login;
      const answer = await this.#send("POST", "auth/token/renew-self", { token, body: {} });
      if (answer.status === 200 && answer.auth !== undefined) {
        this.#login = readLogin(answer, this.#method.name);
        this.#renewAt = this.#deadline();
        return true;
      }
    }
    if (this.#method.issues) await this.#relogin();
    else this.#renewAt = Infinity;
    return true;
  }

  async #relogin(): Promise<void> {
    this.#login = await this.#method.login(this.#send);
    this.#worked = false;
    this.#renewAt = this.#deadline();
  }

  #deadline(): number {
    const { lease } = this.#login;
    return lease === 0 ? Infinity : this.#now() + lease * 1000 * RENEW_AFTER;
  }
}
