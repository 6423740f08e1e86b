import { type Method, type VaultAnswer, type VaultHttp, VaultProblem } from "lib/vault/http.ts";

/** Milliseconds to the second attempt, doubled for each further one. */
const FIRST_PAUSE = 50;
/** Milliseconds between two attempts at most, also where the server asks for more. */
export const LONGEST_PAUSE = 10_000;

/** Milliseconds to wait after a failed attempt, the first of which is 1: doubled each time, with jitter. */
export function pauseAfter(attempt: number): number {
  const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempt - 1));
  return pause / 2 + Math.random() * pause / 2;
}

/** The server did not look at the request: it can be sent again whatever it is. */
export function isTurnedAway({ status, errors }: VaultAnswer): boolean {
  return status === 429 || status === 412 ||
    (status === 400 && errors.some((error) => error.includes("Upgrading from non-versioned")));
}

/** The same request may succeed later. */
export function isTransient(answer: VaultAnswer): boolean {
  return isTurnedAway(answer) || [500, 502, 503, 504].includes(answer.status);
}

/** Attempts of a request that is turned away unread: rate limits pass. */
export const TURNED_AWAY_ATTEMPTS = 14;

/**
 * Sends a request that may be repeated, as those are that come before any secret's: a login, a lookup.
 *
 * @param attempts Where the server fails or does not answer; default 4
 * @throws {VaultProblem} with status 0 where there never was an answer
 */
export async function sendRepeatedly(
  http: VaultHttp,
  method: Method,
  path: string,
  { attempts = 4, wait, ...request }: {
    readonly attempts?: number;
    readonly token?: string;
    readonly body?: unknown;
    readonly signal?: AbortSignal;
    readonly wait: (milliseconds: number) => Promise<void>;
  },
): Promise<VaultAnswer> {
  for (let attempt = 1;; attempt++) {
    try {
      const answer = await http.send(method, path, request);
      const most = isTurnedAway(answer) ? TURNED_AWAY_ATTEMPTS : attempts;
      if (!isTransient(answer) || isSealed(answer) || attempt >= most) return answer;
      await wait(Math.min(LONGEST_PAUSE, Math.max(answer.retryAfter ?? 0, pauseAfter(attempt))));
    } catch (error) {
      if (!(error instanceof VaultProblem) || error.status !== 0 || attempt >= attempts) {
        throw error;
      }
      await wait(pauseAfter(attempt));
    }
  }
}

/** The server itself says that it is sealed. */
export function isSealed({ errors }: VaultAnswer): boolean {
  return errors.some((error) => /\b(is|Vault) sealed\b/i.test(error));
}
