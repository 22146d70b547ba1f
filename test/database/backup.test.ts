import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import mongoose from 'mongoose';
import { noteRestore, refuseHalfRestored } from '../../server/database/note-restore.js';
import { readBackup } from '../../server/database/read-backup.js';
import { writeBackup } from '../../server/database/write-backup.js';
import { Notification } from '../../server/models/notification.js';
import { OneTimeLink } from '../../server/models/one-time-link.js';
import { withFullDisk } from '../support/full-disk.js';
import { emptyDatabase } from '../support/hooks.js';

describe('backup and restore', () => {
  let folder: string;
  let file: string;
  const things = () => mongoose.connection.db!.collection('backupTest');
  const documents = Array.from({ length: 1203 }, (_, n) => ({
    _id: new mongoose.Types.ObjectId(),
    n,
    at: new Date(n * 1000),
    text: '{"collection":"not a heading"}\n\u2028\u2029\u0085\r"=HYPERLINK" 🛎',
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

  it('leaves out what lets somebody in: sessions, links that work once, and mails with such a link that were not sent', async () => {
    const at = new Date();
    const mail = {
      kind: 'news',
      to: 'a@example.org',
      subject: 'S',
      nextAt: at,
      createdAt: at,
      state: 'kept' as const,
    };
    await OneTimeLink.create({
      _id: 'hash',
      kind: 'new password',
      expiresAt: new Date(at.getTime() + 60_000),
    });
    await Notification.create([
      { ...mail, text: 'https://example.org/link/secret', key: 'link', secret: true },
      { ...mail, text: 'Hello', key: 'news', secret: false },
    ]);
    const written = await writeBackup(file);
    assert.equal(written.notification, 1);
    assert.ok(!('oneTimeLink' in written) && !('session' in written));
    assert.ok(!gunzipSync(await readFile(file)).includes('link/secret'));
  });

  it('is written into a file of its own, and never into one that is there', async () => {
    await writeFile(`${file}.part`, 'of somebody');
    await assert.rejects(writeBackup(file), /already exists/);
    assert.equal(await readFile(`${file}.part`, 'utf8'), 'of somebody');
  });

  it('says so in one line where the disk is full or the folder is not there, and leaves no part', async () => {
    await assert.rejects(
      withFullDisk(() => writeBackup(file)),
      { message: `The backup can’t be written to ${file}.part: its disk is full. Nothing was saved.` },
    );
    assert.deepEqual(await readdir(folder), []);
    await assert.rejects(
      writeBackup(path.join(folder, 'none', 'all.gz')),
      /: the folder doesn’t exist\. Nothing/,
    );
    await writeBackup(file);
  });

  it('that is told to end leaves no part, and a restore can be done again', async () => {
    const ending = AbortSignal.abort();
    await assert.rejects(writeBackup(file, ending));
    assert.deepEqual(await readdir(folder), []);
    await writeBackup(file);
    await things().deleteMany({});
    await assert.rejects(readBackup(file, ending));
    assert.equal((await readBackup(file)).backupTest, documents.length);
  });

  it('can be brought back again when the first time broke off, and the app does not start in between', async () => {
    await writeBackup(file);
    await things().deleteMany({});
    await noteRestore();
    await things().insertMany(documents.slice(0, 7));
    await assert.rejects(refuseHalfRestored(), /Run the restore again/);
    assert.equal((await readBackup(file)).backupTest, documents.length);
    assert.equal(await things().countDocuments(), documents.length);
    await refuseHalfRestored();
  });

  it('refuses a database that holds something', async () => {
    await writeBackup(file);
    await assert.rejects(readBackup(file), /isn’t empty/);
  });

  it('changes nothing when the file is cut off or something else', async () => {
    await writeBackup(file);
    await things().deleteMany({});
    const whole = await readFile(file);
    await writeFile(file, whole.subarray(0, whole.length / 2));
    await assert.rejects(readBackup(file), /cut off/);
    await writeFile(file, 'hello');
    await assert.rejects(readBackup(file), /isn’t a Slotbell backup/);
    assert.equal(await things().countDocuments(), 0);
  });
});
