/** The part of the driver's cursor that is used. */
interface Cursor<T> {
  hasNext(): Promise<boolean>;
  readBufferedDocuments(): T[];
}

/** What a native query finds, as it arrives: for tens of thousands of documents a step for each takes longer than to read it. */
export async function* readBatches<T>(cursor: Cursor<T>): AsyncGenerator<T[]> {
  while (await cursor.hasNext()) yield cursor.readBufferedDocuments();
}
