import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { Class } from '../../server/models/class.js';
import { Contact } from '../../server/models/contact.js';
import { Event } from '../../server/models/event.js';
import { RosterRun } from '../../server/models/roster-run.js';
import { SyncRun } from '../../server/models/sync-run.js';
import type { CleverUser } from '../../server/clever/schema.js';
import type { Sandbox } from '../../server/sandbox/start-sandbox.js';
import { HOSTILE, Office, pathOf } from '../support/roster/office.js';

describe('pages of withheld removals and undo', () => {
  let office: Office;
  beforeEach(async () => {
    office = await Office.open();
  });
  afterEach(() => office.close());

  describe('withheld removals', () => {
    const withhold = async () => {
      office.leave(40);
      const run = await office.district.sync();
      return `/importer/refreshes/${String(run.refresh)}`;
    };

    it('are told on every page that matters, and listed', async () => {
      changeTie(office.district.sandbox);
      const refresh = await withhold();
      const run = await SyncRun.findOne().sort({ createdAt: -1 }).orFail().lean();
      for (const path of [
        '/importer',
        office.tab,
        `/events/${office.district.event.toHexString()}`,
        pathOf(run),
        refresh,
      ]) {
        const page = await office.visitor.get(path);
        assert.match(page.text, /40 students.*stay until you review them/, path);
        assert.ok(page.text.includes(`${refresh}/withheld`), path);
      }
      const changes = await office.visitor.get(`${refresh}/changes?kind=guardian&action=changed`);
      assert.match(changes.text, /children<\/span>[^<]*− \S/, 'which child a guardian has no more');
      const list = await office.visitor.get(`${refresh}/withheld`);
      assert.match(list.text, /of \d+ records/);
      assert.match(list.text, /aria-label="Kind"[^]*kind=student">Students <span class="count">40</);
      const students = await office.visitor.get(`${refresh}/withheld?kind=student`);
      assert.match(students.text, /<strong>40<\/strong> records/);
      assert.doesNotMatch(students.text, /data-label="Kind">Guardian/);
      const file = await office.visitor.get(`${refresh}/withheld.csv?kind=student`);
      assert.equal(file.text.trim().split('\n').length, 41);
      const one = await Contact.findOne({ 'record.id': office.district.sandbox.idOf('student', 2) })
        .orFail()
        .lean();
      const found = await office.visitor.get(
        `${refresh}/withheld?q=${encodeURIComponent(`${one.firstName} ${one.lastName}`)}`,
      );
      assert.ok(found.text.includes(one.record?.id ?? '?'));
      const csv = await office.visitor.get(`${refresh}/withheld.csv`);
      assert.equal(
        csv.text
          .trim()
          .split('\n')
          .filter((row) => row.includes(',Student,')).length,
        40,
      );
    });

    it('need a reason, which is kept with the verdict and told afterwards', async () => {
      await office.book(0);
      const refresh = await withhold();
      assert.match((await office.visitor.get(`${refresh}/withheld`)).text, /They have 1 appointment/);
      const kept = await office.visitor.get(`${refresh}/held`);
      assert.equal(kept.headers.location, `${refresh}/withheld`, 'an address that somebody kept');
      const refused = await office.visitor.post(
        `${refresh}/withheld`,
        { verdict: 'accept', reason: ' ' },
        `${refresh}/withheld`,
      );
      assert.equal(refused.status, 422);
      assert.match(refused.text, /Enter a reason/);
      const odd = await office.visitor.post(
        `${refresh}/withheld`,
        { verdict: 'burn', reason: 'kept text' },
        `${refresh}/withheld`,
      );
      assert.equal(odd.status, 422);
      assert.ok(odd.text.includes('value="kept text"'));
      const answers = await Promise.all(
        (['accept', 'reject'] as const).map((verdict) =>
          office.visitor.post(`${refresh}/withheld`, { verdict, reason: HOSTILE }, `${refresh}/withheld`),
        ),
      );
      const runs = await RosterRun.find({ purpose: { $in: ['accept', 'reject'] } }).lean();
      assert.equal(runs.length, 1, 'one of two decides');
      const places = answers.map(({ headers }) => headers.location);
      assert.ok(places.includes(`/importer/refreshes/${String(runs[0]?._id)}`), places.join());
      assert.ok(places.includes(`${refresh}/withheld`), places.join());
      await office.district.work(runs[0]?._id ?? new Types.ObjectId());
      const told = await office.visitor.get(`${refresh}/withheld`);
      assert.match(told.text, /(accepted|rejected) the removals on/);
      assert.ok(told.text.includes('Reason: &lt;script&gt;'));
      assert.match(told.text, /already decided/);
      assert.doesNotMatch((await office.visitor.get('/importer')).text, /until you review/);
    });

    it('of the account are for its administrators alone', async () => {
      const refresh = await withhold();
      const one = await office.visitorAs('event administrator', office.district.event);
      assert.equal((await one.get(refresh)).status, 403);
      assert.equal((await one.get(`${refresh}/withheld`)).status, 403);
      const answer = await one.post(`${refresh}/withheld`, { verdict: 'accept', reason: 'x' }, '/importer');
      assert.equal(answer.status, 403);
      assert.doesNotMatch((await one.get('/importer')).text, /students.*until you review/);
      assert.equal(await RosterRun.countDocuments({ purpose: 'accept' }), 0);
    });
  });

  describe('undo', () => {
    it('says what it takes back, needs a reason, and stops the nights', async () => {
      await Event.updateOne({ _id: office.district.event }, { $set: { 'sync.on': true } });
      office.rename(3, 'Renamed');
      office.leave(1);
      const run = await office.district.sync();
      assert.ok((await office.visitor.get(pathOf(run))).text.includes(`${pathOf(run)}/undo`));
      const page = await office.visitor.get(`${pathOf(run)}/undo`);
      assert.match(page.text, /In the account’s roster/);
      assert.match(page.text, /Stop the nightly sync too/);
      const refused = await office.visitor.post(
        `${pathOf(run)}/undo`,
        { whole: 'yes', reason: '' },
        `${pathOf(run)}/undo`,
      );
      assert.equal(refused.status, 422);
      assert.match(refused.text, /name="whole" value="yes" checked/);
      assert.doesNotMatch(refused.text, /name="stop" value="yes" checked/);
      const fields = { whole: 'yes', stop: 'yes', reason: 'wrong district' };
      const answers = [await office.visitor.post(`${pathOf(run)}/undo`, fields, `${pathOf(run)}/undo`)];
      answers.push(
        ...(await Promise.all(
          [1, 2].map(() => office.visitor.post(`${pathOf(run)}/undo`, fields, `${pathOf(run)}/undo`)),
        )),
      );
      const undo = await SyncRun.findOne({ purpose: 'undo' }).orFail().lean();
      assert.equal(await SyncRun.countDocuments({ purpose: 'undo' }), 1);
      assert.ok(answers.some(({ headers }) => headers.location === pathOf(undo)));
      await office.district.work(undo._id);
      assert.equal(await Contact.countDocuments({ firstName: 'Renamed' }), 0);
      assert.equal(await Contact.countDocuments({ status: 'transferred' }), 0);
      assert.equal((await Event.findById(office.district.event).lean())?.sync?.on, false);
      const after = await office.visitor.get(pathOf(run));
      assert.ok(after.text.includes(pathOf(undo)), 'the run names what took it back');
      assert.match((await office.visitor.get(pathOf(undo))).text, /Undone today at.*wrong district/s);
      assert.equal((await office.visitor.get(`${pathOf(run)}/undo`)).status, 303);
    });

    it('by whoever runs the event alone leaves the people', async () => {
      office.rename(3, 'Renamed');
      const item = office.district.sandbox.idOf('section', 0);
      office.district.sandbox.change(item, { name: 'Renamed there' });
      const run = await office.district.sync();
      const one = await office.visitorAs('event administrator', office.district.event);
      const page = await one.get(`${pathOf(run)}/undo`);
      assert.doesNotMatch(page.text, /In the account’s roster/);
      await one.post(`${pathOf(run)}/undo`, { whole: 'yes', reason: 'no' }, `${pathOf(run)}/undo`);
      const undo = await SyncRun.findOne({ purpose: 'undo' }).orFail().lean();
      await office.district.work(undo._id);
      assert.equal(await Contact.countDocuments({ firstName: 'Renamed' }), 1);
      assert.equal(await Class.countDocuments({ 'synced.name': 'Renamed there' }), 0);
    });
  });
});

/** A guardian has another child from now on; both children stay. */
function changeTie(sandbox: Sandbox): void {
  const staying = Array.from({ length: 20 }, (_, index) => sandbox.idOf('student', 40 + index));
  for (let index = 0; index < 240; index += 1) {
    const id = sandbox.idOf('contact', index);
    const user = sandbox.read(id) as unknown as CleverUser | null;
    const [tie, more] = user?.roles?.contact?.student_relationships ?? [];
    if (!tie || more || !staying.includes(tie.student ?? '')) continue;
    const student = staying.find((other) => other !== tie.student);
    sandbox.change(id, { roles: { contact: { student_relationships: [{ ...tie, student }] } } });
    return;
  }
  assert.fail('No guardian has one child alone.');
}
