import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { Appointment } from '../../server/models/appointment.js';
import { AuditEntry } from '../../server/models/audit-entry.js';
import { Class } from '../../server/models/class.js';
import { Contact } from '../../server/models/contact.js';
import { Event } from '../../server/models/event.js';
import { Resource } from '../../server/models/resource.js';
import { RosterChange } from '../../server/models/roster-change.js';
import { RosterRun } from '../../server/models/roster-run.js';
import { Slot } from '../../server/models/slot.js';
import { SyncRun } from '../../server/models/sync-run.js';
import { makeAccount, makeUser, Visitor } from '../support/app.js';
import { makeAppointment } from '../support/appointment.js';
import { makeEvent, startDistrict, termsOf, type TestDistrict } from './district.js';

const HOSTILE = '<script>alert(1)</script>';

describe('pages of runs', () => {
  let district: TestDistrict;
  let office: Visitor;
  let home: string;

  beforeEach(async function () {
    this.timeout(60_000);
    district = await startDistrict({ students: 60 });
    await district.sync();
    office = await visitorAs('administrator');
    home = `/events/${district.event.toHexString()}/sync`;
  });
  afterEach(() => district.close());

  async function visitorAs(
    level: 'administrator' | 'event administrator' | 'appointment maker',
    event?: Types.ObjectId,
  ) {
    const user = await makeUser(district.account, level, event ? { event } : {});
    return new Visitor(district.test.app).logIn(user);
  }

  const pathOf = (run: Pick<SyncRun, '_id'>) => `/importer/runs/${run._id.toHexString()}`;
  const leave = (count: number) => {
    for (let index = 0; index < count; index += 1)
      district.sandbox.removeStudent(district.sandbox.idOf('student', index));
  };
  const rename = (index: number, first: string) => {
    district.sandbox.change(district.sandbox.idOf('student', index), { name: { first, last: 'Ray' } });
  };
  /** Somebody in a class of one teacher, who has an appointment with that teacher. */
  const book = async (index: number) => {
    const student = await Contact.findOne({ 'record.id': district.sandbox.idOf('student', index) })
      .orFail()
      .lean();
    const item = await Class.findOne({ 'synced.students': student._id }).orFail().lean();
    const resource = await Resource.findOne({ contact: item.synced.teachers[0] }).orFail().lean();
    const from = new Date('2026-11-24T20:00:00Z');
    const slot = await Slot.create({
      account: district.account,
      event: district.event,
      resource: resource._id,
      from,
      to: new Date(from.getTime() + 600_000),
      day: '2026-11-24',
    });
    return makeAppointment(slot.toObject(), { students: [student._id] });
  };
  const previewNow = async () => {
    const answer = await office.post(`${home}/previews`, {}, home);
    assert.equal(answer.status, 303);
    const run = await SyncRun.findOne({ purpose: 'preview' }).sort({ _id: -1 }).orFail().lean();
    await district.work(run._id);
    return SyncRun.findById(run._id).orFail().lean();
  };

  describe('a preview', () => {
    it('is started beside Sync now, says what would change and writes nothing', async () => {
      const appointment = await book(0);
      leave(1);
      rename(3, HOSTILE);
      const run = await previewNow();
      assert.equal(await Contact.countDocuments({ status: 'transferred' }), 0);
      const page = await office.get(pathOf(run));
      assert.match(page.text, /Previewed today at .*1 student changed, 1 student left.*Nothing was written/);
      assert.match(page.text, /1 appointment would need a look/);
      assert.match(page.text, /Appointments that would need a look/);
      assert.match(page.text, /no longer in a class of this teacher/);
      assert.equal((await Appointment.findById(appointment._id).lean())?.state, 'booked');
      const changes = await office.get(`${pathOf(run)}/changes?kind=student&action=changed`);
      assert.ok(changes.text.includes('→ &lt;script&gt;alert(1)&lt;/script&gt;'), 'before and after');
      assert.ok(!changes.text.includes(HOSTILE));
      assert.match(changes.text, /1–1<\/strong> of 1 changes/);
    });

    it('asks before it is applied where somebody leaves, and is applied exactly, once', async () => {
      leave(1);
      const run = await previewNow();
      const asked = await office.post(`${pathOf(run)}/apply`, {}, pathOf(run));
      assert.equal(asked.headers.location, `${pathOf(run)}/apply`);
      assert.equal(await SyncRun.countDocuments({ purpose: 'apply' }), 0);
      const confirm = await office.get(`${pathOf(run)}/apply`);
      assert.match(confirm.text, /1 student.* would leave/);
      const answers = await Promise.all(
        [1, 2].map(() => office.post(`${pathOf(run)}/apply`, { sure: 'yes' }, `${pathOf(run)}/apply`)),
      );
      assert.deepEqual(
        answers.map(({ status }) => status),
        [303, 303],
      );
      const applying = await SyncRun.find({ purpose: 'apply' }).lean();
      assert.equal(applying.length, 1, 'two clicks are one run');
      const [apply] = applying;
      assert.ok(apply);
      await district.work(apply._id);
      assert.equal(await Contact.countDocuments({ status: 'transferred', type: 'student' }), 1);
      const page = await office.get(pathOf(run));
      assert.match(page.text, /This preview was applied/);
      assert.ok(page.text.includes(pathOf(apply)));
      assert.doesNotMatch(page.text, /Discard the preview/);
      assert.match((await office.get(pathOf(apply))).text, /Applied a preview today at/);
    });

    it('that no longer fits says so and lists what changed since', async () => {
      rename(3, 'First');
      const run = await previewNow();
      rename(3, 'Second');
      await district.sync();
      const answer = await office.post(`${pathOf(run)}/apply`, { sure: 'yes' }, pathOf(run));
      const apply = await SyncRun.findOne({ purpose: 'apply' }).orFail().lean();
      assert.equal(answer.headers.location, pathOf(apply));
      await district.work(apply._id);
      const page = await office.get(pathOf(run));
      assert.match(page.text, /changed since the preview, so nothing was applied/);
      const stale = await office.get(`${pathOf(run)}/changes?state=stale`);
      assert.match(stale.text, /Changed since/);
      await office.post(`${pathOf(run)}/apply`, { sure: 'yes' }, pathOf(run));
      assert.equal(await SyncRun.countDocuments({ purpose: 'apply' }), 1, 'the rest is not applied either');
    });

    it('is discarded, or too old after 7 days', async () => {
      rename(3, 'First');
      const run = await previewNow();
      const gone = await office.post(`${pathOf(run)}/discard`, {}, pathOf(run));
      assert.equal(gone.headers.location, pathOf(run));
      assert.equal(await RosterChange.countDocuments({ state: 'planned' }), 0);
      assert.equal(await AuditEntry.countDocuments({ action: 'discard preview' }), 1);
      await office.post(`${pathOf(run)}/apply`, { sure: 'yes' }, pathOf(run));
      assert.equal(await SyncRun.countDocuments({ purpose: 'apply' }), 0);
      const second = await previewNow();
      await SyncRun.updateOne(
        { _id: second._id },
        { $set: { finishedAt: new Date(Date.now() - 8 * 86_400_000) } },
      );
      assert.match((await office.get(pathOf(second))).text, /kept for 7 days, and this one is older/);
      await office.post(`${pathOf(second)}/apply`, { sure: 'yes' }, pathOf(second));
      assert.equal(await SyncRun.countDocuments({ purpose: 'apply' }), 0);
    });

    it('of an import keeps what was chosen for whoever applies it', async () => {
      const fresh = await makeEvent(district.account, undefined, 'Spring conferences');
      const fields = {
        event: fresh.toHexString(),
        schools: district.schools.map(String),
        terms: termsOf(district.sandbox).map(({ id }) => id),
        nightly: 'yes',
      };
      const refused = await office.post('/importer/previews', { ...fields, terms: [] }, '/importer');
      assert.equal(refused.status, 422);
      const answer = await office.post('/importer/previews', fields, '/importer');
      const run = await SyncRun.findOne({ event: fresh }).orFail().lean();
      assert.equal(answer.headers.location, pathOf(run));
      await district.work(run._id);
      assert.equal((await Event.findById(fresh).orFail().lean()).sync, undefined);
      assert.equal(await Class.countDocuments({ event: fresh }), 0);
      const applied = await office.post(`${pathOf(run)}/apply`, {}, pathOf(run));
      const apply = await SyncRun.findOne({ event: fresh, purpose: 'apply' }).orFail().lean();
      assert.equal(applied.headers.location, pathOf(apply));
      await district.work(apply._id);
      assert.equal((await Event.findById(fresh).orFail().lean()).sync?.on, true);
      assert.ok((await Class.countDocuments({ event: fresh })) > 0);
    });
  });

  describe('held removals', () => {
    const hold = async () => {
      leave(40);
      const run = await district.sync();
      return `/importer/refreshes/${String(run.refresh)}`;
    };

    it('are told on every page that matters, and listed', async () => {
      const refresh = await hold();
      const run = await SyncRun.findOne().sort({ createdAt: -1 }).orFail().lean();
      for (const path of [
        '/importer',
        home,
        `/events/${district.event.toHexString()}`,
        pathOf(run),
        refresh,
      ]) {
        const page = await office.get(path);
        assert.match(page.text, /40 students.*held until somebody decides/, path);
        assert.ok(page.text.includes(`${refresh}/held`), path);
      }
      const list = await office.get(`${refresh}/held`);
      assert.match(list.text, /of \d+ held/);
      const one = await Contact.findOne({ 'record.id': district.sandbox.idOf('student', 2) })
        .orFail()
        .lean();
      const found = await office.get(
        `${refresh}/held?q=${encodeURIComponent(`${one.firstName} ${one.lastName}`)}`,
      );
      assert.ok(found.text.includes(one.record?.id ?? '?'));
      const csv = await office.get(`${refresh}/held.csv`);
      assert.equal(
        csv.text
          .trim()
          .split('\n')
          .filter((row) => row.includes(',Students,')).length,
        40,
      );
    });

    it('need a reason, which is kept with the verdict and told afterwards', async () => {
      await book(0);
      const refresh = await hold();
      assert.match((await office.get(`${refresh}/held`)).text, /1 appointment is with them/);
      const refused = await office.post(
        `${refresh}/held`,
        { verdict: 'accept', reason: ' ' },
        `${refresh}/held`,
      );
      assert.equal(refused.status, 422);
      assert.match(refused.text, /Enter a reason/);
      const odd = await office.post(
        `${refresh}/held`,
        { verdict: 'burn', reason: 'kept text' },
        `${refresh}/held`,
      );
      assert.equal(odd.status, 422);
      assert.ok(odd.text.includes('value="kept text"'));
      const answers = await Promise.all(
        (['accept', 'reject'] as const).map((verdict) =>
          office.post(`${refresh}/held`, { verdict, reason: HOSTILE }, `${refresh}/held`),
        ),
      );
      const runs = await RosterRun.find({ purpose: { $in: ['accept', 'reject'] } }).lean();
      assert.equal(runs.length, 1, 'one of two decides');
      const places = answers.map(({ headers }) => headers.location);
      assert.ok(places.includes(`/importer/refreshes/${String(runs[0]?._id)}`), places.join());
      assert.ok(places.includes(`${refresh}/held`), places.join());
      await district.work(runs[0]?._id ?? new Types.ObjectId());
      const told = await office.get(`${refresh}/held`);
      assert.match(told.text, /(accepted|rejected) it on/);
      assert.ok(told.text.includes('Reason: &lt;script&gt;'));
      assert.match(told.text, /decided already/);
      assert.doesNotMatch((await office.get('/importer')).text, /held until somebody decides/);
    });

    it('of the account are for its administrators alone', async () => {
      const refresh = await hold();
      const one = await visitorAs('event administrator', district.event);
      assert.equal((await one.get(refresh)).status, 403);
      assert.equal((await one.get(`${refresh}/held`)).status, 403);
      const answer = await one.post(`${refresh}/held`, { verdict: 'accept', reason: 'x' }, '/importer');
      assert.equal(answer.status, 403);
      assert.doesNotMatch((await one.get('/importer')).text, /students, .*held until somebody decides/);
      assert.equal(await RosterRun.countDocuments({ purpose: 'accept' }), 0);
    });
  });

  describe('undo', () => {
    it('says what it takes back, needs a reason, and stops the nights', async () => {
      await Event.updateOne({ _id: district.event }, { $set: { 'sync.on': true } });
      rename(3, 'Renamed');
      leave(1);
      const run = await district.sync();
      assert.ok((await office.get(pathOf(run))).text.includes(`${pathOf(run)}/undo`));
      const page = await office.get(`${pathOf(run)}/undo`);
      assert.match(page.text, /In the account’s roster/);
      assert.match(page.text, /Stop the nightly sync too/);
      const refused = await office.post(
        `${pathOf(run)}/undo`,
        { whole: 'yes', reason: '' },
        `${pathOf(run)}/undo`,
      );
      assert.equal(refused.status, 422);
      assert.match(refused.text, /name="whole" value="yes" checked/);
      assert.doesNotMatch(refused.text, /name="stop" value="yes" checked/);
      const fields = { whole: 'yes', stop: 'yes', reason: 'wrong district' };
      const answers = await Promise.all(
        [1, 2].map(() => office.post(`${pathOf(run)}/undo`, fields, `${pathOf(run)}/undo`)),
      );
      const undo = await SyncRun.findOne({ purpose: 'undo' }).orFail().lean();
      assert.equal(await SyncRun.countDocuments({ purpose: 'undo' }), 1);
      assert.ok(answers.some(({ headers }) => headers.location === pathOf(undo)));
      await district.work(undo._id);
      assert.equal(await Contact.countDocuments({ firstName: 'Renamed' }), 0);
      assert.equal(await Contact.countDocuments({ status: 'transferred' }), 0);
      assert.equal((await Event.findById(district.event).lean())?.sync?.on, false);
      const after = await office.get(pathOf(run));
      assert.ok(after.text.includes(pathOf(undo)), 'the run names what took it back');
      assert.match((await office.get(pathOf(undo))).text, /Taken back today at.*wrong district/s);
      assert.equal((await office.get(`${pathOf(run)}/undo`)).status, 303);
    });

    it('by whoever runs the event alone leaves the people', async () => {
      rename(3, 'Renamed');
      const item = district.sandbox.idOf('section', 0);
      district.sandbox.change(item, { name: 'Renamed there' });
      const run = await district.sync();
      const one = await visitorAs('event administrator', district.event);
      const page = await one.get(`${pathOf(run)}/undo`);
      assert.doesNotMatch(page.text, /In the account’s roster/);
      await one.post(`${pathOf(run)}/undo`, { whole: 'yes', reason: 'no' }, `${pathOf(run)}/undo`);
      const undo = await SyncRun.findOne({ purpose: 'undo' }).orFail().lean();
      await district.work(undo._id);
      assert.equal(await Contact.countDocuments({ firstName: 'Renamed' }), 1);
      assert.equal(await Class.countDocuments({ 'synced.name': 'Renamed there' }), 0);
    });
  });

  it('changes are searched, filtered and downloaded; what is new is listed apart', async () => {
    rename(3, '=HYPERLINK(1)');
    rename(4, 'Plain');
    const run = await district.sync();
    const found = await office.get(`${pathOf(run)}/changes?q=plain`);
    assert.match(found.text, /of 1 changes/);
    assert.match(found.text, /Unchanged: \d/);
    assert.match((await office.get(`${pathOf(run)}/changes?q=nobody-is-called-so`)).text, /No change fits/);
    const csv = await office.get(`${pathOf(run)}/changes.csv?kind=student`);
    assert.match(csv.headers['content-type'] ?? '', /text\/csv/);
    assert.ok(csv.text.includes("'=HYPERLINK(1)"));
    const first = await SyncRun.findOne().sort({ createdAt: 1 }).orFail().lean();
    assert.match(
      (await office.get(`${pathOf(first)}/changes?action=added&kind=student`)).text,
      /of 60 changes/,
    );
    const one = await visitorAs('event administrator', district.event);
    const theirs = await one.get(`${pathOf(run)}/changes?kind=student`);
    assert.equal(theirs.status, 200);
    assert.match(theirs.text, /first name<\/span> changed/, 'which fields, not the values');
  });

  it('appointments that a sync broke are named on its page and in its log', async () => {
    await book(0);
    leave(1);
    const run = await district.sync();
    const page = await office.get(pathOf(run));
    assert.match(page.text, /Appointments that need a look/);
    assert.ok(page.text.includes(`/events/${district.event.toHexString()}/problems`));
    const log = await office.get(`${pathOf(run)}/log?kind=appointment&action=changed`);
    assert.match(log.text, / with .*, Tuesday 24 November 2026, 2:00 PM/);
  });

  it('previews and undone runs are in the table of the Sync tab, and not in its chart', async () => {
    await district.sync();
    const run = await previewNow();
    const page = await office.get(home);
    assert.match(page.text, />Preview</);
    assert.match(page.text, /2 runs from/);
    assert.equal(page.text.split(pathOf(run)).length, 2, 'once');
  });

  const ways: [path: string, post?: boolean][] = [
    [''],
    ['/changes'],
    ['/changes.csv'],
    ['/log'],
    ['/held'],
    ['/undo'],
    ['/apply'],
    ['/held', true],
    ['/apply', true],
    ['/discard', true],
    ['/undo', true],
  ];

  it('another account’s run and a made-up one are not there; a lower level gets in nowhere', async () => {
    const run = await previewNow();
    const away = await makeAccount('Away');
    const stranger = await new Visitor(district.test.app).logIn(await makeUser(away._id, 'administrator'));
    const clerk = await visitorAs('appointment maker');
    const other = await makeEvent(district.account, undefined, 'Other');
    const elsewhere = await visitorAs('event administrator', other);
    const refresh = `/importer/refreshes/${String(run.refresh)}`;
    for (const [path, post] of ways) {
      const ask = (who: Visitor, at: string) =>
        post
          ? who.post(`${at}${path}`, { reason: 'x', verdict: 'accept', sure: 'yes' })
          : who.get(`${at}${path}`);
      assert.equal((await ask(stranger, pathOf(run))).status, 404, path);
      assert.equal((await ask(elsewhere, pathOf(run))).status, 404, path);
      assert.equal((await ask(clerk, pathOf(run))).status, 403, path);
      assert.equal((await ask(elsewhere, refresh)).status, 403, path);
      assert.equal((await ask(stranger, refresh)).status, 404, path);
      const none = pathOf({ _id: new Types.ObjectId() });
      assert.equal((await ask(office, none)).status, 404, path);
    }
    assert.equal(await SyncRun.countDocuments({ purpose: { $nin: ['sync', 'preview'] } }), 0);
  });

  it('a form without its token, and one with operators for values, change nothing', async () => {
    const run = await previewNow();
    for (const path of ['/apply', '/discard', '/held', '/undo'])
      assert.equal(
        (
          await office.agent
            .post(`${pathOf(run)}${path}`)
            .type('form')
            .send({ reason: 'x' })
        ).status,
        403,
      );
    const page = await office.get(`${pathOf(run)}/changes?kind[$gt]=&state[$ne]=x&q[$gt]=`);
    assert.equal(page.status, 200);
    const odd = await office.post(
      `${pathOf(run)}/held`,
      { 'verdict[$gt]': '', 'reason[$gt]': '' },
      pathOf(run),
    );
    assert.equal(odd.status, 422);
    assert.equal((await SyncRun.findById(run._id).orFail().lean()).state, 'done');
  });
});
