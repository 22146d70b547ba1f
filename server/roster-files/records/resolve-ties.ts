import type { CleverObject } from '../../clever/schema.js';
import type { ListName } from '../../sources/records/lists.js';
import { breathe, isDue } from '../../tables/breathe.js';
import type { Collected } from './collect-objects.js';
import type { Reading, Row } from '../../tables/reading.js';
import type { IdOf, Lost } from '../../tables/say-row.js';
import type { KnownRoster } from './roster-files.js';

/** How many references may wait at once, as each keeps its row. */
const MOST = 5000;

interface Waiting {
  row: Row;
  field: string;
  of: IdOf;
  join: (id: string) => void;
  lose: () => void;
}

/**
 * References of rows to the records of one list. A reference to a record of this upload is joined at once; the others wait until it is
 * known whether the account has the record. If it does not, they are noted and left out.
 */
export class Ties<T extends CleverObject> {
  readonly #waiting = new Map<string, Waiting[]>();
  readonly #known = new Map<string, string>();
  #count = 0;

  constructor(
    private readonly reading: Reading,
    private readonly known: KnownRoster,
    private readonly list: ListName,
    private readonly collected: Collected<T>,
    /** What is not taken if the other record does not exist. */
    private readonly lost: Lost,
  ) {}

  /** Whether so many references wait that they must be resolved before more are added. */
  get isFull(): boolean {
    return this.#count >= MOST;
  }

  /**
   * @param of what the id names; @param join called once the other record is known to exist
   * @param lose called if it does not exist
   */
  add(
    row: Row,
    field: string,
    of: IdOf,
    id: string,
    join: (id: string) => void,
    lose: () => void = () => undefined,
  ): void {
    const there = this.#hereAs(id) ?? this.#known.get(id);
    if (there !== undefined) join(there);
    else {
      const waiting = this.#waiting.get(id) ?? [];
      waiting.push({ row, field, of, join, lose });
      this.#waiting.set(id, waiting);
      this.#count += 1;
    }
  }

  /** Joins or leaves out the references that wait. */
  async resolve(): Promise<void> {
    const { collected, reading } = this;
    const ids = [...this.#waiting.keys()];
    // A record that a complete list lacks does not exist.
    const isNowhere = ids.length === 0 || (reading.isWhole && !collected.unreadable);
    const known = isNowhere ? new Set<string>() : await this.known.ids(this.list, ids);
    if (ids.some((id) => !known.has(id))) await collected.readKeys();
    for (const id of ids) {
      if (isDue()) await breathe();
      this.#decide(id, known.has(id) && !collected.removed.has(id));
    }
    this.#waiting.clear();
    this.#count = 0;
    await breathe();
  }

  /**
   * The record of this upload that an id names, as the record's own id text: a million references then share one text. Records that only
   * give ties do not count.
   */
  #hereAs(id: string): string | undefined {
    const object = this.collected.objects.get(this.collected.idOf(id));
    return object && !object.slotbell?.onlyTies ? object.id : undefined;
  }

  #decide(id: string, isKnown: boolean): void {
    // A row that was left out has been reported already, and nobody is taken from where they were.
    const holds = isKnown || this.collected.leftOut.has(id);
    const alike = holds ? id : this.collected.alike(id);
    const there = alike !== undefined && (holds || this.#hereAs(alike) !== undefined) ? alike : undefined;
    if (holds) this.#known.set(id, id);
    for (const { row, field, of, join, lose } of this.#waiting.get(id) ?? []) {
      if (there !== undefined) {
        if (!holds) this.reading.noteAlike(row, field, there);
        join(there);
        continue;
      }
      this.reading.note(row, field, { code: 'unknown id', cell: row.of(field), of, lost: this.lost });
      lose();
    }
  }
}

/** Resolves what waits, in order, if one of them is full: what the first ones join may wait in the next ones. */
export async function relieve(
  ...ties: readonly { isFull: boolean; resolve(): Promise<void> }[]
): Promise<void> {
  if (ties.some(({ isFull }) => isFull)) for (const each of ties) await each.resolve();
}
