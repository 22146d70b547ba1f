import assert from 'node:assert/strict';
import type { CleverUser } from '../../server/clever/schema.js';
import { Contact } from '../../server/models/contact.js';
import { RosterUpload } from '../../server/models/roster-upload.js';
import { Section } from '../../server/models/section.js';
import { UploadChunk } from '../../server/models/upload-chunk.js';
import { storeUpload } from '../../server/uploads/store-upload.js';
import { UploadSpool } from '../../server/sources/download/upload-spool.js';
import { Types } from 'mongoose';
import { asApp } from '../support/scans.js';
import { CLEVER_FILES, PICKATIME_FILES, withFiles, type Contents } from '../support/roster-files/files.js';
import { openSchool, readWaiting, type FileSchool } from '../support/roster-files/school.js';

describe('a kept upload', () => {
  let school: FileSchool;

  beforeEach(async () => {
    school = await openSchool('pickatime');
  });
  afterEach(() => school.close());

  async function keep(contents: Contents, format: 'pickatime' | 'clever-csv' = 'pickatime') {
    const actor = await school.actor();
    const id = await withFiles(contents, (files) =>
      asApp(() => storeUpload(school.test.deps, actor, format, files)),
    );
    await readWaiting();
    return RosterUpload.findById(id).orFail().lean();
  }

  async function collect<T>(batches: AsyncIterable<T[]>): Promise<T[][]> {
    const all: T[][] = [];
    for await (const batch of batches) all.push(batch);
    return all;
  }

  it('is read back in batches of 500, in order, by anybody who has the account and its id', async () => {
    const students = Array.from({ length: 1201 }, (_, index) => `${String(index)}\tA\tB${String(index)}`);
    const { _id, expiresAt, createdAt } = await keep({ 'students.txt': students.join('\n') });
    const spool = new UploadSpool(school.account._id, _id);
    const batches = await asApp(() => collect(spool.read<CleverUser>('students')));
    assert.deepEqual(
      batches.map((batch) => batch.length),
      [500, 500, 201],
    );
    assert.deepEqual(
      batches.flat().map(({ name }) => name?.last),
      students.map((line) => line.split('\t')[2]),
    );
    assert.deepEqual(await collect(new UploadSpool(new Types.ObjectId(), _id).read('students')), []);
    assert.deepEqual(await collect(spool.read('terms')), []);
    assert.equal(expiresAt.getTime() - createdAt.getTime(), 7 * 24 * 3600_000);
  });

  it('keeps pieces of about 1 MB at most', async () => {
    const title = 'x'.repeat(900);
    const rows = Array.from({ length: 1500 }, (_, index) => `${String(index)}\t${title}\t${title}\t${title}`);
    const { _id } = await keep({ 'students.txt': rows.join('\n') });
    const chunks = await UploadChunk.find({ upload: _id, list: 'students' }).lean();
    assert.ok(chunks.length > 3);
    for (const { objects } of chunks) assert.ok(JSON.stringify(objects).length < 1_010_000);
    assert.equal(
      chunks.reduce((sum, { objects }) => sum + objects.length, 0),
      1500,
    );
  });

  it('tells the ids to be removed and those that were left out', async () => {
    const upload = await keep({ 'students.txt': '1\tA\tB\n2\tA\tB\tdelete\n3\t\t\n' });
    const spool = new UploadSpool(school.account._id, upload._id);
    assert.deepEqual(await asApp(() => collect(spool.ids('students', 'removed'))), [['student:2']]);
    assert.deepEqual(await asApp(() => collect(spool.ids('students', 'left out'))), [['student:3']]);
    assert.deepEqual(upload.removals, { students: 1, teachers: 0, sections: 0, contacts: 0 });
  });

  it('counts what the account has from before as there', async () => {
    const { _id: account } = school.account;
    await Contact.create({
      account,
      type: 'student',
      source: 'file',
      status: 'active',
      record: { id: 'student:7', hash: '' },
    });
    await Section.create({
      account,
      school: new Types.ObjectId(),
      status: 'active',
      record: { id: 'class:C7', hash: '' },
    });
    const { problems } = await keep({ 'enrollment.txt': 'StudentID\tClassID\n7\tC7\n8\tC7\n' });
    assert.deepEqual(problems, [
      {
        ...{ file: 'enrollment.txt', line: 3, field: 'StudentID' },
        fault: { code: 'unknown id', cell: '8', of: 'student', lost: 'enrollment' },
      },
    ]);
  });

  it('holds nothing when something is fatally wrong at the end', async () => {
    const broken = { ...CLEVER_FILES, 'enrollments.csv': 'Section_id,Student_id\nC1,"11\n' };
    const upload = await keep(broken, 'clever-csv');
    assert.equal(upload.state, 'refused');
    assert.equal(await UploadChunk.countDocuments(), 0);
    assert.equal(upload.problems[0]?.file, 'enrollments.csv');
  });

  it('leaves nothing behind when a fault of ours ends it', async () => {
    const actor = await school.actor();
    const missing = [{ path: '/nowhere/1', name: 'students.txt' }];
    await assert.rejects(storeUpload(school.test.deps, actor, 'pickatime', missing), /ENOENT/);
    assert.equal(await RosterUpload.countDocuments(), 0);
    assert.equal(await UploadChunk.countDocuments(), 0);
  });

  it('gives way to newer ones: five keep what they hold', async () => {
    for (let day = 1; day <= 7; day += 1) {
      school.test.setNow(new Date(Date.UTC(2026, 10, day)));
      await keep(PICKATIME_FILES);
    }
    const states = (await RosterUpload.find().sort({ createdAt: 1 }).lean()).map(({ state }) => state);
    assert.deepEqual(states, ['expired', 'expired', 'ready', 'ready', 'ready', 'ready', 'ready']);
    assert.equal((await UploadChunk.distinct('upload')).length, 5);
  });
});
