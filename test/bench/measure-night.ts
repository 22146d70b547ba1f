import type { SyncTaken } from './importer-process.js';
import type { BenchOptions } from './options.js';
import { inWords, median, say, saySync, thousands } from './print.js';
import { onStage, withChild, type Stage } from './stage.js';

const CHANGED = 0.01;

/**
 * A night of a district in which nothing changed ÷ its first import; by events, as every night but one a week. Says besides what it
 * is where everything is read.
 * @returns the median ratio
 * @throws Error when the night wrote to a collection of the roster
 */
export function measureUnchangedNight(options: BenchOptions): Promise<number> {
  return measureNights(options, async () => 0, true);
}

/**
 * A night in which 1 % of the students changed ÷ the first import.
 * @returns the median ratio
 * @throws Error when it changed more or fewer than these
 */
export function measureEventsNight(options: BenchOptions): Promise<number> {
  return measureNights(options, async ({ sandbox }, run) => {
    const changed = await sandbox.call('changeStudents', { part: CHANGED, mark: `night${String(run)}` });
    say(`  ${thousands(changed)} students changed`);
    return changed;
  });
}

/** @param pass lets the day pass that lies before the night; tells how many students changed */
function measureNights(
  options: BenchOptions,
  pass: (stage: Stage, run: number) => Promise<number>,
  whole = false,
): Promise<number> {
  return onStage(options, options.students, options.contacts, async (stage) => {
    // A district that has never had an event has none to go on from.
    await stage.sandbox.call('changeStudents', { part: 1 / options.students, mark: 'before' });
    const ratios: number[] = [];
    for (let run = 1; run <= options.runs; run += 1)
      ratios.push(
        await withChild(stage.importer(), async (importer) => {
          await importer.call('prepare');
          const first = await importer.call('sync', 'first import');
          saySync(`import ${String(run)}`, first);
          const changed = await pass(stage, run);
          const ratio = await measureOne(importer, first, {
            name: `night ${String(run)}`,
            changed,
            how: 'events',
          });
          if (whole)
            await measureOne(importer, first, { name: `all read ${String(run)}`, changed: 0, how: 'full' });
          return ratio;
        }),
      );
    return median(ratios);
  });
}

interface Night {
  name: string;
  changed: number;
  how: SyncTaken['how'];
}

async function measureOne(
  importer: ReturnType<Stage['importer']>,
  first: SyncTaken,
  { name, changed, how }: Night,
): Promise<number> {
  const night = await importer.call('sync', how === 'events' ? 'nightly' : 'sync now');
  saySync(name, night);
  say(`    written to the roster’s collections: ${inWords(night.writes)}`);
  const written = Object.values(night.writes).reduce((sum, many) => sum + many, 0);
  if (night.how !== how) throw new Error(`It was read by ${night.how}.`);
  // A changed address is one write and reaches no class.
  if (written !== changed)
    throw new Error(
      `${thousands(changed)} students changed and ${thousands(written)} documents were written.`,
    );
  say(`  ratio of ${name}: ${(night.ms / first.ms).toFixed(3)}`);
  return night.ms / first.ms;
}
