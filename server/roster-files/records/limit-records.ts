import type { Reading } from '../../tables/reading.js';

/** Records by id. Each counts once toward the limit of an upload, as they stay in memory until all rows are read. */
export class RecordMap<T> extends Map<string, T> {
  constructor(private readonly reading: Reading) {
    super();
  }

  /** @throws FileRefused if the upload holds more records than Slotbell keeps in memory */
  override set(id: string, object: T): this {
    if (!this.has(id)) this.reading.countRecord();
    return super.set(id, object);
  }

  /** Moves a record to another id, which must be free. */
  rename(from: string, to: string): void {
    const object = this.get(from);
    if (object === undefined) return;
    super.delete(from);
    super.set(to, object);
  }
}

/** Ids of rows that make no record; they count toward the same limit. */
export class RecordIds extends Set<string> {
  constructor(private readonly reading: Reading) {
    super();
  }

  /** @throws FileRefused if the upload holds more records than Slotbell keeps in memory */
  override add(id: string): this {
    if (!this.has(id)) this.reading.countRecord();
    return super.add(id);
  }
}
