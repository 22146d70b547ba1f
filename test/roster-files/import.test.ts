import assert from 'node:assert/strict';
import type { Types } from 'mongoose';
import { Account, type FileFormat } from '../../server/models/account.js';
import { Class } from '../../server/models/class.js';
import { Contact } from '../../server/models/contact.js';
import { Event } from '../../server/models/event.js';
import { Resource } from '../../server/models/resource.js';
import { RosterChange } from '../../server/models/roster-change.js';
import { RosterRun } from '../../server/models/roster-run.js';
import { RosterUpload } from '../../server/models/roster-upload.js';
import { School } from '../../server/models/school.js';
import { Section } from '../../server/models/section.js';
import { applyRefresh } from '../../server/review/run/apply-run.js';
import { runRoster } from '../../server/sync/runs/run-roster.js';
import { sayResult, summarizeRun } from '../support/say-run.js';
import { startSync } from '../../server/sync/runs/start-sync.js';
import { startFilePreview } from '../../server/uploads/start-preview.js';
import { makeEvent, runNow } from '../support/roster/district.js';
import { asApp } from '../support/scans.js';
import { CLEVER_FILES, PICKATIME_FILES, type Contents } from '../support/roster-files/files.js';
import { openSchool, upload, type FileSchool } from '../support/roster-files/school.js';

describe('roster files through the pipeline', () => {
  let school: FileSchool;
  afterEach(() => school.close());

  const deps = () => school.test.deps;
  const work = async (run: Types.ObjectId) => {
    await asApp(() => runRoster(deps(), run.toHexString(), new AbortController().signal));
    return RosterRun.findById(run).orFail().lean();
  };

  async function preview(contents: Contents): Promise<RosterRun> {
    const answer = await upload(school.office, contents);
    assert.equal(answer.status, 303, answer.text);
    const { _id } = await RosterUpload.findOne().sort({ createdAt: -1, _id: -1 }).orFail().lean();
    const started = await startFilePreview(deps(), await school.actor(), _id);
    assert.ok(started.ok);
    const run = await work(started.run);
    assert.equal(run.state, 'done', sayResult(run));
    return run;
  }

  async function take(contents: Contents): Promise<RosterRun> {
    const shown = await preview(contents);
    const applied = await applyRefresh(deps(), shown, school.administrator._id);
    assert.ok(applied.ok);
    const run = await work(applied.run);
    assert.equal(run.state, 'done', sayResult(run));
    assert.equal(sayResult(shown), summarizeRun('preview', run.counts));
    return run;
  }

  /** An event that takes everything, filled from the mirror. */
  async function fill(): Promise<Types.ObjectId> {
    const schools = await School.distinct('_id', { 'file.id': { $exists: true } });
    const terms = (await Section.distinct('term')).filter(Boolean);
    const sync = { schools, terms: terms.map((id) => ({ id, name: '', start: '', end: '' })), noTerm: true };
    const event = await makeEvent(school.account._id, sync);
    await sync_(event);
    return event;
  }
  async function sync_(event: Types.ObjectId): Promise<void> {
    const account = await Account.findById(school.account._id).orFail().lean();
    const found = await Event.findById(event).orFail().lean();
    const started = await startSync(deps(), { account, event: found, trigger: 'first import' });
    assert.ok(started.ok);
    await runNow(deps(), started.run);
  }
  const open = async (format: FileFormat) => {
    school = await openSchool(format);
  };

  it('of pickAtime bring people, security values, rooms and allowances, and change nothing before they are applied', async () => {
    await open('pickatime');
    const shown = await preview(PICKATIME_FILES);
    assert.equal(await Contact.countDocuments(), 0);
    assert.match(sayResult(shown), /2 new students, 1 new teacher, 1 new guardian/);
    assert.ok((await RosterChange.countDocuments({ run: shown._id, state: 'planned' })) >= 5);
    const applied = await applyRefresh(deps(), shown, school.administrator._id);
    assert.ok(applied.ok);
    await work(applied.run);
    const student = await Contact.findOne({ schoolId: '1001' }).orFail().lean();
    assert.deepEqual([student.firstName, student.source, student.securityValue], ['Ána', 'file', '4/5/2015']);
    assert.equal((await RosterUpload.findOne().orFail().lean()).state, 'used');
    const event = await fill();
    const item = await Class.findOne({ event }).orFail().lean();
    assert.deepEqual(
      [item.synced.name, item.synced.students.length, item.edits],
      ['Math 4', 2, { allowed: 2 }],
    );
    assert.equal((await Resource.findOne({ event }).orFail().lean()).room, '12');
  });

  it('of pickAtime remove only what they say, and add to what is known', async () => {
    await open('pickatime');
    await take(PICKATIME_FILES);
    await take({
      'students.txt':
        'StudentID\tFirst\tLast\tSecurityValue\tAction\n1003\tCy\tFox\t1/1/2016\t\n1002\t\t\t\tdelete\n',
      'enrollment.txt': 'StudentID\tClassID\n1003\tC1\n',
    });
    const here = await Contact.distinct('schoolId', { type: 'student', status: 'active' });
    assert.deepEqual(here.sort(), ['1001', '1003']);
    const section = await Section.findOne().orFail().lean();
    const sitting = await Contact.distinct('schoolId', {
      'record.id': { $in: section.studentIds },
      status: 'active',
    });
    assert.deepEqual(sitting.sort(), ['1001', '1003']);
    assert.equal(await Contact.countDocuments({ type: 'guardian', status: 'active' }), 1);
  });

  it('of Clever bring schools, terms and guardians; who is in none of them later is gone, and the same again changes nothing', async () => {
    await open('clever-csv');
    await take(CLEVER_FILES);
    assert.equal(await School.countDocuments({ account: school.account._id }), 2);
    const event = await fill();
    assert.equal(await Class.countDocuments({ event, status: 'active' }), 2);
    const again = await preview(CLEVER_FILES);
    assert.equal(sayResult(again), 'Nothing would change.');
    const { 'students.csv': students, 'enrollments.csv': enrolled, ...rest } = CLEVER_FILES;
    await take({
      ...rest,
      'students.csv': students
        .split('\n')
        .filter((line) => !line.includes(',11,'))
        .join('\n'),
      'enrollments.csv': enrolled
        .split('\n')
        .filter((line) => !line.includes(',11'))
        .join('\n'),
    });
    const gone = await Contact.find({ type: 'student', status: 'transferred' }).lean();
    assert.deepEqual(
      gone.map(({ firstName }) => firstName),
      ['Ana'],
    );
    await sync_(event);
    const left = await Class.distinct('synced.students', { event, status: 'active' });
    assert.equal(left.length, 1);
  });

  it('match people who were entered by hand by e-mail and name, without a duplicate', async () => {
    await open('clever-csv');
    const byHand = await Contact.create({
      account: school.account._id,
      type: 'teacher',
      source: 'hand',
      status: 'active',
      firstName: 'Pat',
      lastName: 'Lee',
      email: 'lee@example.org',
      searchKey: 'pat lee lee@example.org',
      sortKey: 'lee pat',
    });
    await take(CLEVER_FILES);
    const lees = await Contact.find({ type: 'teacher', lastName: 'Lee' }).lean();
    assert.equal(lees.length, 1);
    assert.deepEqual([String(lees[0]?._id), lees[0]?.source], [String(byHand._id), 'file']);
  });
});
