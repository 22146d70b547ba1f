import type { Reading } from '../../tables/reading.js';

/** Records by id, each of which counts once toward what one upload may hold: they stay in memory until all rows are read. */
export class RecordMap<T> extends Map<string, T> {
  constructor(private readonly reading: Reading) {
    super();
  }

  /** @throws FileRefused where the upload holds more records than Slotbell keeps in memory */
  override set(id: string, object: T): this {
    if (!this.has(id)) this.reading.countRecord();
    return super.set(id, object);
  }

  /** The record under another id, which no other one has. */
  rename(from: string, to: string): void {
    const object = this.get(from);
    if (object === undefined) return;
    super.delete(from);
    super.set(to, object);
  }
}

/** Ids of rows that make no record, counted alike. */
export class RecordIds extends Set<string> {
  constructor(private readonly reading: Reading) {
    super();
  }

  /** @throws FileRefused where the upload holds more records than Slotbell keeps in memory */
  override add(id: string): this {
    if (!this.has(id)) this.reading.countRecord();
    return super.add(id);
  }
}
