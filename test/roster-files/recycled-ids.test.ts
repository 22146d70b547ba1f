import assert from 'node:assert/strict';
import type { Types } from 'mongoose';
import { Contact } from '../../server/models/contact.js';
import { Duplicate } from '../../server/models/duplicate.js';
import { RosterRun } from '../../server/models/roster-run.js';
import { RosterUpload } from '../../server/models/roster-upload.js';
import { User } from '../../server/models/user.js';
import { findLinkedChildren } from '../../server/parents/find-linked-children.js';
import { applyRefresh } from '../../server/review/run/apply-run.js';
import { runRoster } from '../../server/sync/runs/run-roster.js';
import { startFilePreview } from '../../server/uploads/start-preview.js';
import { asApp } from '../support/scans.js';
import type { Contents } from '../support/roster-files/files.js';
import { openSchool, upload, type FileSchool } from '../support/roster-files/school.js';
import { sayResult } from '../support/say-run.js';

const HOME = '/global-setup/duplicates';

describe('a student id of roster files that is given to another child', function () {
  let school: FileSchool;
  beforeEach(async () => {
    school = await openSchool('pickatime');
  });
  afterEach(() => school.close());

  const work = async (run: Types.ObjectId) => {
    await asApp(() => runRoster(school.test.deps, run.toHexString(), new AbortController().signal));
    const done = await RosterRun.findById(run).orFail().lean();
    assert.equal(done.state, 'done', sayResult(done));
    return done;
  };
  async function take(contents: Contents): Promise<RosterRun> {
    const answer = await upload(school.office, contents);
    assert.equal(answer.status, 303, answer.text);
    const { _id } = await RosterUpload.findOne().sort({ createdAt: -1, _id: -1 }).orFail().lean();
    const started = await startFilePreview(school.test.deps, await school.actor(), _id);
    assert.ok(started.ok);
    const applied = await applyRefresh(school.test.deps, await work(started.run), school.administrator._id);
    assert.ok(applied.ok);
    return work(applied.run);
  }
  const STUDENTS = 'StudentID\tFirst\tLast\tSecurityValue\n';
  const PARENTS = 'ParentID\tFirst\tLast\tEmail\n';
  const TIES = 'ParentID\tStudentID\n';
  const LAST_YEAR = {
    'students.txt': `${STUDENTS}101\tBetsy\tSand\tblue\n`,
    'parents.txt': `${PARENTS}1\tMaya\tSand\tmaya@example.org\n`,
    'parent-student.txt': `${TIES}1\t101\n`,
  };
  const THIS_YEAR = {
    'students.txt': `${STUDENTS}101\tWilliam\tJohns\tgold\n`,
    'parents.txt': `${PARENTS}1\tMaya\tSand\tmaya@example.org\n2\tAda\tJohns\tada@example.org\n`,
    // The school's list of parents still names the old one.
    'parent-student.txt': `${TIES}1\t101\n2\t101\n`,
  };
  /** Whom somebody with this proven address may take over. */
  const offered = async (email: string) => {
    const user = await User.findOne({ email: school.administrator.email }).orFail().lean();
    const actor = { ...(await school.actor()), user: user._id, email, emailProven: true };
    const family = { account: school.account, household: { children: [] }, actor };
    const found = await asApp(() => findLinkedChildren(family as never));
    return found.map(({ firstName }) => firstName);
  };
  const decide = async (path: string, fields: Record<string, string>) => {
    const answer = await school.office.post(`${HOME}${path}`, fields, HOME);
    assert.equal(answer.status, 303, answer.text);
  };
  const betsy = () => Contact.findOne({ type: 'student', firstName: 'Betsy' }).lean();
  const william = () => Contact.findOne({ type: 'student', firstName: 'William' }).lean();

  it('is a doubt: the child and her family stay as they are, and nobody is offered the new one', async () => {
    await take(LAST_YEAR);
    assert.deepEqual(await offered('maya@example.org'), ['Betsy']);
    const run = await take(THIS_YEAR);
    assert.match((await school.office.get(HOME)).text, /Same ID, but different name and security value/);
    assert.deepEqual([(await betsy())?.securityValue, await william()], ['blue', null]);
    assert.deepEqual([await offered('maya@example.org'), await offered('ada@example.org')], [['Betsy'], []]);
    assert.equal(run.counts.duplicate?.added, 1);
    // The same files again ask nothing new.
    await take(THIS_YEAR);
    assert.equal(await Duplicate.countDocuments(), 1);
    assert.deepEqual([(await betsy())?.status, await william()], ['active', null]);
  });

  it('as somebody else: his mother gets him, hers never does, whatever the next files list', async () => {
    await take(LAST_YEAR);
    await take(THIS_YEAR);
    const { _id } = await Duplicate.findOne().orFail().lean();
    await decide(`/${String(_id)}/identity`, { as: 'different' });
    for (let again = 0; again < 2; again += 1) {
      assert.deepEqual([(await betsy())?.status, (await william())?.status], ['transferred', 'active']);
      assert.deepEqual(
        [(await william())?.securityValue, (await william())?.record?.id],
        ['gold', 'student:101'],
      );
      assert.deepEqual(
        [await offered('maya@example.org'), await offered('ada@example.org')],
        [[], ['William']],
      );
      assert.equal(await Duplicate.countDocuments({ state: 'open' }), 0);
      await take(THIS_YEAR);
    }
    assert.equal(await Contact.countDocuments({ type: 'student' }), 2);
  });

  it('as the same person: the change is taken, for her family too', async () => {
    await take(LAST_YEAR);
    await take(THIS_YEAR);
    const { _id, candidate } = await Duplicate.findOne().orFail().lean();
    await decide(`/${String(_id)}/identity`, { as: 'same', sure: 'yes' });
    assert.deepEqual(String((await william())?._id), String(candidate));
    assert.deepEqual(
      [await offered('maya@example.org'), await offered('ada@example.org')],
      [['William'], ['William']],
    );
    await take(THIS_YEAR);
    assert.equal(await Duplicate.countDocuments({ state: 'open' }), 0);
    assert.equal((await Contact.findById(candidate).orFail().lean()).firstName, 'William');
  });

  it('many at once are decided at once', async () => {
    const rows = (name: string, value: string) =>
      STUDENTS +
      Array.from(
        { length: 5 },
        (_, n) => `${String(n)}9\t${name}${String(n)}\t${name}${String(n)}son\t${value}${String(n)}\n`,
      ).join('');
    await take({ 'students.txt': rows('Quentin', 'blue') });
    await take({ 'students.txt': rows('Abby', 'gold') });
    const pairs = (await Duplicate.find({ state: 'open' }).lean()).map(({ _id }) => String(_id));
    assert.equal(pairs.length, 5);
    const answer = await school.office.post(`${HOME}/separation`, { pairs }, HOME);
    assert.equal(answer.status, 303);
    assert.match((await school.office.get(HOME)).text, /5 people now have separate contacts/);
    assert.deepEqual(
      [
        await Contact.countDocuments({ status: 'active' }),
        await Contact.countDocuments({ status: 'transferred' }),
      ],
      [5, 5],
    );
  });

  it('a nickname, a slip, a new last name and a first security value pass', async () => {
    await take({ 'students.txt': `${STUDENTS}101\tElizabeth\tSand\tblue\n102\tOmar\tLee\t\n` });
    await take({ 'students.txt': `${STUDENTS}101\tBetsy\tSand-Cruz\tBLUE\n102\tOmar\tLe\tgold\n` });
    assert.equal(await Duplicate.countDocuments(), 0);
    assert.deepEqual((await Contact.distinct('firstName')).sort(), ['Betsy', 'Omar']);
  });

  it('of a teacher whose name and address both changed is a doubt too, of one who married not', async () => {
    const teachers = (rows: string) => ({ 'teachers.txt': `TeacherID\tFirst\tLast\tEmail\tRoom\n${rows}` });
    await take(teachers('7\tMary\tLee\tmary.lee@example.org\t1\n8\tPat\tOh\tpat.oh@example.org\t2\n'));
    await take(teachers('7\tMary\tCruz\tmary.cruz@example.org\t1\n8\tJo\tWard\tjo.ward@example.org\t2\n'));
    assert.deepEqual((await Contact.distinct('lastName')).sort(), ['Cruz', 'Oh']);
    assert.equal(await Duplicate.countDocuments({ state: 'open', type: 'teacher' }), 1);
  });
});
