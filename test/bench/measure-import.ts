import type { BenchOptions } from './options.js';
import { median, say, saySync, seconds, thousands } from './print.js';
import type { RawTaken } from './raw-process.js';
import { onStage, withChild, type Stage } from './stage.js';

/**
 * The app's first import ÷ (the same pages downloaded + the same documents written, with nothing else done), in alternation.
 * @returns the median ratio
 */
export async function measureImport(options: BenchOptions): Promise<number> {
  const ratio = await measure(options, options.runs, options.contacts);
  if (options.contacts) return ratio;
  const withGuardians = await measure(options, 1, true);
  say(`with guardians: ${withGuardians.toFixed(2)}`);
  return ratio;
}

function measure(options: BenchOptions, runs: number, contacts: boolean): Promise<number> {
  return onStage(options, options.students, contacts, async (stage) => {
    const ratios: number[] = [];
    for (let run = 1; run <= runs; run += 1) ratios.push(await measurePair(stage, run));
    return median(ratios);
  });
}

async function measurePair(stage: Stage, run: number): Promise<number> {
  const databases = { app: 0, raw: 0 };
  const noted = async <T>(of: keyof typeof databases, work: () => Promise<T>): Promise<T> => {
    const before = await stage.databaseCpu();
    const done = await work();
    databases[of] = (await stage.databaseCpu()) - before;
    return done;
  };
  const app = await withChild(stage.importer(), async (importer) => {
    await importer.call('prepare');
    return noted('app', () => importer.call('sync', 'first import'));
  });
  saySync(`import ${String(run)}`, app);
  const raw = await withChild(stage.raw(), async (child) => {
    await child.call('load');
    return noted('raw', () => child.call('measure'));
  });
  sayRaw(`raw ${String(run)}`, raw);
  const cpu = { app: app.cpuMs + databases.app, raw: raw.cpuMs + databases.raw };
  // Steadier than the time that passed, where other work goes on beside it.
  say(
    `  CPU time ${String(run)}, database included: ${seconds(cpu.app)} (${seconds(databases.app)}) ÷ ` +
      `${seconds(cpu.raw)} (${seconds(databases.raw)}) = ${(cpu.app / cpu.raw).toFixed(2)}; of the processes alone ${(app.cpuMs / raw.cpuMs).toFixed(2)}`,
  );
  const ratio = app.ms / (raw.downloadMs + raw.writeMs);
  say(`  ratio ${String(run)}: ${ratio.toFixed(2)}`);
  return ratio;
}

function sayRaw(name: string, raw: RawTaken): void {
  const documents = Object.entries(raw.documents).map(([kind, many]) => `${thousands(many)} ${kind}`);
  say(
    `  ${name}: ${seconds(raw.downloadMs + raw.writeMs)}: download ${seconds(raw.downloadMs)} (${thousands(raw.pages)} pages, ` +
      `${thousands(raw.megabytes)} MB), write ${seconds(raw.writeMs)} (${documents.join(', ')})`,
  );
}
