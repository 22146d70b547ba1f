import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { Account } from '../../server/models/account.js';
import { AuditEntry } from '../../server/models/audit-entry.js';
import { RosterRun } from '../../server/models/roster-run.js';
import { RosterUpload } from '../../server/models/roster-upload.js';
import { School } from '../../server/models/school.js';
import { UploadChunk } from '../../server/models/upload-chunk.js';
import { findSentences } from '../support/sentences.js';
import { makeEvent } from '../support/roster/district.js';
import { SyncRun } from '../../server/models/sync-run.js';
import { makeAccount, makeUser, Visitor } from '../support/app.js';
import { CLEVER_FILES, PICKATIME_FILES, zipOf } from '../support/roster-files/files.js';
import {
  HOME,
  openSchool,
  tokenOn,
  turnOn,
  upload,
  type FileSchool,
} from '../support/roster-files/school.js';

describe('Global Setup → Roster files', () => {
  let school: FileSchool;

  beforeEach(async () => {
    school = await openSchool();
  });
  afterEach(() => school.close());

  const uploads = () => RosterUpload.find().sort({ createdAt: 1 }).lean();
  const stagesIn = (page: string) =>
    [...page.matchAll(/class="stage-label"[^>]*>([^<]+)/g)].map(([, label]) => label);
  const filesOn = async () => (await Account.findById(school.account._id).lean())?.files;

  it('says what each kind of files wants, and turns one on', async () => {
    const page = await school.office.get(HOME);
    assert.match(page.text, /No roster source is on/);
    assert.match(page.text, /parent-student.txt/);
    assert.match(page.text, /academicSessions.csv/);
    assert.doesNotMatch(page.text, /type="file"/);
    const answer = await school.office.post(`${HOME}/format`, { format: 'pickatime' }, HOME);
    assert.equal(answer.status, 303);
    assert.equal((await filesOn())?.on, true);
    assert.match((await school.office.get(HOME)).text, /type="file"/);
    await school.office.post(`${HOME}/disable`, {}, HOME);
    assert.equal((await filesOn())?.on, false);
    const actions = (await AuditEntry.find().sort({ at: 1 }).lean()).map(({ action }) => action);
    assert.deepEqual(actions, ['turn roster files on', 'turn roster files off']);
  });

  it('asks for a kind where none is chosen', async () => {
    for (const fields of [{}, { format: 'excel' }] as Record<string, string>[]) {
      const answer = await school.office.post(`${HOME}/format`, fields, HOME);
      assert.equal(answer.status, 422);
      assert.match(answer.text, /href="#f-format"/);
    }
  });

  it('keeps what was uploaded, reports it, and deletes the files', async () => {
    await turnOn(school.account, 'pickatime');
    const answer = await upload(school.office, PICKATIME_FILES);
    assert.equal(answer.status, 303);
    const [kept] = await uploads();
    assert.equal(answer.headers.location, `${HOME}/uploads/${String(kept?._id)}`);
    assert.equal(kept?.state, 'ready');
    assert.deepEqual(kept.counts, { schools: 1, students: 2, teachers: 1, sections: 1, contacts: 1 });
    assert.deepEqual(await school.leftOnDisk(), []);
    const report = await school.office.get(answer.headers.location);
    assert.match(report.text, /Every row can be imported/);
    assert.match(report.text, /Preview the import/);
    assert.match(
      (await school.office.get(HOME)).text,
      /1 school, 1 section, 2 students, 1 teacher, 1 guardian/,
    );
  });

  it('shows what is wrong with which row, escaped, and as a file that no spreadsheet runs', async () => {
    await turnOn(school.account, 'pickatime');
    const answer = await upload(school.office, {
      'students.txt': '1\tA\tB\n',
      'teachers.txt': 'T1\tPat\tLee\n',
      'classes.txt': 'C1\tT1\tMath\t\t<img src=x onerror=1>\n',
      'enrollment.txt': '=1+1\tC1\n',
      '=HYPERLINK("x") <b>.csv': 'x',
    });
    assert.deepEqual(await findSentences(), []);
    const report = await school.office.get(String(answer.headers.location));
    assert.equal(report.status, 200);
    assert.match(
      report.text,
      /PTAN is “&lt;img src=x onerror=1&gt;”, which isn’t a number from 0 to 99\. The row was read without PTAN\./,
    );
    assert.doesNotMatch(report.text, /<img src=x/);
    assert.match(
      report.text,
      /StudentID is “=1\+1”, but there’s no student with this ID\. This enrollment was skipped\./,
    );
    assert.match(report.text, /&lt;b&gt;\.csv/);
    const csv = await school.office.get(`${String(answer.headers.location)}/problems.csv`);
    assert.match(String(csv.headers['content-type']), /text\/csv/);
    assert.ok(csv.text.startsWith('\ufeffFile,Line,Field,Problem,What to do'));
    assert.match(csv.text, /"?'=HYPERLINK/);
    assert.match(
      csv.text,
      /classes\.txt,1,PTAN,"?PTAN is “<img src=x onerror=1>”, which isn’t a number from 0 to 99\./,
    );
  });

  it('refuses what cannot be used, and keeps nothing of it', async () => {
    await turnOn(school.account, 'clever-csv');
    const { 'teachers.csv': _teachers, ...others } = CLEVER_FILES;
    const answer = await upload(school.office, others);
    const [kept] = await uploads();
    assert.equal(kept?.state, 'refused');
    assert.equal(await UploadChunk.countDocuments(), 0);
    const report = await school.office.get(String(answer.headers.location));
    assert.match(report.text, /teachers\.csv/);
    assert.doesNotMatch(report.text, /Preview the import/);
    const preview = await school.office.post(`${String(answer.headers.location)}/preview`, {}, HOME);
    assert.equal(preview.status, 303);
    assert.equal(await RosterRun.countDocuments(), 0);
  });

  it('names the field where no file was chosen, or too many', async () => {
    await turnOn(school.account, 'clever-csv');
    const none = await upload(school.office, {});
    assert.equal(none.status, 422);
    assert.match(none.text, /href="#f-files">Select the files/);
    const many = Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`${String(index)}.csv`, 'x']));
    const crowded = await upload(school.office, many);
    assert.equal(crowded.status, 422);
    assert.match(crowded.text, /more than 20 files/);
    assert.deepEqual(await school.leftOnDisk(), []);
    assert.equal(await RosterUpload.countDocuments(), 0);
  });

  it('takes no files while they are off', async () => {
    const answer = await upload(school.office, PICKATIME_FILES);
    assert.equal(answer.status, 422);
    assert.match(answer.text, /Turn roster files on first/);
    assert.deepEqual(await school.leftOnDisk(), []);
  });

  it('without the form’s token refuses, and deletes what had arrived', async () => {
    await turnOn(school.account, 'pickatime');
    for (const token of ['', 'wrong']) {
      const answer = await upload(school.office, PICKATIME_FILES, token);
      assert.equal(answer.status, 403);
      assert.match(answer.text, /out of date/);
    }
    assert.deepEqual(await school.leftInTheEnd(), []);
    assert.equal(await RosterUpload.countDocuments(), 0);
  });

  it('refuses more than it takes before reading it', async () => {
    await turnOn(school.account, 'pickatime');
    const token = await tokenOn(school.office);
    const answer = await school.office.agent
      .post(`${HOME}/uploads`)
      .set('Content-Type', 'multipart/form-data; boundary=x')
      .set('Content-Length', '300000000')
      .set('x-csrf-token', token)
      .send('--x--')
      .timeout(60_000)
      .catch((error: unknown) => (error as { response?: { status: number } }).response);
    assert.equal(answer?.status, 413);
    assert.deepEqual(await school.leftOnDisk(), []);
  });

  it('is for administrators; files of anybody else are not even received', async () => {
    await turnOn(school.account, 'pickatime');
    const user = await makeUser(school.account._id, 'event administrator');
    const other = await new Visitor(school.test.app).logIn(user);
    assert.equal((await other.get(HOME)).status, 403);
    const token = await tokenOn(other, '/events');
    assert.equal((await upload(other, PICKATIME_FILES, token)).status, 403);
    assert.equal((await upload(new Visitor(school.test.app), PICKATIME_FILES, '')).status, 403);
    assert.equal(existsSync(path.join(school.test.deps.config.dataDir, 'tmp')), false);
    assert.equal(await RosterUpload.countDocuments(), 0);
  });

  it('shows another account’s upload to nobody', async () => {
    await turnOn(school.account, 'pickatime');
    const answer = await upload(school.office, PICKATIME_FILES);
    const address = String(answer.headers.location);
    const elsewhere = await makeAccount('Oak School');
    await turnOn(elsewhere, 'pickatime');
    const stranger = await new Visitor(school.test.app).logIn(await makeUser(elsewhere._id, 'administrator'));
    for (const page of [address, `${address}/problems.csv`, `${HOME}/uploads/nonsense`])
      assert.equal((await stranger.get(page)).status, 404);
    assert.equal((await stranger.post(`${address}/preview`, {}, HOME)).status, 404);
    assert.equal(await RosterRun.countDocuments(), 0);
  });

  it('matches the schools of the files by number or name, makes the others, and asks for a preview once', async () => {
    await turnOn(school.account, 'clever-csv');
    const account = school.account._id;
    const maple = await School.create({ account, name: 'Ahorn', number: '10', sortKey: 'ahorn' });
    const answer = await upload(school.office, { 'roster.zip': await zipOf(CLEVER_FILES) });
    const address = String(answer.headers.location);
    const press = () => school.office.post(`${address}/preview`, {}, HOME);
    const started = await Promise.all([press(), press(), press()]);
    await RosterRun.updateOne({}, { $set: { state: 'running' } });
    started.push(await press());
    assert.equal(new Set(started.map(({ headers }) => headers.location)).size, 1);
    assert.match((await school.office.get(address)).text, /The preview is on its way/);
    const schools = await School.find({ account }).sort({ sortKey: 1 }).lean();
    assert.deepEqual(
      schools.map(({ name, file }) => [name, file?.id]),
      [
        ['Ahorn', 'school:S1'],
        ['Oak, Middle', 'school:S2'],
      ],
    );
    assert.ok(schools[0]?._id.equals(maple._id));
    const runs = await RosterRun.collection.find().toArray();
    assert.deepEqual(
      runs.map(({ purpose, state, upload: of }) => [purpose, state, String(of)]),
      [['preview', 'running', address.split('/').at(-1)]],
    );
    const asked = school.test.asked.map(({ name }) => name);
    assert.deepEqual([...new Set(asked)], ['read-upload', 'run-refresh']);
  });

  it('shows how far the files are read, and of an event’s sync, which reads none, its own stages alone', async () => {
    await turnOn(school.account, 'pickatime');
    const answer = await upload(school.office, PICKATIME_FILES);
    const started = await school.office.post(`${String(answer.headers.location)}/preview`, {}, HOME);
    const page = await school.office.get(String(started.headers.location));
    assert.deepEqual(stagesIn(page.text).slice(0, 2), ['Read the files', 'Terms']);
    const event = await makeEvent(school.account._id, { schools: [], terms: [], noTerm: true });
    const run = await SyncRun.create({
      account: school.account._id,
      event,
      trigger: 'sync now',
      state: 'queued',
      createdAt: new Date(),
    });
    const sync = await school.office.get(`/importer/runs/${run._id.toHexString()}`);
    assert.deepEqual(stagesIn(sync.text), ['Event classes', 'Teachers with slots', 'Appointments']);
  });

  it('takes pickAtime’s files into the account’s only school', async () => {
    await turnOn(school.account, 'pickatime');
    await School.create({ account: school.account._id, name: 'Our school', sortKey: 'our school' });
    const answer = await upload(school.office, PICKATIME_FILES);
    await school.office.post(`${String(answer.headers.location)}/preview`, {}, HOME);
    const schools = await School.find({ account: school.account._id }).lean();
    assert.deepEqual(
      schools.map(({ name, file }) => [name, file?.id]),
      [['Our school', 'school:own']],
    );
  });

  it('reads files that only this account of the host can read', async () => {
    await turnOn(school.account, 'pickatime');
    const modes: number[] = [];
    const { dataDir } = school.test.deps.config;
    school.test.setNow(new Date());
    const now = school.test.deps.now;
    // The clock is asked while the files lie there.
    const seen: Promise<void>[] = [];
    school.test.deps.now = () => {
      seen.push(
        school.leftOnDisk().then(async ([folder]) => {
          if (!folder) return;
          const at = path.join(dataDir, 'tmp', folder);
          modes.push((await stat(at)).mode & 0o777, (await stat(path.join(at, '1'))).mode & 0o777);
        }),
      );
      return now();
    };
    await upload(school.office, PICKATIME_FILES);
    await Promise.allSettled(seen);
    assert.deepEqual([...new Set(modes)], [0o700, 0o600]);
  });
});
