import type { CleverObject } from '../../../clever/schema.js';
import type { ListName } from '../../refresh/lists.js';
import { contentHash } from '../roster-record.js';
import { quoted } from './problem-list.js';
import type { Reading, Row } from './reading.js';
import type { FromFile, RosterSink } from './roster-files.js';

const BATCH = 500;

/** The objects of one list while their rows are read: one an id, however many rows name it. */
export class Collected<T extends CleverObject> {
  readonly objects = new Map<string, FromFile<T>>();
  /** Ids of rows that were left out. */
  readonly leftOut = new Set<string>();
  readonly removed = new Set<string>();
  /** A row could not even be told apart, so the list does not say who is gone. */
  unreadable = false;
  readonly #said = new Map<string, { hash: string; line: number }>();

  constructor(private readonly reading: Reading) {}

  /**
   * Takes a row. The first one of an id makes the object; others must say the same (`content`), and give the same object.
   * @returns nothing where the row contradicts the first one, which is noted
   */
  add(
    row: Row,
    field: string,
    id: string,
    content: unknown,
    make: () => FromFile<T>,
  ): FromFile<T> | undefined {
    const hash = contentHash(content).slice(0, 16);
    const before = this.#said.get(id);
    if (before && before.hash !== hash) {
      const problem = `${field} ${quoted(row.of(field))} is on line ${String(before.line)} too, with other details.`;
      this.reading.note(
        row,
        field,
        problem,
        'Delete the wrong one of the two rows. The first one was taken.',
      );
      return undefined;
    }
    if (!before) this.#said.set(id, { hash, line: row.line });
    const known = this.objects.get(id);
    if (known) return known;
    const made = make();
    this.objects.set(id, made);
    return made;
  }

  /** Takes a row that removes its id. What was added in the same files stays: one of the two is a slip. */
  remove(row: Row, field: string, id: string): void {
    const before = this.#said.get(id);
    if (before && this.objects.has(id)) {
      const problem = `${field} ${quoted(row.of(field))} is added on line ${String(before.line)} and deleted here.`;
      this.reading.note(
        row,
        field,
        problem,
        'Delete the wrong one of the two rows. The first one was taken.',
      );
      return;
    }
    this.removed.add(id);
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

/** Hands a list over to the sink, in batches. @returns how many objects it has */
export async function pour<T extends CleverObject>(
  sink: RosterSink,
  list: ListName,
  { objects, removed, leftOut }: Pick<Collected<T>, 'objects' | 'removed' | 'leftOut'>,
): Promise<number> {
  let batch: FromFile<T>[] = [];
  for (const object of objects.values()) {
    batch.push(object);
    if (batch.length < BATCH) continue;
    await sink.write(list, batch);
    batch = [];
  }
  if (batch.length > 0) await sink.write(list, batch);
  await sink.remove(list, [...removed]);
  await sink.leaveOut(list, [...leftOut]);
  return objects.size;
}
