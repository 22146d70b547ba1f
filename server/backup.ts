import { readBackup } from './database/read-backup.js';
import { writeBackup } from './database/write-backup.js';
import { connectRuntime } from './runtime.js';
import { prepareDatabase } from './upgrades/prepare-database.js';

/** `npm run backup -- FILE` and `npm run restore -- FILE`: everything to and from any database that the settings name. */
const [, , order, file] = process.argv;
if ((order !== 'backup' && order !== 'restore') || !file) {
  console.error(`Name the file: npm run ${order === 'restore' ? 'restore' : 'backup'} -- slotbell.backup.gz`);
  process.exit(2);
}

const { database, deps } = await connectRuntime();
try {
  const counts = order === 'backup' ? await writeBackup(file) : await readBackup(file);
  if (order === 'restore') await prepareDatabase();
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  console.log(
    `${order === 'backup' ? 'Saved' : 'Restored'} ${String(total)} documents of ${String(Object.keys(counts).length)} collections.`,
  );
  if (deps.config.mongodbUri === undefined && order === 'backup')
    console.log('Keep the file app-secret of the data folder with it: it opens the saved Clever secrets.');
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
await database.close();
process.exit();
