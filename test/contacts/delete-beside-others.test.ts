import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { endAppointment } from '../../server/booking/end-appointment.js';
import { deleteContacts } from '../../server/contacts/deletion/delete-contacts.js';
import { startDeletion, type DeletionStarted } from '../../server/contacts/deletion/start-deletion.js';
import { mergeContacts, type Merged } from '../../server/duplicates/merge-contacts.js';
import { deleteEvents } from '../../server/events/deletion/delete-events.js';
import { startDeletion as startEventDeletion } from '../../server/events/deletion/start-deletion.js';
import { keepOfLost } from '../../server/families/keep-appointments.js';
import { Appointment, LIVING_STATES } from '../../server/models/appointment.js';
import { Class } from '../../server/models/class.js';
import { Contact } from '../../server/models/contact.js';
import { ContactDeletion } from '../../server/models/contact-deletion.js';
import { Duplicate } from '../../server/models/duplicate.js';
import { Event } from '../../server/models/event.js';
import { Resource } from '../../server/models/resource.js';
import { RosterRun } from '../../server/models/roster-run.js';
import { Section } from '../../server/models/section.js';
import { SyncRun } from '../../server/models/sync-run.js';
import { noteDuplicates } from '../../server/roster/people/note-duplicates.js';
import { undoRun } from '../../server/review/run/undo-run.js';
import type { Actor } from '../../server/web/actor.js';
import { bookable, bookIn } from '../support/roster/appointments.js';
import { live } from '../support/roster/crash.js';
import { runNow, startSyncedDistrict, type TestDistrict } from '../support/roster/district.js';
import { asApp } from '../support/scans.js';
import { restoreSnapshot, takeSnapshot, type Snapshot } from '../support/snapshot.js';

const by = new Types.ObjectId();
const going = new AbortController().signal;

/** Work that is asked for and done, by its name. @returns what became of it */
type Work = () => Promise<string>;

