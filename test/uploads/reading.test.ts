import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { RosterUpload } from '../../server/models/roster-upload.js';
import { UploadChunk } from '../../server/models/upload-chunk.js';
import { claimReading } from '../../server/uploads/claim-reading.js';
import { readInChild } from '../../server/uploads/read-in-child.js';
import { readUpload } from '../../server/uploads/read-upload.js';
import { resumeUploads } from '../../server/uploads/resume-uploads.js';
import { storeUpload } from '../../server/uploads/store-upload.js';
import { leastHeldBy, MOST_HELD } from '../support/loop.js';
import { until } from '../support/database/scratch.js';
import { asApp } from '../support/scans.js';
import { PICKATIME_FILES, withFiles, type Contents } from '../support/roster-files/files.js';
import { openSchool, type FileSchool } from '../support/roster-files/school.js';

/** A process of the reader needs about half of it before it has read anything. */
const SMALL_MB = 40;

describe('The reading of uploads', () => {
  const rows = Array.from({ length: 60_000 }, (_, n) => `${String(n)}\tAda\tMoss ${String(n)}\tblue`).join(
    '\n',
  );
  let school: FileSchool;

  beforeEach(async () => {
    school = await openSchool('pickatime');
  });
  afterEach(() => school.close());

  const going = (): AbortSignal => new AbortController().signal;
  const store = async (contents: Contents) => {
    const actor = await school.actor();
    return withFiles(contents, (files) =>
      asApp(() => storeUpload(school.test.deps, actor, 'pickatime', files)),
    );
  };
  const read = (id: { toHexString(): string }, signal = going()) =>
    asApp(() => readUpload(school.test.deps, id.toHexString(), signal));
  const stateOf = async (id: unknown) => (await RosterUpload.findById(id).orFail().lean()).state;
  const later = (seconds: number): void => school.test.setNow(new Date(Date.now() + seconds * 1000));

  it('is asked for by the request, which keeps the files unread, and leaves none of them', async () => {
    const id = await store(PICKATIME_FILES);
    assert.deepEqual(school.test.asked, [{ name: 'read-upload', key: id.toHexString() }]);
    const page = await school.office.get(`/global-setup/roster-files/uploads/${id.toHexString()}`);
    assert.match(page.text, /status-busy">Reading/);
    assert.match(page.text, /<noscript><meta http-equiv="refresh"/);
    assert.match(page.text, /data-progress-url="[^"]+\/progress"/);
    assert.equal(await UploadChunk.countDocuments({ part: 'file' }), 6);
    await read(id);
    assert.equal(await stateOf(id), 'ready');
    assert.equal(await UploadChunk.countDocuments({ part: 'file' }), 0);
    assert.deepEqual(await school.leftOnDisk(), []);
    const done = await school.office.get(`/global-setup/roster-files/uploads/${id.toHexString()}/progress`);
    assert.match(done.text, /^event: done\n/);
    assert.doesNotMatch(
      (await school.office.get(`/global-setup/roster-files/uploads/${id.toHexString()}`)).text,
      /data-progress-url/,
    );
  });

  it('is one at a time in all processes, and goes on with the next one', async () => {
    const [first, second] = [await store(PICKATIME_FILES), await store(PICKATIME_FILES)];
    const claimed = await asApp(() => claimReading(school.test.deps, first.toHexString()));
    assert.ok(claimed);
    await read(second);
    assert.equal(await stateOf(second), 'reading');
    await RosterUpload.updateOne({ _id: first }, { $unset: { lock: 1 } });
    school.test.asked.length = 0;
    await read(first);
    assert.deepEqual(school.test.asked, [{ name: 'read-upload', key: second.toHexString() }]);
    await Promise.all([read(second), read(second), read(second)]);
    assert.equal(await stateOf(second), 'ready');
    const { counts } = await RosterUpload.findById(second).orFail().lean();
    assert.equal(counts.students, 2);
    assert.equal(await UploadChunk.countDocuments({ upload: second, list: 'students', part: 'objects' }), 1);
  });

  it('is taken over from a worker that was killed, which then changes nothing more', async () => {
    const id = await store(PICKATIME_FILES);
    const killed = await asApp(() => claimReading(school.test.deps, id.toHexString()));
    await UploadChunk.create({ ...chunkOf(id), list: 'students', n: 0 });
    await asApp(() => resumeUploads(school.test.deps));
    assert.equal(await stateOf(id), 'reading');
    later(61);
    school.test.asked.length = 0;
    await asApp(() => resumeUploads(school.test.deps));
    assert.equal(school.test.asked.length, 1);
    await read(id);
    assert.equal(await stateOf(id), 'ready');
    const late = await RosterUpload.updateOne(killed?.mine ?? {}, { $set: { state: 'refused' } });
    assert.equal(late.matchedCount, 0);
  });

  it('that ends its worker again and again is shown as cut off, and lets the next one be read', async () => {
    const [bad, good] = [await store(PICKATIME_FILES), await store(PICKATIME_FILES)];
    for (let time = 1; time <= 3; time += 1) {
      assert.ok(await asApp(() => claimReading(school.test.deps, bad.toHexString())));
      later(time * 61);
    }
    await asApp(() => resumeUploads(school.test.deps));
    assert.equal(await stateOf(bad), 'cut off');
    assert.equal(await UploadChunk.countDocuments({ upload: bad }), 0);
    const page = await school.office.get(`/global-setup/roster-files/uploads/${bad.toHexString()}`);
    assert.match(page.text, /Cut off[\s\S]*Upload them again/);
    await read(good);
    assert.equal(await stateOf(good), 'ready');
  });

  it('stops with its worker and is begun again by another one, however often', async () => {
    const id = await store(PICKATIME_FILES);
    for (let time = 0; time < 5; time += 1) await read(id, AbortSignal.abort());
    assert.equal(await stateOf(id), 'reading');
    await read(id);
    assert.equal(await stateOf(id), 'ready');
  });

  it('that would take more memory than it may have ends with a sentence, and nothing else does', async () => {
    const many = Array.from({ length: 400_000 }, (_, n) => `${String(n)}\tAda\tMoss ${String(n)}\tblue`);
    const [large, small] = [await store({ 'students.txt': many.join('\n') }), await store(PICKATIME_FILES)];
    const reading = asApp(() =>
      readUpload(school.test.deps, large.toHexString(), going(), readInChild(SMALL_MB)),
    );
    assert.equal((await school.office.get('/global-setup/roster-files')).status, 200);
    await reading;
    assert.equal(await stateOf(large), 'too large');
    assert.equal(await UploadChunk.countDocuments({ upload: large }), 0);
    assert.deepEqual(await school.leftOnDisk(), []);
    const page = await school.office.get(`/global-setup/roster-files/uploads/${large.toHexString()}`);
    assert.match(page.text, /status-danger">Too large[^]*hold more than Slotbell can read at once/);
    assert.match((await school.office.get('/global-setup/roster-files')).text, /status-danger">Too large/);
    await read(small);
    assert.equal(await stateOf(small), 'ready');
  });

  it('that is told to end in the middle is no more, and is done again', async () => {
    const id = await store({ 'students.txt': rows });
    const ending = new AbortController();
    const reading = read(id, ending.signal);
    const progress = { _id: id, 'progress.bytes': { $gt: 0 } };
    await until(async () => (await RosterUpload.exists(progress)) !== null);
    ending.abort();
    await reading;
    assert.ok(!process.getActiveResourcesInfo().includes('ProcessWrap'));
    const { state, tries, lock } = await RosterUpload.findById(id).orFail().lean();
    assert.deepEqual([state, tries, lock], ['reading', 0, undefined]);
    assert.deepEqual(await school.leftOnDisk(), []);
    await read(id);
    assert.equal(await stateOf(id), 'ready');
    assert.equal((await RosterUpload.findById(id).orFail().lean()).counts.students, 60_000);
  });

  it('holds nobody else up, whatever stands in the files', async () => {
    const quotes = `StudentID\tFirst\tLast\n${'1\t"A\tB\n'.repeat(20_000)}2\t"C"\tD\n`;
    const million = `StudentID\tFirst\tLast\n1\t${'"'.repeat(1_000_000)}\tB\n`;
    const wide = `StudentID\tFirst\tLast\n1\t${'x'.repeat(20_000_000)}\tB\n`;
    const ties = Array.from({ length: 200_000 }, (_, n) => `${String(n % 60_000)}\tC${String(n % 50)}`).join(
      '\n',
    );
    const uploads: Contents[] = [
      { 'students.txt': rows, 'enrollment.txt': ties },
      { 'students.txt': quotes },
      { 'students.txt': million },
      { 'students.txt': wide },
      { 'students.zip': gzipSync(rows) },
    ];
    for (const contents of uploads) {
      const held = await leastHeldBy(async () => {
        const id = await store(contents);
        await read(id);
        assert.notEqual(await stateOf(id), 'reading');
      });
      assert.ok(held <= MOST_HELD, `${Object.keys(contents).join()} held the loop for ${String(held)} ms`);
    }
  });

  const chunkOf = (upload: unknown) => ({
    account: school.account._id,
    upload: upload as never,
    part: 'objects' as const,
    objects: [{ id: 'student:left-over' }],
    expiresAt: new Date(Date.now() + 1e6),
  });
});
