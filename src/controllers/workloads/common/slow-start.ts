/**
 * Does something `count` times, in batches that double from one on, until a
 * batch has failures: if the first fails, many would (Go: slowStartBatch).
 * @returns how often it succeeded, and the first failure
 */
export async function slowStart(
  count: number,
  action: (index: number) => Promise<void>,
): Promise<{ readonly successes: number; readonly error: unknown }> {
  let done = 0;
  for (let size = Math.min(count, 1); size > 0; size = Math.min(2 * size, count - done)) {
    const from = done;
    const results = await Promise.allSettled(Array.from({ length: size }, (_, index) => action(from + index)));
    const failure = results.find((result) => result.status === 'rejected');
    if (failure !== undefined) {
      const successes = from + results.filter(({ status }) => status === 'fulfilled').length;
      return { successes, error: failure.reason };
    }
    done += size;
  }
  return { successes: done, error: undefined };
}
