/** Measures imports, nights, pages and the opening against what they are bounded by. Prints plain lines, and the ratio in the last one. */
import { measureImport } from './measure-import.js';
import { measureMemory } from './measure-memory.js';
import { measureEventsNight, measureUnchangedNight } from './measure-night.js';
import { measurePages } from './measure-pages.js';
import { measureRush } from './measure-rush.js';
import { readOptions, USAGE, type BenchName, type BenchOptions } from './options.js';
import { say } from './print.js';

const MEASURES: Record<BenchName, (options: BenchOptions) => Promise<number>> = {
  import: measureImport,
  'unchanged-night': measureUnchangedNight,
  'events-night': measureEventsNight,
  memory: measureMemory,
  'heavy-pages': measurePages,
  'booking-rush': measureRush,
};

/** @returns undefined when the command line makes no sense, which is said */
function optionsOrUsage(): BenchOptions | undefined {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    process.exitCode = 2;
    return undefined;
  }
}

const options = optionsOrUsage();
if (options) {
  const ratio = await MEASURES[options.name](options);
  say(`${options.name}: ${ratio.toFixed(options.name === 'events-night' ? 3 : 2)}`);
}
