/** The part of the driver's cursor that is used. */
interface Cursor<T> {
  hasNext(): Promise<boolean>;
  readBufferedDocuments(): T[];
  close(): Promise<void>;
}

/** What a native query finds, as it arrives: for tens of thousands of documents a step for each takes longer than to read it. */
export async function* readBatches<T>(cursor: Cursor<T>): AsyncGenerator<T[]> {
  try {
    let isMore = await cursor.hasNext();
    while (isMore) {
      const documents = cursor.readBufferedDocuments();
      // The database reads on while these are looked at. A fault of that is told when it is waited for.
      const next = cursor.hasNext();
      next.catch(() => undefined);
      yield documents;
      isMore = await next;
    }
  } finally {
    // Whoever reads may end early: the database would keep the cursor for ten minutes.
    await cursor.close();
  }
}
