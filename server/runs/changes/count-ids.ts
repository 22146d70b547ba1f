import { IdSet } from './id-set.js';

/** Counts how often each id was added, at 12 bytes each time (`IdSet`), and how many of those times were taken back. */
export class IdCounts {
  readonly #added: IdSet[] = [];
  #taken: IdSet[] = [];

  add(id: string): void {
    put(this.#added, id);
  }

  /** Takes back one of the times that the id was added. @returns false when none is left */
  take(id: string): boolean {
    const left = this.#added.some((level, nth) => level.has(id) && this.#taken[nth]?.has(id) !== true);
    if (left) put(this.#taken, id);
    return left;
  }

  /** Forgets what was taken back. */
  restore(): void {
    this.#taken = [];
  }
}

/** The nth set has the ids that were added n times or more. */
function put(levels: IdSet[], id: string): void {
  if (!levels.some((level) => level.add(id))) {
    const level = new IdSet();
    level.add(id);
    levels.push(level);
  }
}
