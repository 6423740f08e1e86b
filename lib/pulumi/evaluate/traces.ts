/**
 * Runs with stack traces off.
 *
 * The SDK takes a trace for every resource and many an output, to be able to say where it came from.
 * Whoever needs a trace runs the program again without this.
 */
export async function withoutTraces<T>(work: () => Promise<T>): Promise<T> {
  const { stackTraceLimit, prepareStackTrace } = Error;
  Error.stackTraceLimit = 0;
  Error.prepareStackTrace = () => "";
  try {
    return await work();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    Error.prepareStackTrace = prepareStackTrace;
  }
}
