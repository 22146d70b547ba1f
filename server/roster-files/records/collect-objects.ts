import type { CleverObject } from '../../clever/schema.js';
import type { ListName } from '../../sources/records/lists.js';
import { numberKey } from '../../models/security-value.js';
import { RecordIds, RecordMap } from './hold-records.js';
import { isNamedOtherwise, mergeObjects } from './merge-objects.js';
import { breathe, isDue } from '../../tables/breathe.js';
import type { Reading, Row } from '../../tables/reading.js';
import type { FromFile, RosterSink } from './roster-files.js';

const BATCH = 500;

/** The objects of one list while their rows are read: one an id, however many rows name it. */
export class Collected<T extends CleverObject> {
  readonly objects: RecordMap<FromFile<T>>;
  /** Ids as the files write them, with what they stand for where that is another one. */
  readonly aliases = new Map<string, string>();
  /** Ids of rows that were left out. */
  readonly leftOut: Set<string>;
  readonly removed: Set<string>;
  /** A row could not even be told apart, so the list does not say who is gone. */
  unreadable = false;
  /** Two rows of one id are about two things: what the second one tells beside is not known. */
  isContradicted = false;
  /** Where the first row of an id stands. */
  readonly #lines = new Map<string, number>();
  /** Ids by what a spreadsheet leaves of them; those that share it are none. */
  #keys: ReadonlyMap<string, string | undefined> | undefined;
  #shareKeys = false;

  constructor(private readonly reading: Reading) {
    this.objects = new RecordMap(reading);
    this.leftOut = new RecordIds(reading);
    this.removed = new RecordIds(reading);
  }

  /** Somebody who is in no row may stand behind one: the list does not say who is gone. */
  get isDoubtful(): boolean {
    return this.unreadable || this.isContradicted;
  }

  /**
   * Takes a row. The first one of an id makes the object; what further ones say more of it is added, and what they say otherwise is
   * noted.
   * @param apart fields in which rows of one id may differ: the school of somebody who attends two
   * @returns nothing where the row is about something else than the first one: the name differs
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

  /** Makes ready what `alike` and `hasAlike` look up: of many ids it takes a while. */
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

  /** Lets go of what `readKeys` made. */
  dropKeys(): void {
    this.#keys = undefined;
  }

  /** Whether an object's id reads the same. After `readKeys`. */
  hasAlike(key: string): boolean {
    return this.#keys?.has(key) === true;
  }

  /**
   * The only object whose id reads the same as one that is nowhere, but for capitals, spaces and the zeros before it, which
   * spreadsheets drop. After `readKeys`.
   */
  alike(id: string): string | undefined {
    return this.#keys?.get(keyOf(id));
  }

  /** What an id of the files stands for. */
  idOf(id: string): string {
    return this.aliases.get(id) ?? id;
  }

  /** Where an id stands first, as the files write it or not; 0 for nowhere. */
  lineOf(id: string): number {
    return this.#lines.get(id) ?? 0;
  }

  /** An object is another one than its id says. */
  rename(from: string, to: string): void {
    const object = this.objects.get(from);
    if (!object) return;
    object.id = to;
    this.objects.rename(from, to);
    this.aliases.set(from, to);
    this.#lines.set(to, this.lineOf(from));
    this.#keys = undefined;
  }

  /** Nothing of an id is taken, nor is it gone. */
  leaveOut(id: string): void {
    this.objects.delete(id);
    this.removed.delete(id);
    this.leftOut.add(id);
    this.#keys = undefined;
  }

  /** Ids that read the same, each with the first one of them. */
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

  /** Keeps the ids alone: once the records are handed over, what else they hold is of no more use. */
  release(): void {
    for (const { id } of this.objects.values()) this.objects.set(id, { id } as FromFile<T>);
    this.#lines.clear();
    this.#keys = undefined;
  }

  /** Takes a row that removes its id. What was added in the same files stays: one of the two is a slip. */
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

/** Hands a list over to the sink, in batches. @returns how many objects it has */
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

/** What is left of an id by which it is known again: 00123 and 123, C01 and c1 read the same. Of a hashed id nothing can be told. */
export function keyOf(id: string): string {
  const raw = rawOf(id);
  return raw.startsWith('~') ? id : numberKey(raw).replace(/(?<!\d)0+(?=\d)/g, '');
}

/** An id as the files write it, unless it is hashed. */
export function rawOf(id: string): string {
  return id.slice(id.indexOf(':') + 1);
}
