import assert from 'node:assert/strict';
import fc from 'fast-check';
import { expireHolds } from '../../server/booking/expire-holds.js';
import { mergeContacts } from '../../server/duplicates/merge-contacts.js';
import { keepOfLost } from '../../server/families/keep-appointments.js';
import { Account } from '../../server/models/account.js';
import { Class } from '../../server/models/class.js';
import { Contact } from '../../server/models/contact.js';
import { Duplicate } from '../../server/models/duplicate.js';
import { Event } from '../../server/models/event.js';
import { Notification } from '../../server/models/notification.js';
import { Resource } from '../../server/models/resource.js';
import { SlotMove } from '../../server/models/slot-move.js';
import { continueMoves } from '../../server/moves/run-move.js';
import type { MoveForm } from '../../server/moves/schema.js';
import { noteDuplicates } from '../../server/roster/people/note-duplicates.js';
import { reconcileSlots } from '../../server/booking/reconcile-slots.js';
import { DAY, EVE, type Conference } from '../support/booking/conference.js';
import { interleave, takeTurn } from '../support/booking/interleave.js';
import { Moving } from '../support/booking/moving.js';
import { findMisjudged, findMovingFaults } from '../support/booking/moving-faults.js';
import { makeSlot } from '../support/event.js';
import { live } from '../support/roster/crash.js';
import { runNow, startDistrict, type TestDistrict } from '../support/roster/district.js';
import { AT_ONCE, takeOver } from '../support/roster/take-over.js';
import { asApp } from '../support/scans.js';
import { sayResult } from '../support/say-run.js';
import { restoreSnapshot, takeSnapshot, type Snapshot } from '../support/snapshot.js';
import { runs } from '../support/seed.js';

const RUNS = runs(5);
const going = new AbortController().signal;
const HOUR = 3600_000;

/** What changes in the district, with a sync after it, or two contacts that become one. */
const NEWS = ['swap', 'class', 'teacher', 'student', 'leaves a class', 'back', 'merge'] as const;

interface News {
  what: (typeof NEWS)[number];
  n: number;
  /** At which of its writes the worker dies. */
  dieAt?: number | undefined;
}

const news: fc.Arbitrary<News> = fc.record({
  what: fc.constantFrom(...NEWS),
  n: fc.nat(5),
  dieAt: fc.option(fc.integer({ min: 3, max: 60 }), { nil: undefined, freq: 3 }),
});

interface Phase {
  news: News[];
  people: { does: 'book' | 'cancel'; n: number }[];
  dies: number[];
}

const phase: fc.Arbitrary<Phase> = fc.record({
  news: fc.array(news, { minLength: 1, maxLength: 3 }),
  people: fc.array(fc.record({ does: fc.constantFrom('book' as const, 'cancel' as const), n: fc.nat(5) }), {
    maxLength: 2,
  }),
  dies: fc.array(fc.integer({ min: 3, max: 60 }), { maxLength: 2 }),
});

const scene = fc.record({
  booked: fc.array(fc.tuple(fc.nat(2), fc.nat(2), fc.nat(3), fc.constantFrom(1, 1, 2)), {
    minLength: 2,
    maxLength: 5,
  }),
  where: fc.constantFrom<Partial<MoveForm>>(
    { toTime: '17:10' },
    { toDay: '2026-11-25' },
    { toDay: '2026-12-01', toTime: '08:00' },
    { kind: 'cancel', notice: 'No power' },
  ),
  move: phase,
  undo: fc.option(phase, { nil: undefined, freq: 3 }),
  choices: fc.infiniteStream(fc.nat(5)),
});

