import { readBackup } from './database/read-backup.js';
import { writeBackup } from './database/write-backup.js';
import { connectRuntime } from './runtime.js';
import { prepareDatabase } from './upgrades/prepare-database.js';
import { isDatabaseGone } from './web/errors.js';

const AGAIN = 'Run it again. It starts over on its own.';

/** `npm run backup -- FILE` and `npm run restore -- FILE`: everything to and from any database that the settings name. */
const [, , order, file] = process.argv;
if ((order !== 'backup' && order !== 'restore') || !file) {
  console.error(`Name the file: npm run ${order === 'restore' ? 'restore' : 'backup'} -- slotbell.backup.gz`);
  process.exit(2);
}

const { deps, ending } = await connectRuntime();
// Told to end, it leaves no part of a file behind.
await ending.begin(work(order, file), () => Promise.resolve());
await ending.end();

async function work(what: 'backup' | 'restore', where: string): Promise<void> {
  try {
    const isBackup = what === 'backup';
    const counts = await (isBackup ? writeBackup : readBackup)(where, ending.signal);
    if (!isBackup) await prepareDatabase();
    const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
    console.log(
      `${isBackup ? 'Saved' : 'Restored'} ${String(total)} documents of ${String(Object.keys(counts).length)} collections.`,
    );
    if (deps.config.mongodbUri === undefined && isBackup)
      console.log(
        'Keep the file app-secret from the data folder with it. It opens the saved Clever secrets.',
      );
  } catch (error) {
    console.error(sayWhy(what, error));
    process.exitCode = 1;
  }
}

function sayWhy(what: 'backup' | 'restore', error: unknown): string {
  const outcome = what === 'backup' ? 'Nothing was saved. Run it again.' : AGAIN;
  if (ending.signal.aborted) return `The ${what} was stopped. ${outcome}`;
  if (isDatabaseGone(error)) return `The connection to the database was lost during the ${what}. ${outcome}`;
  return error instanceof Error ? error.message : String(error);
}
