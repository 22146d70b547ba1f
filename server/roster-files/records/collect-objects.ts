import type { CleverObject } from '../../clever/schema.js';
import type { ListName } from '../../sources/records/lists.js';
import { numberKey } from '../../models/security-value.js';
import { RecordIds, RecordMap } from './limit-records.js';
import { isNamedOtherwise, mergeObjects } from './merge-objects.js';
import { breathe, isDue } from '../../tables/breathe.js';
import type { Reading, Row } from '../../tables/reading.js';
import type { FromFile, RosterSink } from './roster-files.js';

const BATCH = 500;

/** Collects the objects of one list while its rows are read: one for each id, however many rows name it. */
export class Collected<T extends CleverObject> {
  readonly objects: RecordMap<FromFile<T>>;
  /** Ids as the files write them, to the ids that they stand for. */
  readonly aliases = new Map<string, string>();
  /** Ids of rows that were left out. */
  readonly leftOut: Set<string>;
  readonly removed: Set<string>;
  /** Whether some row could not even be split into cells, so that the list does not say who is gone. */
  unreadable = false;
  /** Whether two rows of one id are about two things: what the second one is remains unknown. */
  isContradicted = false;
  /** The line of the first row of each id. */
  readonly #lines = new Map<string, number>();
  /** Ids by what a spreadsheet leaves of them; undefined for a key that several share. */
  #keys: ReadonlyMap<string, string | undefined> | undefined;
  #shareKeys = false;

  constructor(private readonly reading: Reading) {
    this.objects = new RecordMap(reading);
    this.leftOut = new RecordIds(reading);
    this.removed = new RecordIds(reading);
  }

  /** Whether somebody without a row may stand behind an unreadable one, so that the list does not say who is gone. */
  get isDoubtful(): boolean {
    return this.unreadable || this.isContradicted;
  }

  /**
   * Takes a row. The first row of an id makes the object; later ones fill what is blank, and contradictions are noted.
   * @param apart fields in which rows of one id may differ, such as the school of somebody who attends two
   * @returns undefined if the name differs, so that the row is about something else
   */
  add(row: Row, field: string, fresh: FromFile<T>, apart: readonly string[] = []): FromFile<T> | undefined {
    const { id } = fresh;
    const known = this.objects.get(id);
    if (!known) {
      this.objects.set(id, fresh);
      this.#lines.set(id, row.line);
      return fresh;
    }
    const differing: string[] = [];
    const isOther = isNamedOtherwise(known, fresh);
    if (!isOther) mergeObjects(known, fresh, apart, differing);
    if (!isOther && differing.length === 0) return known;
    const where = { cell: row.of(field), before: this.lineOf(id) };
    this.reading.note(
      row,
      field,
      isOther ? { code: 'repeated with another name', ...where } : { code: 'repeated', ...where, differing },
    );
    if (!isOther) return known;
    this.isContradicted = true;
    return undefined;
  }

  /** Prepares the look-ups of `alike` and `hasAlike`, which takes a while for many ids. */
  async readKeys(): Promise<void> {
    if (this.#keys) return;
    const keys = new Map<string, string | undefined>();
    this.#shareKeys = false;
    for (const id of this.objects.keys()) {
      if (isDue()) await breathe();
      const key = keyOf(id);
      this.#shareKeys ||= keys.has(key);
      keys.set(key, keys.has(key) ? undefined : id);
    }
    this.#keys = keys;
  }

  /** Releases what `readKeys` prepared. */
  dropKeys(): void {
    this.#keys = undefined;
  }

  /** Whether an object has an id that reads the same. After `readKeys`. */
  hasAlike(key: string): boolean {
    return this.#keys?.has(key) === true;
  }

  /**
   * The only object whose id reads the same as one that does not exist: apart from capitals, spaces and leading zeros, which spreadsheets
   * drop. After `readKeys`.
   */
  alike(id: string): string | undefined {
    return this.#keys?.get(keyOf(id));
  }

  /** The id that an id in the files stands for. */
  idOf(id: string): string {
    return this.aliases.get(id) ?? id;
  }

  /** The line where an id appears first, in either form; 0 if nowhere. */
  lineOf(id: string): number {
    return this.#lines.get(id) ?? 0;
  }

  /** Gives an object another id. */
  rename(from: string, to: string): void {
    const object = this.objects.get(from);
    if (!object) return;
    object.id = to;
    this.objects.rename(from, to);
    this.aliases.set(from, to);
    this.#lines.set(to, this.lineOf(from));
    this.#keys = undefined;
  }

  /** Leaves an id out: it is neither taken nor gone. */
  leaveOut(id: string): void {
    this.objects.delete(id);
    this.removed.delete(id);
    this.leftOut.add(id);
    this.#keys = undefined;
  }

  /** Ids that read the same, each with the first of them. */
  async pairs(): Promise<[string, string][]> {
    await this.readKeys();
    if (!this.#shareKeys) return [];
    const first = new Map<string, string>();
    const pairs: [string, string][] = [];
    for (const id of this.objects.keys()) {
      if (isDue()) await breathe();
      const key = keyOf(id);
      const known = first.get(key);
      if (known === undefined) first.set(key, id);
      else pairs.push([known, id]);
    }
    return pairs;
  }

  /** Keeps only the ids: once the records are handed over, the rest is no longer needed. */
  release(): void {
    for (const { id } of this.objects.values()) this.objects.set(id, { id } as FromFile<T>);
    this.#lines.clear();
    this.#keys = undefined;
  }

  /** Takes a row that removes its id. If the same files also added it, it stays, as one of the two is a slip. */
  remove(row: Row, field: string, id: string): void {
    const before = this.#lines.get(id);
    if (before !== undefined && this.objects.has(id)) {
      this.reading.note(row, field, { code: 'added and deleted', cell: row.of(field), before });
      return;
    }
    this.removed.add(id);
    this.#lines.set(id, row.line);
  }

  /** For `readTable`: keeps the ids of rows that were left out, so that nobody leaves because of a slip. */
  onLeftOut(idOf: (row: Row) => string): (row: Row | undefined) => void {
    return (row) => {
      const id = row ? idOf(row) : '';
      if (id) this.leftOut.add(id);
      else this.unreadable = true;
    };
  }
}

interface Poured<T extends CleverObject> {
  objects: { values(): Iterable<FromFile<T>> };
  removed: ReadonlySet<string>;
  leftOut: ReadonlySet<string>;
}

/** Hands a list over to the sink in batches. @returns how many objects it has */
export async function pour<T extends CleverObject>(
  sink: RosterSink,
  list: ListName,
  { objects, removed, leftOut }: Poured<T>,
): Promise<number> {
  let count = 0;
  let batch: FromFile<T>[] = [];
  for (const object of objects.values()) {
    count += 1;
    batch.push(object);
    if (batch.length < BATCH) continue;
    await sink.write(list, batch);
    if (isDue()) await breathe();
    batch = [];
  }
  if (batch.length > 0) await sink.write(list, batch);
  await sink.remove(list, [...removed]);
  await sink.leaveOut(list, [...leftOut]);
  return count;
}

/** What a spreadsheet leaves of an id: 00123 and 123, or C01 and c1, read the same. A hashed id has no such key. */
export function keyOf(id: string): string {
  const raw = rawOf(id);
  return raw.startsWith('~') ? id : numberKey(raw).replace(/(?<!\d)0+(?=\d)/g, '');
}

/** An id as the files write it, unless it is hashed. */
export function rawOf(id: string): string {
  return id.slice(id.indexOf(':') + 1);
}
