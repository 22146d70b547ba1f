import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { Account } from '../../server/models/account.js';
import { Class } from '../../server/models/class.js';
import { Contact } from '../../server/models/contact.js';
import { Course } from '../../server/models/course.js';
import { RosterChange } from '../../server/models/roster-change.js';
import { RosterRun } from '../../server/models/roster-run.js';
import { School } from '../../server/models/school.js';
import { Section } from '../../server/models/section.js';
import { Term } from '../../server/models/term.js';
import { switchSource } from '../../server/uploads/switch-source.js';
import { asApp } from '../support/scans.js';
import { HOME, openSchool, turnOn, type FileSchool } from '../support/roster-files/school.js';

const CLEVER = '/global-setup/clever';

describe('changing the roster source', () => {
  let school: FileSchool;
  let account: Types.ObjectId;

  beforeEach(async () => {
    school = await openSchool();
    account = school.account._id;
    await Account.updateOne({ _id: account }, { $set: { clever: cleverOn() } });
    await School.create({ account, name: 'Maple', sortKey: 'maple', clever: { id: 's1', name: 'Maple' } });
    await imported();
  });
  afterEach(() => school.close());

  function cleverOn() {
    return {
      districtId: '5b2ad81a709e300001e2cd7a',
      credentials: { kind: 'installation' },
      approval: 'approved',
      enabled: true,
      enabledAt: new Date(),
      kinds: { students: true, teachers: true, staff: false, contacts: false },
      schools: [],
    };
  }

  /** What an import from Clever left. */
  async function imported(prefix = 'c'): Promise<void> {
    const record = { id: `${prefix}1`, hash: 'h' };
    await Contact.create(
      {
        account,
        type: 'student',
        source: 'clever',
        status: 'active',
        email: 'ana@example.org',
        schoolId: '11',
        record,
      },
      { account, type: 'student', source: 'hand', status: 'active', schoolId: '12' },
    );
    await Term.create({ account, status: 'active', name: 'Fall', record });
    await Course.create({ account, status: 'active', record });
    const section = await Section.create({ account, status: 'active', school: new Types.ObjectId(), record });
    await Class.create({
      account,
      event: new Types.ObjectId(),
      section: section._id,
      status: 'active',
      synced: { name: 'Math', hash: '' },
      searchKey: 'math',
      sortKey: 'math',
    });
    await RosterRun.create({ account, state: 'done', createdAt: new Date(), changed: true, purpose: 'sync' });
    await RosterChange.create({
      account,
      run: new Types.ObjectId(),
      kind: 'student',
      action: 'added',
      target: new Types.ObjectId(),
      state: 'applied',
      expiresAt: new Date(Date.now() + 1e6),
    });
  }

  const sources = async () => {
    const found = await Account.findById(account).orFail().lean();
    return {
      clever: found.clever?.enabled,
      files: found.files?.on ?? false,
      recordsOf: found.recordsOf,
      switching: found.switching?.to,
    };
  };
  const begin = async (to: 'pickatime' | 'clever-csv' | 'clever', beforeStep?: (step: string) => void) => {
    const actor = await school.actor();
    return asApp(() => switchSource(school.test.deps, actor, to, beforeStep));
  };
  const recordIds = async () => {
    const found = await Promise.all(
      [Contact, Term, Course, Section].map((model) =>
        model.collection.find({}, { projection: { record: 1, status: 1 } }).toArray(),
      ),
    );
    return found.flat().map(({ record }) => (record as { id: string } | undefined)?.id ?? '');
  };

  it('from Clever to files asks first, in numbers, and Cancel leaves all as it is', async () => {
    const asked = await school.office.post(`${HOME}/format`, { format: 'pickatime' }, HOME);
    assert.equal(asked.status, 200);
    assert.match(asked.text, /Clever and roster files can’t both be on/);
    assert.match(asked.text, /record IDs of 1 person/);
    assert.match(asked.text, /1 section/);
    assert.match(asked.text, />Begin</);
    assert.match(asked.text, /href="\/global-setup\/roster-files">Cancel/);
    assert.deepEqual(await sources(), {
      clever: true,
      files: false,
      recordsOf: undefined,
      switching: undefined,
    });
  });

  it('on Begin turns the other off and clears its ids; people, numbers, e-mails and classes stay', async () => {
    const done = await school.office.post(`${HOME}/begin`, { format: 'pickatime' }, HOME);
    assert.equal(done.status, 303);
    assert.deepEqual(await sources(), {
      clever: false,
      files: true,
      recordsOf: 'pickatime',
      switching: undefined,
    });
    const person = await Contact.findOne({ account, source: 'clever' }).orFail().lean();
    assert.deepEqual(
      [person.record, person.email, person.schoolId, person.status],
      [undefined, 'ana@example.org', '11', 'active'],
    );
    const section = await Section.findOne({ account }).orFail().lean();
    assert.equal(section.status, 'archived');
    assert.match(section.record.id, /^former:[a-z0-9]+:c1$/);
    const kept = await Class.findOne({ account }).orFail().lean();
    assert.equal(kept.status, 'active');
    assert.ok(kept.section?.equals(section._id));
    assert.equal(await RosterChange.countDocuments(), 0);
    assert.equal(await RosterRun.countDocuments({ changed: true }), 0, 'nothing is left to undo');
    assert.match((await school.office.get(HOME)).text, /Roster files are on: pickAtime/);
  });

  it('there and back again keeps the ids of all sources apart', async () => {
    await begin('pickatime');
    await imported('c');
    await begin('clever');
    await imported('c');
    const again = await begin('clever-csv');
    assert.deepEqual(again, { ok: true });
    const ids = (await recordIds()).filter(Boolean);
    assert.equal(ids.length, 9);
    assert.equal(new Set(ids).size, 3, 'each change of source has its own');
  });

  it('is refused while a refresh is at work, and nothing changes', async () => {
    await RosterRun.create({ account, state: 'running', createdAt: new Date(), purpose: 'sync' });
    const answer = await school.office.post(`${HOME}/begin`, { format: 'pickatime' }, HOME);
    assert.equal(answer.status, 422);
    assert.match(answer.text, /An import or sync is running/);
    assert.equal((await sources()).clever, true);
    assert.ok((await recordIds()).includes('c1'));
  });

  const STEPS = ['mark', 'turn off', 'forget changes', 'people', 'terms', 'courses', 'sections', 'turn on'];

  it('takes its steps in this order', async () => {
    const steps: string[] = [];
    await begin('pickatime', (step) => steps.push(step));
    assert.deepEqual(steps, STEPS);
  });

  for (const [index, killed] of STEPS.entries())
    it(`killed before “${killed}” never has two sources on, and begun again ends as if nothing had been`, async () => {
      await assert.rejects(
        begin('pickatime', (step) => {
          if (step === killed) throw new Error('killed');
        }),
        /killed/,
      );
      const between = await sources();
      assert.equal(between.files, false);
      assert.equal(between.clever, index < 2, 'on only where it was not yet turned off');
      const page = await school.office.get(HOME);
      if (index > 0) assert.match(page.text, /to .* isn’t finished/);
      assert.deepEqual(await begin('pickatime'), { ok: true });
      assert.deepEqual(await sources(), {
        clever: false,
        files: true,
        recordsOf: 'pickatime',
        switching: undefined,
      });
      assert.ok(!(await recordIds()).includes('c1'));
      assert.equal(await Section.countDocuments({ status: 'active' }), 0);
      const moved = (await recordIds()).filter(Boolean);
      assert.equal(new Set(moved).size, 1, 'nothing is moved twice');
    });

  it('that another direction takes over ends with that one alone', async () => {
    await assert.rejects(
      begin('pickatime', (step) => {
        if (step === 'people') throw new Error('killed');
      }),
    );
    assert.deepEqual(await begin('clever'), { ok: true });
    assert.deepEqual(await sources(), {
      clever: true,
      files: false,
      recordsOf: 'clever',
      switching: undefined,
    });
  });

  it('two that begin opposite changes at once never end with both on', async () => {
    let other: Promise<unknown> = Promise.resolve();
    await begin('pickatime', (step) => {
      if (step === 'people') other = begin('clever');
    });
    await other;
    const { clever, files } = await sources();
    assert.ok(!(clever && files));
  });

  it('from files to Clever asks on the Clever page, and Begin enables it', async () => {
    await begin('pickatime');
    const asked = await school.office.post(`${CLEVER}/enable`, {}, CLEVER);
    assert.match(asked.text, /Clever and roster files can’t both be on/);
    assert.match(asked.text, /action="\/global-setup\/roster-files\/begin-clever"/);
    assert.equal((await sources()).clever, false);
    const done = await school.office.post(`${HOME}/begin-clever`, {}, HOME);
    assert.equal(done.headers.location, CLEVER);
    assert.deepEqual(await sources(), {
      clever: true,
      files: false,
      recordsOf: 'clever',
      switching: undefined,
    });
  });

  it('to a Clever that is not ready says why and leaves the files on', async () => {
    await begin('pickatime');
    await Account.updateOne({ _id: account }, { $set: { 'clever.approval': 'waiting' } });
    const answer = await school.office.post(`${HOME}/begin-clever`, {}, HOME);
    assert.equal(answer.status, 422);
    assert.match(answer.text, /The district hasn’t approved access yet/);
    assert.deepEqual(await sources(), {
      clever: false,
      files: true,
      recordsOf: 'pickatime',
      switching: undefined,
    });
  });

  it('asks also where Clever is off but its ids are there, and not where they are the files’ own', async () => {
    await Account.updateOne({ _id: account }, { $set: { 'clever.enabled': false } });
    const asked = await school.office.post(`${HOME}/format`, { format: 'pickatime' }, HOME);
    assert.match(asked.text, />Begin</);
    await turnOn(school.account, 'pickatime');
    await school.office.post(`${HOME}/disable`, {}, HOME);
    const again = await school.office.post(`${HOME}/format`, { format: 'pickatime' }, HOME);
    assert.equal(again.status, 303);
    const other = await school.office.post(`${HOME}/format`, { format: 'oneroster' }, HOME);
    assert.match(other.text, />Begin</, 'ids of another kind of files are other ids');
  });
});
