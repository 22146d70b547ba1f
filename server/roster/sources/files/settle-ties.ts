import type { CleverObject } from '../../../clever/schema.js';
import type { ListName } from '../../refresh/lists.js';
import type { Collected } from './collect-objects.js';
import type { Reading, Row } from './reading.js';
import type { KnownIds } from './roster-files.js';

const BATCH = 5000;

export const NO_TEACHER = 'The class was taken without this teacher.';
export const NOT_ENROLLED = 'This enrollment was left out.';
export const NOT_RELATED = 'The parent was not tied to the child.';

interface Waiting {
  row: Row;
  field: string;
  what: string;
  join: (id: string) => void;
  lose: () => void;
}

/**
 * References of rows to the records of one list. Those to records of this upload hold at once; the others wait until it is
 * known whether the account has the record from before, and are noted and left out where it has not.
 */
export class Ties<T extends CleverObject> {
  readonly #waiting = new Map<string, Waiting[]>();
  readonly #had: ReadonlySet<string>;

  constructor(
    private readonly reading: Reading,
    private readonly known: KnownIds,
    private readonly list: ListName,
    private readonly collected: Collected<T>,
    /** What is not taken where the other record is nowhere, as a sentence. */
    private readonly lost: string,
  ) {
    // As they are now: what later rows only tie to must not count as there.
    this.#had = new Set(collected.objects.keys());
  }

  /**
   * @param what is referred to, in words; @param join is called once the reference is known to hold
   * @param lose is called where it does not
   */
  add(
    row: Row,
    field: string,
    what: string,
    id: string,
    join: (id: string) => void,
    lose: () => void = () => undefined,
  ): void {
    if (this.#had.has(id)) join(id);
    else {
      const waiting = this.#waiting.get(id) ?? [];
      waiting.push({ row, field, what, join, lose });
      this.#waiting.set(id, waiting);
    }
  }

  /** Decides on the references that wait. */
  async settle(): Promise<void> {
    const ids = [...this.#waiting.keys()];
    for (let from = 0; from < ids.length; from += BATCH) {
      const asked = ids.slice(from, from + BATCH);
      const known = await this.known(this.list, asked);
      for (const id of asked) this.#decide(id, known.has(id) && !this.collected.removed.has(id));
    }
    this.#waiting.clear();
  }

  #decide(id: string, holds: boolean): void {
    for (const { row, field, what, join, lose } of this.#waiting.get(id) ?? []) {
      // A row that was left out has said why already, and nobody is taken from where they were.
      if (holds || this.collected.leftOut.has(id)) join(id);
      else {
        this.reading.noteUnknown(row, field, what, this.lost);
        lose();
      }
    }
  }
}
