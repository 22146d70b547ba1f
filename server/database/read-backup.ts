import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import mongoose from 'mongoose';
import { FORMAT } from './write-backup.js';

const { EJSON } = mongoose.mongo.BSON;
const BATCH = 500;

type Line =
  | { kind: 'head'; version: number }
  | { kind: 'collection'; name: string }
  | { kind: 'end'; counts: Record<string, number> }
  | { kind: 'document'; text: string };

/**
 * Brings a backup into the connected database, which must be empty. The file is read through once before anything is
 * written, so that a cut-off one changes nothing.
 * @returns how many documents came back, by collection
 * @throws Error with a plain message: not a backup, cut off, or the database holds something already
 */
export async function readBackup(file: string): Promise<Record<string, number>> {
  const { db } = mongoose.connection;
  if (!db) throw new Error('No database is connected.');
  for (const { name } of await db.listCollections({}, { nameOnly: true }).toArray()) {
    if ((await db.collection(name).findOne({}, { projection: { _id: 1 } })) !== null)
      throw new Error(`The database is not empty (${name} has documents). Restore into a new one.`);
  }
  await checkWhole(file);

  const counts: Record<string, number> = {};
  let collection = '';
  let batch: mongoose.mongo.OptionalId<mongoose.mongo.Document>[] = [];
  const flush = async (): Promise<void> => {
    if (batch.length > 0) await db.collection(collection).insertMany(batch, { ordered: false });
    counts[collection] = (counts[collection] ?? 0) + batch.length;
    batch = [];
  };
  for await (const line of linesOf(file)) {
    if (line.kind === 'document') {
      const document = EJSON.parse(line.text, { relaxed: false }) as mongoose.mongo.Document;
      batch.push(document);
      if (batch.length >= BATCH) await flush();
    } else if (line.kind !== 'head') {
      if (collection) await flush();
      collection = line.kind === 'collection' ? line.name : '';
    }
  }
  return counts;
}

async function checkWhole(file: string): Promise<void> {
  const counts: Record<string, number> = {};
  let collection = '';
  let end: Record<string, number> | undefined;
  let first = true;
  try {
    for await (const line of linesOf(file)) {
      if (first && !(line.kind === 'head' && line.version === FORMAT.version))
        throw new Error('This file is not a backup of Slotbell, or one of another version.');
      first = false;
      if (line.kind === 'collection') counts[(collection = line.name)] = 0;
      if (line.kind === 'document') counts[collection] = (counts[collection] ?? 0) + 1;
      if (line.kind === 'end') end = line.counts;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'Z_BUF_ERROR') end = undefined;
    else if ((error as NodeJS.ErrnoException).code === 'Z_DATA_ERROR')
      throw new Error('This file is not a backup of Slotbell, or it is damaged.', { cause: error });
    else throw error;
  }
  if (JSON.stringify(end) !== JSON.stringify(counts))
    throw new Error('This backup is cut off. Nothing was restored.');
}

async function* linesOf(file: string): AsyncGenerator<Line> {
  const source = createReadStream(file);
  const unzipped = source.pipe(createGunzip());
  source.on('error', (error) => unzipped.destroy(error));
  for await (const text of createInterface({ input: unzipped, crlfDelay: Infinity })) {
    if (text.startsWith('{"slotbell":"backup"'))
      yield { kind: 'head', version: (JSON.parse(text) as typeof FORMAT).version };
    else if (text.startsWith('{"collection":"'))
      yield { kind: 'collection', name: (JSON.parse(text) as { collection: string }).collection };
    else if (text.startsWith('{"end":{'))
      yield { kind: 'end', counts: (JSON.parse(text) as { end: Record<string, number> }).end };
    else yield { kind: 'document', text };
  }
}
