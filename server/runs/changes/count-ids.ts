import { IdSet } from './id-set.js';

/** How often ids were added, each time in the 12 bytes of an `IdSet`; and how many of those times were taken since. */
export class IdCounts {
  readonly #added: IdSet[] = [];
  #taken: IdSet[] = [];

  add(id: string): void {
    put(this.#added, id);
  }

  /** Takes one of the times that the id was added. @returns false where none is left */
  take(id: string): boolean {
    const left = this.#added.some((level, nth) => level.has(id) && this.#taken[nth]?.has(id) !== true);
    if (left) put(this.#taken, id);
    return left;
  }

  /** Nothing was taken. */
  restore(): void {
    this.#taken = [];
  }
}

/** The nth set holds the ids that were put n times or more. */
function put(levels: IdSet[], id: string): void {
  if (!levels.some((level) => level.add(id))) {
    const level = new IdSet();
    level.add(id);
    levels.push(level);
  }
}
