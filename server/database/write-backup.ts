import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import mongoose from 'mongoose';
import { explainDiskFault } from '../disk-faults.js';
import { RESTORE_NOTE } from './note-restore.js';

const { EJSON } = mongoose.mongo.BSON;

/**
 * Collections that are temporary and renewed by themselves, or that let somebody in: sessions, counters of tries, the job queue, links that
 * work once, and the note of a restore.
 */
const LEFT_OUT = new Set(['session', 'rateLimit', 'agendaJobs', 'oneTimeLink', RESTORE_NOTE]);
/** Emails that contain such a link; once sent their text is empty. */
const MAILS = 'notification';
const WITHOUT_LINKS = { $or: [{ secret: { $ne: true } }, { state: 'sent' }] };

const IN_THE_WAY =
  'that file already exists, because another backup is running or one was cut off. Delete it and try again';

/** The first line of a backup. */
export const FORMAT = { slotbell: 'backup', version: 1 };

/**
 * Writes everything in the connected database into one gzipped file, one line a document (extended JSON), collection by collection. The
 * file gets its name only when it is complete, and only its owner may read it. Memory stays flat.
 * @param signal ends it early, without a file
 * @returns how many documents were written, by collection
 */
export async function writeBackup(file: string, signal?: AbortSignal): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  const part = `${file}.part`;
  const target = createWriteStream(part, { mode: 0o600, flags: 'wx' });
  try {
    await once(target, 'open');
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    const why = code === 'EEXIST' ? IN_THE_WAY : (explainDiskFault(error) ?? code);
    throw new Error(sayUnwritable(part, why), { cause: error });
  }
  try {
    await pipeline(Readable.from(lines(counts)), createGzip(), target, { signal });
    const written = await open(part);
    await written.sync();
    await written.close();
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    const why = explainDiskFault(error);
    throw why === undefined ? error : new Error(sayUnwritable(part, why), { cause: error });
  }
  return counts;
}

function sayUnwritable(part: string, why: string): string {
  return `The backup can’t be written to ${part}: ${why}. Nothing was saved.`;
}

async function* lines(counts: Record<string, number>): AsyncGenerator<string> {
  const { db } = mongoose.connection;
  if (!db) throw new Error('No database is connected.');
  yield `${JSON.stringify({ ...FORMAT, at: new Date().toISOString() })}\n`;
  const collections = await db.listCollections({}, { nameOnly: true }).toArray();
  for (const { name } of collections.sort((a, b) => a.name.localeCompare(b.name))) {
    if (LEFT_OUT.has(name) || name.startsWith('system.')) continue;
    counts[name] = 0;
    yield `${JSON.stringify({ collection: name })}\n`;
    for await (const document of db.collection(name).find(name === MAILS ? WITHOUT_LINKS : {})) {
      counts[name] += 1;
      yield `${EJSON.stringify(document, { relaxed: false })}\n`;
    }
  }
  yield `${JSON.stringify({ end: counts })}\n`;
}