describe('a move of a day, while the roster is synced', () => {
  let district: TestDistrict;
  let base: Snapshot;
  let fair: Conference;
  let moving: Moving;
  /** The records of our three classes, teachers and students at the source. */
  let sections: string[];
  let teachers: string[];
  let students: string[];

  before(async () => {
    district = await startDistrict({ students: 24 }, { SMTP_URL: 'smtp://127.0.0.1:9' });
    const { sandbox } = district;
    const taught = new Map<string, string>();
    for (let n = 0; taught.size < 3; n += 1) {
      const id = sandbox.idOf('section', n);
      const teacher = (sandbox.read(id)?.teachers as string[])[0]!;
      if (![...taught.values()].includes(teacher)) taught.set(id, teacher);
    }
    [sections, teachers] = [[...taught.keys()], [...taught.values()]];
    students = [0, 1, 2].map((n) => sandbox.idOf('student', n));
    asBefore();
    district.test.setNow(EVE);
    assert.equal((await district.sync()).state, 'done');
    fair = await makeFair();
    base = await takeSnapshot();
  });
  after(() => district.close());

  /** The district is as it was when the event was made. */
  function asBefore(): void {
    const { sandbox } = district;
    for (const id of [...sections, ...teachers, ...students]) if (!sandbox.read(id)) sandbox.restore(id);
    sections.forEach((id, n) => {
      sandbox.change(id, { teachers: [teachers[n]!], teacher: teachers[n]!, students });
    });
  }

  /** Slots for what the sync made: the third teacher has later ones, so that the three can be two people. */
  async function makeFair(): Promise<Conference> {
    const booking = { perTeacherAndDay: 3, inARow: 2, opensAt: EVE, closesAt: new Date(+EVE + 12 * HOUR) };
    await Event.updateOne(
      { _id: district.event },
      { $set: Object.fromEntries(Object.entries(booking).map(([key, value]) => [`booking.${key}`, value])) },
    );
    const event = await Event.findById(district.event).orFail().lean();
    const contactOf = (id: string) => Contact.findOne({ 'record.id': id }).orFail().lean();
    const made: Conference['teachers'] = [];
    for (const [n, id] of teachers.entries()) {
      const contact = await contactOf(id);
      const resource = await Resource.findOne({ event: event._id, contact: contact._id }).orFail().lean();
      const own = await Class.findOne({
        event: event._id,
        'synced.teachers': contact._id,
        'synced.students': { $size: 3 },
      });
      const times = ['00', '10', '20', '30'].map((minute) => `${DAY}T${n === 2 ? '18' : '17'}:${minute}`);
      const slots = [];
      for (const time of times) slots.push(await makeSlot(event, resource, time));
      made.push({ contact, resource, class: own!.toObject(), slots });
    }
    const account = await Account.findById(district.account).orFail().lean();
    return { account, event, teachers: made, students: await Promise.all(students.map(contactOf)) };
  }

  async function open(): Promise<void> {
    await restoreSnapshot(base);
    asBefore();
    moving = await Moving.over(district.test, fair);
    const [one, , three] = fair.teachers;
    const pair = {
      contact: three!.contact._id,
      candidate: one!.contact._id,
      reason: { code: 'name' as const },
    };
    await noteDuplicates(district.account, [pair], EVE);
  }

  function merge(n: number) {
    const [keep, drop] = n % 2 ? [2, 0] : [0, 2];
    const [one, other] = [fair.teachers[keep]!.contact._id, fair.teachers[drop]!.contact._id];
    return mergeContacts(moving.deps, moving.actor, one, other, keepOfLost(moving.deps));
  }

  function change(what: News['what'], n: number): void {
    const { sandbox } = district;
    const [section, next] = [sections[n % 3]!, sections[(n + 1) % 3]!];
    const teacherOf = (id: string) => sandbox.read(id)?.teacher as string;
    if (what === 'swap' && sandbox.read(section) && sandbox.read(next)) {
      const [one, other] = [teacherOf(section), teacherOf(next)];
      sandbox.change(section, { teachers: [other], teacher: other });
      sandbox.change(next, { teachers: [one], teacher: one });
    } else if (what === 'class' && sandbox.read(section)) sandbox.removeSection(section);
    else if (what === 'teacher' && sandbox.read(teachers[n % 3]!)) sandbox.remove(teachers[n % 3]!);
    else if (what === 'student') sandbox.removeStudent(students[n % 3]!);
    else if (what === 'leaves a class' && sandbox.read(section))
      sandbox.change(section, { students: students.filter((_, at) => at !== n % 3) });
    else if (what === 'back') asBefore();
  }

  /** A worker that does it, and one that takes over when it dies. */
  async function hear({ what, n, dieAt }: News): Promise<void> {
    if (what === 'merge') {
      await live(() => merge(n), { beforeWrite: takeTurn, ...(dieAt ? { dieAt } : {}) });
      // Who comes next finds that it was cut off.
      moving.setNow(new Date(+moving.now + 31_000));
      return;
    }
    change(what, n);
    const run = await district.ask({ trigger: 'sync now' });
    const dying = dieAt ? { dieAt } : {};
    const { killed } = await live(() => runNow(district.deps, run, AT_ONCE), {
      beforeWrite: takeTurn,
      ...dying,
    });
    if (killed) await takeOver(district);
  }

  async function pass({ news, people, dies }: Phase, choose: (waiting: number) => number): Promise<void> {
    const workers = [...dies, undefined].map((dieAfter, n) => ({
      name: `worker ${String(n)}`,
      ...(dieAfter ? { dieAfter } : {}),
      run: async () => {
        if (n > 0) moving.setNow(new Date(+moving.now + 61_000));
        await continueMoves(moving.deps, going);
      },
    }));
    const roster = {
      name: 'roster',
      run: async () => {
        for (const one of news) await hear(one);
      },
    };
    const others = people.map(({ does, n }) => ({
      name: does,
      run: async () => {
        if (does === 'book') await moving.tryToBook(n % 3, (n + 1) % 3, n % 4);
        else await moving.cancel(n % 3, (n + 1) % 3);
      },
    }));
    await interleave([...workers, roster, ...others], choose);
    for (;;) {
      moving.setNow(new Date(+moving.now + 61_000));
      await moving.work();
      if (!(await SlotMove.exists({ state: { $in: ['running', 'undoing'] } }))) return;
    }
  }

  it('loses no time, seat or count, tells everybody once, and leaves nothing behind, whoever dies on the way', async () => {
    await fc.assert(
      fc.asyncProperty(scene, async ({ booked, where, move, undo, choices }) => {
        const choose = (waiting: number) => choices.next().value % waiting;
        await open();
        for (const [home, teacher, slot, inARow] of booked)
          await moving.tryToBook(home, teacher, slot, inARow);
        await expireAll();
        await Notification.deleteMany({});
        await moving.tryToStart({ day: DAY, ...where });
        await pass(move, choose);
        if (undo) {
          await moving.undo();
          await pass(undo, choose);
        }
        await moving.end();
        // Who died in a merge asks for it again, when it counts as cut off.
        moving.setNow(new Date(+moving.now + HOUR));
        for (const { what, n } of [...move.news, ...(undo?.news ?? [])])
          if (what === 'merge') await asApp(() => merge(n));
        const last = await district.sync();
        assert.equal(last.state, 'done', sayResult(last));
        await expireAll();
        await asApp(() => reconcileSlots(moving.deps, going));
        assert.equal(await Duplicate.countDocuments({ unfinished: true }), 0);
        assert.deepEqual(
          [...(await findMovingFaults(district.event)), ...(await findMisjudged(district.event))],
          [],
        );
      }),
      { numRuns: RUNS },
    );
  });

  /** What was put on hold ends, and what a dead process left is finished. */
  async function expireAll(): Promise<void> {
    moving.setNow(new Date(+moving.now + 20 * 60_000));
    await asApp(() => expireHolds(moving.deps, going));
  }
});
