/**
 * From this number every test draws what it leaves to chance. It is always the same, so that the suite says the same each time it runs. To look for what
 * nobody thought of, `SEED=random npm test` draws another and prints it; `SEED=<that>` repeats it.
 */
export const SEED = readSeed(process.env.SEED);

function readSeed(wanted = '1'): number {
  if (wanted !== 'random') return Number(wanted);
  const drawn = Math.floor(Math.random() * 2 ** 31);
  // What this process starts draws from the same.
  process.env.SEED = String(drawn);
  console.log(`SEED=${String(drawn)}`);
  return drawn;
}

/** How often a test with chance in it tries. `RUNS=10` does so ten times as often. */
export function runs(usual: number): number {
  return usual * Number(process.env.RUNS ?? 1);
}

/** A row of numbers from 0 to below 1 that is the same at each run (a linear congruential generator). @param nth tells several rows apart */
export function seededRandom(nth = 0): () => number {
  // Neighbors would begin alike.
  return randomOf(Math.imul(SEED + nth, 0x9e3779b1));
}

/** The row of numbers that begins with this one. */
export function randomOf(start: number): () => number {
  let state = start >>> 0;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}
