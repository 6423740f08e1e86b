/**
 * Works through items, so many at once. After a failure, or when told to stop, nothing more is begun.
 *
 * @param atOnce How many at once
 * @param work What to do with each
 * @param isStopped Asked before each item; default never
 * @throws the first failure, once what was running has ended
 */
export async function forEachAtOnce<T>(
  items: Iterable<T>,
  atOnce: number,
  work: (item: T) => Promise<void>,
  isStopped: () => boolean = () => false,
): Promise<void> {
  const queue = [...items];
  const failures: unknown[] = [];
  let next = 0;
  const worker = async () => {
    while (next < queue.length && failures.length === 0 && !isStopped()) {
      try {
        await work(queue[next++]);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, queue.length) }, worker));
  if (failures.length > 0) throw failures[0];
}
