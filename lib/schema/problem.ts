/**
 * An expected failure: something a person can put right.
 *
 * The message reads *what — where — what to do*, in sentence case, without a full stop. Tasks print
 * it without a stack trace and exit with {@linkcode Problem.exitCode}. It must never hold a secret.
 */
export class Problem extends Error {
  /** Tells it from other problems. */
  override readonly name: string = "Problem";
  /** The task's exit code: 1 failed or findings (default), 2 usage. */
  readonly exitCode: 1 | 2;

  /**
   * An expected failure.
   *
   * @param message What failed, where, and what to do about it
   * @param options `cause` keeps the underlying error; `exitCode` defaults to 1
   */
  constructor(message: string, options: { cause?: unknown; exitCode?: 1 | 2 } = {}) {
    super(message, { cause: options.cause });
    this.exitCode = options.exitCode ?? 1;
  }
}

/** Wrong words on the command line: exit code 2. */
export class UsageProblem extends Problem {
  /** Tells it from other problems. */
  override readonly name = "UsageProblem";

  /**
   * Wrong words.
   *
   * @param message What was wrong and what would have been right
   */
  constructor(message: string) {
    super(message, { exitCode: 2 });
  }
}

/** Several problems, found in one pass and reported together. */
export class Problems extends Problem {
  /** Tells it from other problems. */
  override readonly name = "Problems";
  /** Each message once, in the order found; never empty. */
  readonly messages: readonly string[];

  /**
   * Joins problems.
   *
   * @param messages One or more problem messages
   */
  constructor(messages: readonly string[]) {
    const distinct = [...new Set(messages)];
    super(distinct.join("\n"));
    this.messages = distinct;
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
