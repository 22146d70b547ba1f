/**
 * Works on items of a stream while the next ones are being read, at most so many at once: the database writes one batch while the next is
 * read and compared. Returns when all work has ended, also after a failure, so nothing goes on unseen.
 */
export async function walkThrough<T>(
  items: AsyncIterable<T>,
  work: (item: T) => Promise<void>,
  most = 2,
): Promise<void> {
  const running = new Set<Promise<void>>();
  const failures: unknown[] = [];
  try {
    for await (const item of items) {
      const job: Promise<void> = work(item)
        .catch((error: unknown) => {
          failures.push(error);
        })
        .finally(() => running.delete(job));
      running.add(job);
      while (running.size >= most) await Promise.race(running);
      if (failures.length > 0) break;
    }
  } finally {
    await Promise.all(running);
  }
  if (failures.length > 0) throw failures[0];
}
