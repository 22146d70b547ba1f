/**
 * Repeatable random numbers: the same seed, subject, index and question always give the same number, in any order. So a district of any
 * size can be made record by record, with nothing remembered.
 */
export interface Draw {
  /** 0 ≤ n < bound. */
  below(bound: number, question: string, index: number): number;
  /** True in about `percent` of 100 indexes. */
  chance(percent: number, question: string, index: number): boolean;
  pick<T>(list: readonly T[], question: string, index: number): T;
}

/** Makes the random numbers of a seed. */
export function createDraw(seed: number): Draw {
  const questions = new Map<string, number>();

  function hash(question: string, index: number): number {
    let salt = questions.get(question);
    if (salt === undefined) {
      salt = Array.from(question).reduce(
        (sum, letter) => Math.imul(sum ^ letter.charCodeAt(0), 0x01000193),
        0x811c9dc5,
      );
      questions.set(question, salt);
    }
    let mixed = (Math.imul(seed, 0x9e3779b1) ^ salt) + Math.imul(index, 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  }

  return {
    below: (bound, question, index) => hash(question, index) % bound,
    chance: (percent, question, index) => hash(question, index) % 10_000 < percent * 100,
    pick<T>(list: readonly T[], question: string, index: number): T {
      const item = list[hash(question, index) % list.length];
      if (item === undefined) throw new RangeError('nothing to pick from');
      return item;
    },
  };
}
