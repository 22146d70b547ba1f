import { REHEARSED_PAGES, type PageWaits, type RehearsedPage } from '../models/rehearsal.js';

/** How long families waited for each kind of page. */
export class Waits {
  readonly #of = new Map<RehearsedPage, number[]>();

  /** Notes how long a page took. */
  async measure<T>(page: RehearsedPage, work: Promise<T>): Promise<T> {
    const began = performance.now();
    const answer = await work;
    const waits = this.#of.get(page) ?? [];
    waits.push(performance.now() - began);
    this.#of.set(page, waits);
    return answer;
  }

  /** The slowest first. */
  sum(): PageWaits[] {
    return REHEARSED_PAGES.flatMap((page): PageWaits[] => {
      const sorted = (this.#of.get(page) ?? []).toSorted((a, b) => a - b);
      const at = (part: number) => Math.round(sorted[Math.ceil(sorted.length * part) - 1] ?? 0);
      return sorted.length === 0
        ? []
        : [{ page, count: sorted.length, p50: at(0.5), p95: at(0.95), most: at(1) }];
    }).toSorted((a, b) => b.p95 - a.p95);
  }
}
