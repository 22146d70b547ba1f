import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import mongoose from 'mongoose';
import { readBackup } from '../../server/database/read-backup.js';
import { writeBackup } from '../../server/database/write-backup.js';
import { emptyDatabase } from '../support/hooks.js';

describe('backup and restore', () => {
  let folder: string;
  let file: string;
  const things = () => mongoose.connection.db!.collection('backupTest');
  const documents = Array.from({ length: 1203 }, (_, n) => ({
    _id: new mongoose.Types.ObjectId(),
    n,
    at: new Date(n * 1000),
    text: '{"collection":"not a heading"}\n\u2028"=HYPERLINK" 🛎',
    deep: { list: [n, null, { long: mongoose.mongo.Long.fromString('9007199254740993') }] },
  }));

  beforeEach(async () => {
    await emptyDatabase();
    folder = await mkdtemp(path.join(os.tmpdir(), 'slotbell-backup-'));
    file = path.join(folder, 'all.gz');
    await things().insertMany(documents);
  });
  afterEach(async () => {
    await things().drop();
    await rm(folder, { recursive: true });
  });

  it('brings back every document as it was, into an empty database', async () => {
    const before = await things().find({}, { promoteLongs: false }).sort({ _id: 1 }).toArray();
    const written = await writeBackup(file);
    assert.equal(written.backupTest, documents.length);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    await things().deleteMany({});
    const read = await readBackup(file);
    assert.equal(read.backupTest, documents.length);
    assert.deepEqual(await things().find({}, { promoteLongs: false }).sort({ _id: 1 }).toArray(), before);
  });

  it('refuses a database that holds something', async () => {
    await writeBackup(file);
    await assert.rejects(readBackup(file), /not empty/);
  });

  it('changes nothing when the file is cut off or something else', async () => {
    await writeBackup(file);
    await things().deleteMany({});
    const whole = await readFile(file);
    await writeFile(file, whole.subarray(0, whole.length / 2));
    await assert.rejects(readBackup(file), /cut off/);
    await writeFile(file, 'hello');
    await assert.rejects(readBackup(file), /not a backup/);
    assert.equal(await things().countDocuments(), 0);
  });
});
