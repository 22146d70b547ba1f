import assert from 'node:assert/strict';
import { Appointment, LIVING_STATES } from '../../server/models/appointment.js';
import { Claim } from '../../server/models/claim.js';
import { Contact } from '../../server/models/contact.js';
import { Diary } from '../../server/models/diary.js';
import { Duplicate } from '../../server/models/duplicate.js';
import { Event } from '../../server/models/event.js';
import { RosterRun } from '../../server/models/roster-run.js';
import { RosterUpload } from '../../server/models/roster-upload.js';
import { SyncRun } from '../../server/models/sync-run.js';
import { User } from '../../server/models/user.js';
import { choicesOf, wordsOf } from '../../server/scratch/read-form.js';
import { idOf } from '../../server/demo/import-roster.js';
import type { Browser } from '../../server/scratch/browse.js';
import { findWasteful, watchQueries } from '../support/scans.js';
import { findSentences } from '../support/sentences.js';
import { openDatabaseOf040, openEverything, type OldSchool } from '../support/upgrades/database-of-040.js';

describe('a database of version 0.4.0', () => {
  let school: OldSchool;
  let office: Browser;
  let event: Event;
  let home: string;

  before(async () => {
    school = await openDatabaseOf040();
    watchQueries();
    office = await school.logIn('office@maple.example');
    event = await Event.findOne({ name: 'Fall conferences' }).orFail().lean();
    home = `/events/${event._id.toHexString()}`;
  });
  after(() => school.close());

  it('opens every page for its administrators and for a parent', async () => {
    const runs = [...(await SyncRun.find().lean()).map(({ _id }) => `/importer/runs/${_id.toHexString()}`)];
    const oak = await school.logIn('oak@oak.example');
    const [family] = await families();
    const parent = await school.logIn(family!.email);
    const opened = [
      ...(await openEverything(office, ['/events', `${home}/sync`, '/global-setup', ...runs])),
      ...(await openEverything(oak, ['/events', '/global-setup/roster-files', '/importer'])),
      ...(await openEverything(parent, ['/my', `/e/${event.link}`])),
    ];
    assert.deepEqual(
      opened
        .filter(([, { status }]) => status >= 400)
        .map(([address, { status }]) => `${address} ${String(status)}`),
      [],
    );
    assert.ok(opened.length > 60, String(opened.length));
  });

  it('has its numbers and its removals to decide in words', async () => {
    const held = await SyncRun.findOne({ trigger: 'sync now', purpose: 'sync' }).orFail().lean();
    const run = `/importer/runs/${held._id.toHexString()}`;
    const text = wordsOf((await office.get(run)).text);
    assert.match(text, /61 new students/);
    assert.match(text, /held/);
    assert.match(wordsOf((await office.get(`${run}/log`)).text), /Students: new 61/);
    const refresh = `/importer/refreshes/${String(held.refresh)}`;
    assert.match(wordsOf((await office.get(`${refresh}/withheld`)).text), /61/);
  });

  it('keeps every family’s appointments: what is booked is held by exactly its claims and diaries', async () => {
    const booked = await Appointment.find({ state: { $in: LIVING_STATES } }).lean();
    assert.ok(booked.length >= 19, String(booked.length));
    for (const { _id, household, from } of booked) {
      const claims = await Claim.find({ appointment: _id }).lean();
      assert.ok(
        claims.some(({ _id: id }) => id.startsWith('slot:')),
        'its seat',
      );
      assert.ok(
        claims.some(({ _id: id }) => id.startsWith('limit:')),
        'what a limit set later counts',
      );
      const diaries = await Diary.find({ 'busy.appointment': _id }).lean();
      assert.ok(
        diaries.some(({ _id: id }) => id.startsWith(household.toHexString())),
        'the family',
      );
      assert.equal(diaries.length, 2, 'and the teacher');
      const day = from.toISOString().slice(0, 10);
      assert.ok(
        diaries.every(({ _id: id }) => id.endsWith(`:${day}`)),
        'under the day that no setting moves',
      );
    }
  });

  it('counts what was booked before a limit was set', async () => {
    const family = (await families()).find(({ booked }) => booked.length === 3)!;
    await Event.updateOne({ _id: event._id }, { $set: { 'booking.perHousehold': 3 } });
    const parent = await school.logIn(family.email);
    const refused = await tryToBook(parent);
    assert.equal(refused?.state, undefined);
    await Event.updateOne({ _id: event._id }, { $set: { 'booking.perHousehold': 0 } });
    assert.equal((await tryToBook(parent))?.state, 'booked');
  });

  it('lets a family cancel, and frees everything that it held', async () => {
    const family = (await families()).at(-1)!;
    const parent = await school.logIn(family.email);
    const path = `/e/${event.link}/appointments/${family.booked[0]!.toHexString()}`;
    const said = await parent.submit(`${path}/cancel`, `${path}/cancel`);
    assert.equal(said.status, 200);
    assert.equal((await Appointment.findById(family.booked[0]).orFail().lean()).state, 'cancelled');
    assert.equal(await Claim.countDocuments({ appointment: family.booked[0] }), 0);
    assert.equal(await Diary.countDocuments({ 'busy.appointment': family.booked[0] }), 0);
  });

  it('merges two that it had found to be one', async () => {
    const pair = await Duplicate.findOne({ type: 'student', state: 'open' }).orFail().lean();
    const merging = `/global-setup/duplicates/${pair._id.toHexString()}/merging`;
    await office.submit(merging, merging, {});
    const after = await Duplicate.findById(pair._id).orFail().lean();
    assert.equal(after.state, 'merged');
    assert.equal(await Contact.countDocuments({ _id: { $in: [pair.contact, pair.candidate] } }), 1);
  });

  it('decides about what 0.4.0 held, syncs, and takes the sync back', async () => {
    const run = await RosterRun.findOne({ purpose: 'sync' }).sort({ _id: -1 }).orFail().lean();
    const held = `/importer/refreshes/${run._id.toHexString()}/withheld`;
    const accepted = await office.submit(held, held, { verdict: 'accept', reason: 'They left.' });
    await school.work();
    assert.match(wordsOf((await office.get(accepted.path)).text), /Done|finished/i);
    const leavers = await Contact.countDocuments({ type: 'student', status: 'transferred' });
    assert.ok(leavers >= 55, String(leavers));

    const sync = await office.submit(`${home}/sync`, `${home}/sync/runs`);
    await school.work();
    const done = await SyncRun.findById(idOf(sync.path)).orFail().lean();
    assert.equal(done.state, 'done');

    const last = await SyncRun.findOne({ event: event._id, changed: true })
      .sort({ createdAt: -1 })
      .orFail()
      .lean();
    const undo = `/importer/runs/${last._id.toHexString()}/undo`;
    await office.submit(undo, undo, { reason: 'Too early.', whole: 'yes', stop: 'yes' });
    await school.work();
    const taken = await SyncRun.findOne({ purpose: 'undo', of: last._id }).orFail().lean();
    assert.equal(taken.state, 'done');
  });

  it('reads what was uploaded, and applies it', async () => {
    const oak = await school.logIn('oak@oak.example');
    const upload = await RosterUpload.findOne({ state: 'ready' }).orFail().lean();
    const path = `/global-setup/roster-files/uploads/${upload._id.toHexString()}`;
    assert.match(wordsOf((await oak.get(path)).text), /StudentID|Student ID|student/i);
    const preview = await oak.submit(path, `${path}/preview`);
    await school.work();
    const applied = await oak.submit(`${preview.path}/apply`, `${preview.path}/apply`, { sure: 'on' });
    await school.work();
    assert.match(wordsOf((await oak.get(applied.path)).text), /Done|finished/i);
    assert.equal(await Contact.countDocuments({ account: upload.account, firstName: 'Bob' }), 1);
  });

  it('looks at few documents that it does not need, on every page and in every run', async () => {
    // An undo, a job of its own, walks once through an account for what the run added: an index would slow every import for it.
    const wasteful = (await findWasteful()).filter(
      (line) => !/^\w+ find \{[^}]*addedBy":"object"/.test(line),
    );
    assert.deepEqual(wasteful, []);
  });

  it('keeps codes and numbers, and no sentence of its own', async () => {
    assert.deepEqual(await findSentences(), []);
  });

  async function families() {
    const booked = await Appointment.aggregate<{ _id: User['_id']; booked: Appointment['_id'][] }>([
      { $match: { state: { $in: LIVING_STATES } } },
      { $group: { _id: '$bookedBy', booked: { $push: '$_id' } } },
      { $sort: { _id: 1 } },
    ]);
    return Promise.all(
      booked.map(async ({ _id, booked }) => ({
        email: (await User.findById(_id).orFail().lean()).email,
        booked,
      })),
    );
  }

  /** Takes the last free time of the first teacher who has one. Undefined: nothing is offered or it was refused. */
  async function tryToBook(parent: Browser): Promise<Appointment | undefined> {
    const link = `/e/${event.link}`;
    const overview = await parent.get(link);
    const teachers = [...overview.text.matchAll(/href="(\/e\/[^"]*\/times\/[^"]*)"/g)].map(([, href = '']) =>
      href.replaceAll('&amp;', '&'),
    );
    for (const teacher of teachers) {
      const times = await parent.get(teacher);
      const slot = choicesOf(times.text, 'slot').at(-1);
      if (!slot) continue;
      const check = await parent.trySubmit(teacher, `${link}/appointments`, { slot });
      if (check.status >= 400) continue;
      const path = `${link}/appointments/${idOf(check.path)}`;
      // Where the event asks nothing, the press on the time has booked.
      const done = check.text.includes(`"${path}/confirm"`)
        ? await parent.trySubmit(path, `${path}/confirm`)
        : check;
      if (done.status < 400) return Appointment.findById(idOf(path)).orFail().lean();
    }
    return undefined;
  }
});
