import type { BenchOptions } from './options.js';
import { median, say, saySync, thousands } from './print.js';
import { onStage, withChild } from './stage.js';

/**
 * The highest resident memory of the process that imports a large district ÷ that of one that imports a small one. Sandbox
 * and database engine are processes of their own and do not count.
 * @returns the median ratio
 */
export async function measureMemory(options: BenchOptions): Promise<number> {
  const ratios: number[] = [];
  for (let run = 1; run <= options.runs; run += 1) {
    const small = await peakOf(options, options.fewer);
    const large = await peakOf(options, options.students);
    say(`  ratio ${String(run)}: ${(large / small).toFixed(2)}`);
    ratios.push(large / small);
  }
  return median(ratios);
}

/** @returns MB */
function peakOf(options: BenchOptions, students: number): Promise<number> {
  return onStage(options, students, options.contacts, (stage) =>
    withChild(stage.importer(), async (importer) => {
      await importer.call('prepare');
      const before = await importer.call('memory');
      saySync('import', await importer.call('sync', 'first import'));
      const { peak } = await importer.call('memory');
      say(
        `  ${thousands(students)} students: ${peak.toFixed(0)} MB at most, ${before.now.toFixed(0)} MB before`,
      );
      return peak;
    }),
  );
}
