import type { BenchOptions } from './options.js';
import { inWords, median, say, saySync, thousands } from './print.js';
import { onStage, withChild, type Stage } from './stage.js';

const CHANGED = 0.01;

/**
 * A second sync of a district in which nothing changed ÷ its first import.
 * @returns the median ratio
 * @throws Error when the second one wrote to a collection of the roster
 */
export function measureUnchangedNight(options: BenchOptions): Promise<number> {
  return measureNights(options, async () => 0);
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
): Promise<number> {
  return onStage(options, options.students, options.contacts, async (stage) => {
    const ratios: number[] = [];
    for (let run = 1; run <= options.runs; run += 1)
      ratios.push(await withChild(stage.importer(), (importer) => measureOne(stage, importer, run, pass)));
    return median(ratios);
  });
}

async function measureOne(
  stage: Stage,
  importer: ReturnType<Stage['importer']>,
  run: number,
  pass: (stage: Stage, run: number) => Promise<number>,
): Promise<number> {
  await importer.call('prepare');
  const first = await importer.call('sync', 'first import');
  saySync(`import ${String(run)}`, first);
  const changed = await pass(stage, run);
  const night = await importer.call('sync', 'sync now');
  saySync(`night ${String(run)}`, night);
  say(`    written to the roster’s collections: ${inWords(night.writes)}`);
  const written = Object.values(night.writes).reduce((sum, many) => sum + many, 0);
  // A changed address is one write and reaches no class.
  if (written !== changed)
    throw new Error(
      `${thousands(changed)} students changed and ${thousands(written)} documents were written.`,
    );
  say(`  ratio ${String(run)}: ${(night.ms / first.ms).toFixed(3)}`);
  return night.ms / first.ms;
}
