/** How a limiter behaves. */
export interface LimiterOptions {
  /** Requests at once, at most. */
  readonly max: number;
  /** Requests at once in the beginning; default `max`. */
  readonly initial?: number;
  /** Waits; a test hands in one that does not. Rejects when the signal is aborted. */
  readonly wait?: (milliseconds: number) => Promise<void>;
}

/** What a running piece of work may say to its limiter. */
export interface Slot {
  /**
   * The server is overloaded: halves the number of requests at once, to 1 at least, and lets nobody
   * start before the pause is over.
   */
  slowDown(pause: number): void;
}

/**
 * Bounds work that goes on at once, and finds how much the server bears: one more after each full
 * round without complaint, half after an overload.
 *
 * Complaints of work that started before the last halving count as part of it.
 *
 * @see https://www.rfc-editor.org/rfc/rfc5681#section-3.1 additive increase, multiplicative decrease
 */
export class AdaptiveLimiter {
  readonly #max: number;
  readonly #wait: (milliseconds: number) => Promise<void>;
  readonly #waiting: (() => void)[] = [];
  #limit: number;
  #running = 0;
  #succeeded = 0;
  #round = 0;
  #pause: Promise<void> | undefined;

  /** A limiter on which nothing runs yet. */
  constructor({ max, initial = max, wait = delay }: LimiterOptions) {
    this.#max = Math.max(1, max);
    this.#limit = Math.min(this.#max, Math.max(1, initial));
    this.#wait = wait;
  }

  /** Requests that may run at once now. */
  get limit(): number {
    return this.#limit;
  }

  /** Runs work when there is room for it. */
  async run<T>(work: (slot: Slot) => Promise<T>): Promise<T> {
    while (this.#running >= this.#limit || this.#pause !== undefined) {
      if (this.#pause !== undefined) await this.#pause;
      else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#running++;
    const round = this.#round;
    let complained = false;
    try {
      const result = await work({
        slowDown: (pause) => {
          complained = true;
          this.#slowDown(round, pause);
        },
      });
      if (!complained) this.#speedUp();
      return result;
    } finally {
      this.#running--;
      this.#wake();
    }
  }

  #speedUp(): void {
    if (++this.#succeeded < this.#limit || this.#limit === this.#max) return;
    this.#succeeded = 0;
    this.#limit++;
  }

  #slowDown(round: number, pause: number): void {
    if (round === this.#round) {
      this.#limit = Math.max(1, Math.floor(this.#limit / 2));
      this.#succeeded = 0;
      this.#round++;
    }
    if (pause <= 0 || this.#pause !== undefined) return;
    this.#pause = this.#wait(pause).catch(() => {}).finally(() => {
      this.#pause = undefined;
      this.#wake();
    });
  }

  #wake(): void {
    for (let free = this.#limit - this.#running; free > 0; free--) this.#waiting.shift()?.();
  }
}

/** Waits so many milliseconds; rejects with the signal's reason when it is aborted first. */
export function delay(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const abort = () => {
      clearTimeout(timer);
      reject(signal!.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", abort, { once: true });
  });
}
