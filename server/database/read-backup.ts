import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import mongoose from 'mongoose';
import { forgetRestore, isHalfRestored, noteRestore, RESTORE_NOTE } from './note-restore.js';
import { FORMAT } from './write-backup.js';

const LINE_FEED = 10;
const NOT_OURS = 'This file isn’t a Slotbell backup, or it’s damaged.';
const { EJSON } = mongoose.mongo.BSON;
const BATCH = 500;

type Line =
  | { kind: 'head'; version: number }
  | { kind: 'collection'; name: string }
  | { kind: 'end'; counts: Record<string, number> }
  | { kind: 'document'; text: string };

/**
 * Restores a backup into the connected database, which must be empty. The file is first read once completely, so that an incomplete one
 * changes nothing. A restore that broke off is repeated: its data is removed first.
 * @param signal ends the restore early
 * @returns how many documents were restored, by collection
 * @throws Error with a plain message: not a backup, incomplete, or the database is not empty
 */
export async function readBackup(file: string, signal?: AbortSignal): Promise<Record<string, number>> {
  const { db } = mongoose.connection;
  if (!db) throw new Error('No database is connected.');
  const isAgain = await isHalfRestored();
  if (!isAgain) await refuseFull(db);
  await checkWhole(file);
  if (isAgain) await empty(db);
  await noteRestore();

  const counts: Record<string, number> = {};
  let collection = '';
  let batch: mongoose.mongo.OptionalId<mongoose.mongo.Document>[] = [];
  const flush = async (): Promise<void> => {
    if (batch.length > 0) await db.collection(collection).insertMany(batch, { ordered: false });
    counts[collection] = (counts[collection] ?? 0) + batch.length;
    batch = [];
  };
  for await (const line of linesOf(file)) {
    signal?.throwIfAborted();
    if (line.kind === 'document') {
      const document = EJSON.parse(line.text, { relaxed: false }) as mongoose.mongo.Document;
      batch.push(document);
      if (batch.length >= BATCH) await flush();
    } else if (line.kind !== 'head') {
      if (collection) await flush();
      collection = line.kind === 'collection' ? line.name : '';
    }
  }
  await forgetRestore();
  return counts;
}

async function namesOf(db: mongoose.mongo.Db): Promise<string[]> {
  const found = await db.listCollections({}, { nameOnly: true }).toArray();
  return found.map(({ name }) => name).filter((name) => !name.startsWith('system.'));
}

async function refuseFull(db: mongoose.mongo.Db): Promise<void> {
  for (const name of await namesOf(db))
    if ((await db.collection(name).findOne({}, { projection: { _id: 1 } })) !== null)
      throw new Error(`The database isn’t empty (${name} has documents). Restore into a new one.`);
}

async function empty(db: mongoose.mongo.Db): Promise<void> {
  for (const name of await namesOf(db)) if (name !== RESTORE_NOTE) await db.collection(name).deleteMany({});
}

async function checkWhole(file: string): Promise<void> {
  const counts: Record<string, number> = {};
  let collection = '';
  let end: Record<string, number> | undefined;
  let first = true;
  try {
    for await (const line of linesOf(file)) {
      if (first && !(line.kind === 'head' && line.version === FORMAT.version))
        throw new Error('This file isn’t a Slotbell backup, or it’s from a different version.');
      first = false;
      if (line.kind === 'collection') counts[(collection = line.name)] = 0;
      if (line.kind === 'document') counts[collection] = (counts[collection] ?? 0) + 1;
      if (line.kind === 'end') end = line.counts;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'Z_BUF_ERROR') end = undefined;
    else if ((error as NodeJS.ErrnoException).code === 'Z_DATA_ERROR')
      throw new Error(NOT_OURS, { cause: error });
    else throw error;
  }
  if (JSON.stringify(end) !== JSON.stringify(counts))
    throw new Error('This backup is cut off. Nothing was restored.');
}

async function* linesOf(file: string): AsyncGenerator<Line> {
  const source = createReadStream(file);
  const unzipped = source.pipe(createGunzip());
  source.on('error', (error) => unzipped.destroy(error));
  for await (const text of linesIn(unzipped)) {
    if (text.startsWith('{"slotbell":"backup"'))
      yield { kind: 'head', version: (JSON.parse(text) as typeof FORMAT).version };
    else if (text.startsWith('{"collection":"'))
      yield { kind: 'collection', name: (JSON.parse(text) as { collection: string }).collection };
    else if (text.startsWith('{"end":{'))
      yield { kind: 'end', counts: (JSON.parse(text) as { end: Record<string, number> }).end };
    else yield { kind: 'document', text };
  }
}

/** A document has 16 MB at most, and the longest kind of extended JSON half as much again; a file with longer lines is something else. */
const LONGEST_LINE = 128 * 1024 * 1024;

/** Splits only at line feeds: texts may contain other Unicode line ends, which `readline` would split at. */
async function* linesIn(source: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let pieces: Buffer[] = [];
  let length = 0;
  for await (const chunk of source) {
    let from = 0;
    for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, from)) {
      pieces.push(chunk.subarray(from, at));
      yield Buffer.concat(pieces).toString('utf8');
      pieces = [];
      length = 0;
      from = at + 1;
    }
    pieces.push(chunk.subarray(from));
    length += chunk.length - from;
    if (length > LONGEST_LINE) throw new Error(NOT_OURS);
  }
  if (length > 0) yield Buffer.concat(pieces).toString('utf8');
}
