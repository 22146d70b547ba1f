import assert from 'node:assert/strict';
import { Class } from '../../server/models/class.js';
import { Contact } from '../../server/models/contact.js';
import { Event } from '../../server/models/event.js';
import { Resource } from '../../server/models/resource.js';
import { SyncRun } from '../../server/models/sync-run.js';
import { mergeContacts } from '../../server/duplicates/merge-contacts.js';
import { keepOfLost } from '../../server/families/keep-appointments.js';
import { noteDuplicates } from '../../server/roster/people/note-duplicates.js';
import { dropMirrorMark } from '../../server/sources/download/cursor.js';
import { asApp } from '../support/scans.js';
import { live } from '../support/roster/crash.js';
import { EventNights } from '../support/roster/event-nights.js';
import { sayResult } from '../support/say-run.js';

const STRAY = 'Not what the source says';

/** An event is only examined if something may have changed of which its classes and holders of slots are made. */
describe('a night by events of an event that stands as its last sync left it', () => {
  const nights = new EventNights();

  before(async () => {
    await nights.begin();
    await nights.night();
  });
  after(() => nights.district.close());

  /**
   * Gives one class a value that no sync would leave.
   * @returns whether a night corrects it, and so examined the event
   */
  async function nightLooks(): Promise<boolean> {
    const { event } = nights.district;
    const synced = { status: 'active', section: { $exists: true } } as const;
    const stray = await Class.findOne({ event, ...synced })
      .orFail()
      .lean();
    await Class.updateOne({ _id: stray._id }, { $set: { 'synced.name': STRAY, 'synced.hash': 'stray' } });
    const refresh = await nights.night();
    assert.equal(refresh.how, 'events', refresh.why?.code);
    const looked = (await Class.exists({ 'synced.name': STRAY })) === null;
    const { name, hash } = stray.synced;
    await Class.updateOne({ _id: stray._id }, { $set: { 'synced.name': name, 'synced.hash': hash } });
    return looked;
  }

  it('does not look at them when nothing changed, and counts them as unchanged', async () => {
    assert.equal(await nightLooks(), false);
    const run = await nights.district.start({ trigger: 'nightly', night: nights.next() });
    const active = await Class.countDocuments({ event: nights.district.event, status: 'active' });
    assert.equal(run.counts.class?.unchanged, active);
    const teachers = await Resource.countDocuments({ event: nights.district.event, status: 'active' });
    assert.ok(teachers > 0);
    assert.equal(run.counts.resource?.unchanged, teachers);
    assert.equal(sayResult(run), 'Nothing changed.');
  });

  it('does not look when a student has another name or address', async () => {
    const { sandbox } = nights.district;
    const name = { first: 'Renamed', last: 'Student', middle: '' };
    sandbox.change(sandbox.idOf('student', 0), { name, email: 'another@example.org' });
    assert.equal(await nightLooks(), false);
    const student = await Contact.findOne({ 'record.id': sandbox.idOf('student', 0) })
      .orFail()
      .lean();
    assert.equal(student.email, 'another@example.org');
  });

  it('looks when a teacher has another name, and their slots bear it', async () => {
    const { sandbox, event } = nights.district;
    const { contact } = await Resource.findOne({ event, status: 'active' }).orFail().lean();
    const { record } = await Contact.findById(contact).orFail().lean();
    sandbox.change(record?.id ?? '', { name: { first: 'Renamed', last: 'Teacher', middle: '' } });
    assert.equal(await nightLooks(), true);
    assert.equal((await Resource.findOne({ event, contact }).orFail().lean()).name, 'Renamed Teacher');
    assert.equal(await nightLooks(), false);
  });

  it('looks when a class was made by hand, deleted or taken back', async () => {
    const { account, event } = nights.district;
    const [synced] = await Class.find({ event, status: 'active' }).lean();
    const byHand = { ...synced?.synced, name: 'Chess club', hash: '' };
    const club = await Class.create({ account, event, status: 'active', synced: byHand });
    assert.equal(await nightLooks(), true);
    assert.equal(await nightLooks(), false);
    for (const status of ['deleted', 'active'] as const) {
      await Class.updateOne({ _id: club._id }, { $set: { status } });
      assert.equal(await nightLooks(), true, status);
      assert.equal(await nightLooks(), false, status);
    }
    await Class.deleteOne({ _id: club._id });
  });

  const changes: [what: string, change: () => unknown][] = [
    ['a section has another name', () => change('section', { name: 'Another name' })],
    ['a course has another name', () => change('course', { name: 'Another course' })],
    ['a term has other dates', () => change('term', { end_date: '2027-07-07' })],
    ['a student is new', () => nights.district.sandbox.restore(gone)],
    [
      'a person chose other terms',
      () => Event.updateOne({ _id: nights.district.event }, { $set: { 'sync.noTerm': false } }),
    ],
    ['two contacts were joined', () => asApp(() => dropMirrorMark(nights.district.account))],
    [
      'a class was deleted',
      () => Class.findOneAndUpdate({ event: nights.district.event }, { $set: { status: 'deleted' } }),
    ],
  ];
  let gone = '';

  function change(kind: 'section' | 'course' | 'term', fields: Record<string, string>): void {
    const { sandbox } = nights.district;
    sandbox.change(sandbox.idOf(kind, 0), fields);
  }

  it('looks when somebody left', async () => {
    gone = nights.district.sandbox.idOf('student', 3);
    nights.district.sandbox.removeStudent(gone);
    assert.equal(await nightLooks(), true);
  });

  for (const [what, happen] of changes)
    it(`looks when ${what}, and the night after does not`, async () => {
      await happen();
      assert.equal(await nightLooks(), true);
      assert.equal(await Class.countDocuments({ status: 'deleted' }), 0);
      assert.equal(await nightLooks(), false);
    });

  it('looks after a run of the event that ended otherwise', async () => {
    const { account, event } = nights.district;
    await SyncRun.create({ account, event, trigger: 'sync now', state: 'stopped', createdAt: new Date() });
    assert.equal(await nightLooks(), true);
  });

  it('begins between no two steps of joining contacts, which would then go unseen', async () => {
    const { account, deps, sandbox } = nights.district;
    const [keep, drop] = await Contact.find({ account, type: 'student', status: 'active' }).limit(2).lean();
    assert.ok(keep && drop);
    const reason = { code: 'name' as const };
    await noteDuplicates(account, [{ contact: keep._id, candidate: drop._id, reason }], new Date());
    let night: Promise<unknown> = Promise.resolve();
    let merged: unknown;
    const merge = async () => {
      merged = await mergeContacts(deps, { account, user: keep._id }, keep._id, drop._id, keepOfLost(deps));
    };
    await live(() => asApp(merge), {
      async beforeWrite(nth) {
        if (nth !== 1) return;
        const reads = sandbox.nextRequest(/events/);
        night = nights.night();
        await reads;
      },
    });
    await night;
    assert.deepEqual(merged, { ok: false, reason: 'sync is running' });
  });

  it('looks when everything was read', async () => {
    const stray = await Class.findOne({ event: nights.district.event, status: 'active' }).orFail().lean();
    await Class.updateOne({ _id: stray._id }, { $set: { 'synced.name': STRAY, 'synced.hash': 'stray' } });
    await nights.district.sync();
    assert.equal(await Class.exists({ 'synced.name': STRAY }), null);
  });
});
