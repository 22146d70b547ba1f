/**
 * Works on one after the other, until told to stop. One that fails is left for the next time and does not hold the others up: what it failed of is
 * thrown at the end.
 */
export async function eachOf<T>(
  items: Iterable<T> | AsyncIterable<T>,
  stopping: AbortSignal,
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  let failed: unknown;
  for await (const item of items) {
    if (stopping.aborted) break;
    await work(item).catch((error: unknown) => (failed ??= error));
  }
  if (failed) throw failed instanceof Error ? failed : new Error('one of several failed');
}