describe('deletions, undo, merges and syncs, one in the middle of another', () => {
  let district: TestDistrict;
  let base: Snapshot;
  let last: SyncRun;
  let keep: Types.ObjectId;
  let drop: Types.ObjectId;

  before(async () => {
    district = await startSyncedDistrict({ students: 40 });
    const [item] = await bookable(district.event);
    await bookIn(item ?? assert.fail(), item?.synced.students[0] ?? assert.fail());
    district.sandbox.advanceNight();
    last = await district.sync();
    assert.equal(last.state, 'done');
    const [one, two] = await Contact.find({ type: 'student', status: 'active' }).sort({ _id: 1 }).lean();
    [keep, drop] = [one?._id ?? assert.fail(), two?._id ?? assert.fail()];
    await noteDuplicates(
      district.account,
      [{ contact: drop, candidate: keep, reason: { code: 'name' } }],
      new Date(),
    );
    base = await takeSnapshot();
  });
  after(() => district.close());

  const deleteAll: Work = async () => {
    const asked = {
      account: district.account,
      by,
      level: 'event administrator' as const,
      appointments: true,
      planned: {},
    };
    const started: DeletionStarted = await asApp(() => startDeletion(district.deps, asked));
    if (!started.ok) return started.reason;
    await asApp(() =>
      deleteContacts(district.deps, started.id.toHexString(), going, endAppointment(district.deps)),
    );
    return (await ContactDeletion.findById(started.id).orFail().lean()).state;
  };
  const undo: Work = async () => {
    const undone = await undoRun(district.deps, last, { by, reason: '', whole: true, stopNightly: false });
    if (!undone.ok) return undone.reason;
    await runNow(district.deps, undone.run);
    const run = await SyncRun.findById(undone.run).lean();
    return run ? `${run.state} ${run.result?.code ?? ''}` : 'gone';
  };
  const sync: Work = async () => {
    const run = await district.ask({ trigger: 'sync now' });
    await runNow(district.deps, run);
    return (await SyncRun.findById(run).lean())?.state ?? 'gone';
  };
  const merge: Work = async () => {
    const merged: Merged = await asApp(() =>
      mergeContacts(
        district.deps,
        { account: district.account, user: by },
        keep,
        drop,
        keepOfLost(district.deps),
      ),
    );
    return merged.ok ? 'done' : merged.reason;
  };
  const deleteEvent: Work = async () => {
    const event = await Event.findById(district.event).lean();
    if (!event) return 'gone';
    const actor = { user: by, account: district.account } as Actor;
    const started = await asApp(() => startEventDeletion(district.deps, actor, event));
    if (!started.ok) return started.reason;
    await asApp(() => deleteEvents(district.deps, going));
    return 'done';
  };
  const WORK = { deleteAll, undo, sync, merge, deleteEvent };

  for (const [first, second] of [
    ['deleteAll', 'undo'],
    ['undo', 'deleteAll'],
    ['deleteAll', 'merge'],
    ['merge', 'deleteAll'],
    ['merge', 'undo'],
    ['undo', 'merge'],
    ['deleteEvent', 'sync'],
    ['sync', 'deleteEvent'],
    ['deleteEvent', 'undo'],
    ['undo', 'deleteEvent'],
    ['deleteEvent', 'deleteAll'],
    ['deleteAll', 'deleteEvent'],
  ] as const)
    it(`${second} in the middle of ${first}: one keeps the other out or waits for it, and nothing is left in between`, async () => {
      await restoreSnapshot(base);
      const { writes } = await live(WORK[first]);
      const points = new Set([
        1,
        2,
        3,
        Math.floor(writes.length / 3),
        Math.floor(writes.length / 2),
        writes.length - 1,
      ]);
      let done = 0;
      for (const nth of points) {
        await restoreSnapshot(base);
        const when = `before write ${String(nth)}: ${String(writes[nth - 1])}`;
        const other: { ends?: Promise<string> } = {};
        let ended = '';
        await live(async () => (ended = await WORK[first]()), {
          beforeWrite: async (n) => {
            if (n !== nth) return;
            other.ends = WORK[second]();
            // It may wait for the first one; it is given time to come as far as it can.
            await Promise.race([other.ends, new Promise((resolve) => setTimeout(resolve, 150))]);
          },
        });
        const said = `${when}: ${first} ${ended}, ${second} ${String(await other.ends)}`;
        await finish();
        assert.deepEqual(await findFaults(), [], said);
        const ends = [ended, String(await other.ends)];
        if (ends.some((end) => end.startsWith('done'))) done += 1;
        // On a slow machine both may have announced themselves before either looks: then each refuses, and neither has done anything.
        else assert.deepEqual(ends.sort(), ['being deleted', 'merge is running'], said);
      }
      assert.ok(done > 0);
    });

  /** What jobs would do in the minutes after. */
  async function finish(): Promise<void> {
    for (let time = 0; time < 3; time += 1) {
      for (const { _id } of await SyncRun.find({ state: 'queued' }).lean()) await runNow(district.deps, _id);
      for (const { _id } of await ContactDeletion.find({ state: 'queued' }).lean())
        await asApp(() =>
          deleteContacts(district.deps, _id.toHexString(), going, endAppointment(district.deps)),
        );
      await asApp(() => deleteEvents(district.deps, going));
    }
  }

  /** What hangs on something that is not there, waits for nobody, or is at work without a worker. */
  async function findFaults(): Promise<string[]> {
    const people = new Set((await Contact.find({}, { _id: 1 }).lean()).map(({ _id }) => String(_id)));
    const events = new Set(
      (await Event.find({ status: 'active' }, { _id: 1 }).lean()).map(({ _id }) => String(_id)),
    );
    const sections = new Set((await Section.find({}, { _id: 1 }).lean()).map(({ _id }) => String(_id)));
    const [classes, resources, appointments] = await Promise.all([
      Class.find().lean(),
      Resource.find().lean(),
      Appointment.find({ state: { $in: LIVING_STATES } }).lean(),
    ]);
    const isLost = (id: Types.ObjectId | undefined) => id !== undefined && !people.has(String(id));
    const faults = [
      ...classes.flatMap(({ _id, synced: { students, teachers } }) =>
        [...students, ...teachers].some(isLost)
          ? [`class ${String(_id)} names somebody who is not there`]
          : [],
      ),
      ...classes.flatMap(({ _id, section, status }) =>
        status === 'active' && section && !sections.has(String(section))
          ? [`class ${String(_id)} has no section`]
          : [],
      ),
      ...resources.flatMap(({ _id, contact }) =>
        isLost(contact) ? [`resource ${String(_id)} is of nobody`] : [],
      ),
      ...appointments.flatMap(({ _id, students }) =>
        students.some(isLost) ? [`appointment ${String(_id)} is about nobody`] : [],
      ),
      ...[...classes, ...resources, ...appointments].flatMap(({ _id, event }) =>
        events.has(String(event)) ? [] : [`${String(_id)} is of an event that is not there`],
      ),
    ];
    if (await Contact.exists({ merging: { $exists: true } })) faults.push('a contact is being merged');
    if (await Duplicate.exists({ unfinished: true })) faults.push('a merge is unfinished');
    if (await Event.exists({ status: 'deleted' })) faults.push('an event is half deleted');
    if (await ContactDeletion.exists({ state: { $in: ['queued', 'running'] } }))
      faults.push('a deletion goes on');
    for (const { trigger, state } of await SyncRun.find({ state: { $in: ['queued', 'running'] } }).lean())
      faults.push(`${trigger} is ${state}`);
    for (const { purpose } of await RosterRun.find({ state: 'running' }).lean())
      faults.push(`${purpose} runs`);
    return faults;
  }
});
