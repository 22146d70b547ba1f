import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** Nothing may hold the event loop of a process for longer, in ms of a usual processor. */
export const MOST_HELD = 200;
/** How often the loop is looked at, in ms. */
const EVERY = 5;
/** The collector, cold code and a processor that is shared count too: what is too slow is looked at again. */
const LOOKS = 3;

/**
 * How much of the processor's time, in ms, the main thread of this process has used so far: whatever others do on a busy machine, and
 * whatever waits for the database or for another process, counts nothing. The whole process's where the system does not tell of threads.
 */
function usedByMainThread(): number {
  try {
    const [nanoseconds] = readFileSync(`/proc/self/task/${String(process.pid)}/schedstat`, 'latin1').split(
      ' ',
    );
    return Number(nanoseconds) / 1e6;
  } catch {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  }
}

const SAMPLE = JSON.stringify(
  Array.from({ length: 2000 }, (_, n) => ({
    id: n.toString(16).padStart(24, '0'),
    name: `Name ${n}`,
    list: [n],
  })),
);
/** What `readSample` takes of a usual processor's time, in ms. */
const USUAL = 8;

function readSample(): string {
  let text = SAMPLE;
  for (let time = 0; time < 4; time += 1)
    text = JSON.stringify(JSON.parse(text)).replace(/Name (\d)/g, 'Name $1');
  return text;
}

/** How many times as long as usual this processor takes now, that has perhaps less to give or shares it: 1 where it is quicker. */
function slowness(): number {
  // Once for the code to be warm.
  readSample();
  const before = usedByMainThread();
  readSample();
  return Math.max(1, (usedByMainThread() - before) / USUAL);
}

/** How long, in ms of a usual processor's time, `work` held the event loop of this process at a stretch. */
export async function loopHeldBy(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let before = usedByMainThread();
  const look = (): void => {
    const now = usedByMainThread();
    longest = Math.max(longest, now - before);
    before = now;
  };
  const looking = setInterval(look, EVERY);
  try {
    await work();
    // What was held until now is noted when the loop comes round.
    await delay(2 * EVERY);
  } finally {
    clearInterval(looking);
  }
  return Math.round(longest > MOST_HELD ? longest / slowness() : longest);
}

/** The least of several looks, of which one that is short enough is the last. */
export async function leastHeldBy(work: () => Promise<unknown>, most = MOST_HELD): Promise<number> {
  let least = Infinity;
  for (let look = 0; look < LOOKS && least > most; look += 1) least = Math.min(least, await loopHeldBy(work));
  return least;
}
