import assert from 'node:assert/strict';
import fc from 'fast-check';
import { expireHolds } from '../../server/booking/expire-holds.js';
import { findNeeds } from '../../server/booking/find-needs.js';
import { diaryOf, isThere, languageFor } from '../../server/booking/find-interpreter.js';
import { cancelAppointment } from '../../server/booking/cancel-appointment.js';
import { HOLD_MS } from '../../server/booking/policy.js';
import { assignInterpreter } from '../../server/interpreters/assign-interpreter.js';
import {
  removeInterpreter,
  saveInterpreter,
  saveSetting,
} from '../../server/interpreters/edit-interpreter.js';
import { reconcileInterpreters } from '../../server/interpreters/reconcile-interpreters.js';
import { saveLanguage } from '../../server/interpreters/save-language.js';
import { Appointment, LIVING_STATES } from '../../server/models/appointment.js';
import { slotsOf } from '../../server/models/appointment-slots.js';
import { Diary } from '../../server/models/diary.js';
import { Event } from '../../server/models/event.js';
import { Household } from '../../server/models/household.js';
import { Interpreter } from '../../server/models/interpreter.js';
import { Slot } from '../../server/models/slot.js';
import { continueMoves } from '../../server/moves/run-move.js';
import { joinWaitlist } from '../../server/waitlist/join-waitlist.js';
import { keepWaitlists } from '../../server/waitlist/keep-waitlists.js';
import { bookSlot, DAY, findDoubles, wishOf } from '../support/booking/conference.js';
import { interleave } from '../support/booking/interleave.js';
import { Moving } from '../support/booking/moving.js';
import { findMovingFaults } from '../support/booking/moving-faults.js';
import { runs } from '../support/seed.js';

const RUNS = runs(25);
const going = new AbortController().signal;
const HOUR = 3600_000;

const KINDS = [
  ...(['book', 'book', 'book', 'change', 'change', 'cancel', 'desk', 'join', 'line'] as const),
  ...(['assign', 'assign', 'remove', 'hours', 'language', 'setting', 'undo', 'work', 'work', 'job'] as const),
];

interface Deed {
  kind: (typeof KINDS)[number];
  n: number;
  m: number;
  dieAfter?: number | undefined;
}

const deed: fc.Arbitrary<Deed> = fc.record({
  kind: fc.constantFrom(...KINDS),
  n: fc.nat(5),
  m: fc.nat(5),
  dieAfter: fc.option(fc.integer({ min: 1, max: 60 }), { nil: undefined, freq: 3 }),
});

const scene = fc.record({
  before: fc.array(fc.tuple(fc.nat(2), fc.nat(1), fc.nat(3), fc.constantFrom(1, 1, 2)), {
    minLength: 1,
    maxLength: 4,
  }),
  byHand: fc.boolean(),
  capacity: fc.constantFrom(1, 1, 2),
  move: fc.option(fc.constantFrom({ toTime: '17:10' }, { toDay: '2026-11-25' }), { nil: undefined }),
  beside: fc.array(deed, { minLength: 2, maxLength: 5 }),
  choices: fc.infiniteStream(fc.nat(5)),
});

describe('interpreters, and whatever happens beside each other', () => {
  let moving: Moving;
  let interpreters: Interpreter[];

  const eventNow = () => Event.findById(moving.fair.event._id).orFail().lean();
  const user = () => moving.actor.user;

  async function open(byHand: boolean, capacity: number): Promise<void> {
    moving = await Moving.open({
      ...{ students: 3, teachers: 2, slots: 4, capacity },
      booking: { inARow: 2, waitlistMinutes: 60 },
    });
    const { event, teachers } = moving.fair;
    await Event.updateOne(
      { _id: event._id },
      { $set: { interpreting: { languages: ['es', 'vi'], byHand } } },
    );
    await Household.updateMany({}, { $set: { interpreter: 'es' } });
    const scope = { account: event.account, event: event._id, status: 'active' as const };
    // The second one is a teacher.
    interpreters = await Interpreter.create([
      { ...scope, name: 'Ana Ruiz', languages: ['es'], sortKey: 'ana ruiz' },
      {
        ...scope,
        name: 'Ben Cho',
        languages: ['es', 'vi'],
        sortKey: 'ben cho',
        contact: teachers[1]!.contact._id,
      },
    ]);
  }

  async function book(home: number, teacher: number, slot: number, more: object = {}, inARow?: number) {
    const at = moving.fair.teachers[teacher]!.slots[slot]!;
    const wish = { ...wishOf(moving.fair, moving.homes[home]!, at, more), event: await eventNow() };
    await bookSlot(moving.deps, wish, inARow);
  }

  async function act({ kind, n, m }: Deed): Promise<void> {
    const { deps, actor, fair } = moving;
    const event = await eventNow();
    const home = moving.homes[n % 3]!;
    const living = await Appointment.find({ event: event._id, state: { $in: LIVING_STATES } })
      .sort({ _id: 1 })
      .lean();
    const one = living[n % Math.max(living.length, 1)];
    const who = interpreters[m % 2]!;
    const { name, email, languages } = who;
    switch (kind) {
      case 'book':
        return book(n % 3, m % 2, (n + m) % 4, {}, 1 + (m % 2));
      case 'change': {
        const at = fair.teachers.findIndex(({ resource }) => one?.resource.equals(resource._id));
        const of = moving.homes.findIndex(({ _id }) => one?.household.equals(_id));
        if (one) await book(of, at, m % 4, { replaces: one._id });
        return;
      }
      case 'cancel':
        if (one) await cancelAppointment(deps, { appointment: one, by: 'school', actor: { user: user() } });
        return;
      case 'desk':
        return book(n % 3, m % 2, (n + m) % 4, {
          by: 'school',
          override: { rules: ['interpreter busy'], reason: 'They asked', by: user(), at: moving.now },
        });
      case 'join':
        await joinWaitlist(deps, {
          ...{ event, resource: fair.teachers[m % 2]!.resource._id, household: home._id },
          ...{ user: home.adults[0]!, students: [home.children[0]!.student] },
        });
        return;
      case 'line':
        return keepWaitlists(deps, going);
      case 'assign':
        if (one)
          await assignInterpreter(deps, event, {
            ...{ appointment: one._id, user: user(), sight: {} },
            ...(m < 4 ? { interpreter: who._id } : {}),
          });
        return;
      case 'remove':
        await removeInterpreter(deps, actor, event, who._id);
        return;
      case 'hours': {
        const times = n % 2 ? [{ day: DAY, from: '17:10', to: '17:30' }] : [];
        await saveInterpreter(deps, actor, event, { name, email, languages, times }, who);
        return;
      }
      case 'language':
        await saveLanguage(deps, event, {
          household: home._id,
          user: user(),
          language: ['', 'es', 'vi'][m % 3]!,
        });
        return;
      case 'setting':
        await saveSetting(deps, actor, event, {
          languages: [[], ['es'], ['es', 'vi']][m % 3]!,
          byHand: n % 2 > 0,
        });
        return;
      case 'undo':
        await moving.undo();
        return;
      case 'work':
        return continueMoves(deps, going);
      case 'job':
        return reconcileInterpreters(deps, going);
    }
  }

  const meetings = () => Appointment.find({ state: { $in: LIVING_STATES } }).lean();

  /** Who interprets at two meetings at once, at any moment; those of one slot sit together. */
  async function findDoubled(): Promise<string[]> {
    const all = (await meetings()).filter(({ interpreter }) => interpreter);
    const found = await Interpreter.find().lean();
    const personOf = (one: Appointment) => {
      const who = found.find(({ _id }) => one.interpreter?.equals(_id));
      return who && String(diaryOf(who));
    };
    return all.flatMap((a) =>
      all
        .filter(({ _id }) => String(a._id) < String(_id))
        // For a moment both are there: the one is to take the place of the other.
        .filter((b) => !a.replaces?.equals(b._id) && !b.replaces?.equals(a._id))
        .filter((b) => +a.from < +b.to && +b.from < +a.to && personOf(a) === personOf(b))
        .filter((b) => !slotsOf(a).some((slot) => slotsOf(b).some((other) => other.equals(slot))))
        .map(() => `${String(personOf(a))} interprets at two places`),
    );
  }

  /** When all is done, the interpreters' diaries hold what is booked, and each meeting has somebody who can do it. */
  async function findFaults(): Promise<string[]> {
    const faults: string[] = [];
    const [event, all, found, diaries] = await Promise.all([
      eventNow(),
      meetings(),
      Interpreter.find().lean(),
      Diary.find().lean(),
    ]);
    const entries = diaries.flatMap(({ _id, busy }) =>
      busy.map((entry) => ({ ...entry, person: _id.slice(0, 24) })),
    );
    for (const one of all) {
      const slots = await Slot.find({ _id: { $in: slotsOf(one) } }).lean();
      const own = slots.map(({ _id, from, to }) => `${String(_id)} ${+from} ${+to}`).sort();
      const sitting = (
        await findNeeds(Object.assign({}, one, { interpreter: undefined }), slots[0]!)
      ).flatMap((need) => (need.kind === 'diary' ? String(need.person) : []));
      for (const who of found) {
        const isHere = one.interpreter?.equals(who._id) ?? false;
        const theirs = entries
          .filter(({ person, appointment }) => person === String(diaryOf(who)) && appointment.equals(one._id))
          .map(({ slot, from, to }) => `${String(slot)} ${+from} ${+to}`);
        if (sitting.includes(String(diaryOf(who)))) continue;
        const wanted = isHere ? own.join() : '';
        if ([...new Set(theirs)].sort().join() !== wanted)
          faults.push(`${who.name}: ${theirs.join()} instead of ${wanted}`);
      }
      if (one.interpreting) faults.push('still marked');
      const household = await Household.findById(one.household).orFail().lean();
      const who = found.find(({ _id }) => one.interpreter?.equals(_id));
      const language = languageFor(event, household);
      if (
        who &&
        !(language && who.status === 'active' && who.languages.includes(language) && isThere(who, event, one))
      )
        faults.push(`${who.name} can’t`);
    }
    return faults;
  }

  async function settle(): Promise<void> {
    await moving.end();
    moving.setNow(new Date(+moving.now + HOLD_MS + HOUR));
    await keepWaitlists(moving.deps, going);
    moving.setNow(new Date(+moving.now + 2 * HOUR));
    await keepWaitlists(moving.deps, going);
    // What was offered to the next in line just now ends too.
    moving.setNow(new Date(+moving.now + 2 * HOUR));
    await expireHolds(moving.deps, going);
    await reconcileInterpreters(moving.deps, going);
    await moving.end();
  }

  it('are at one place at a time, and in their diaries is what is booked, whoever dies on the way', async () => {
    await fc.assert(
      fc.asyncProperty(scene, async ({ before, byHand, capacity, move, beside, choices }) => {
        await open(byHand, capacity);
        for (const [home, teacher, slot, inARow] of before) await book(home, teacher, slot, {}, inARow);
        if (byHand) for (const n of [0, 1]) await act({ kind: 'assign', n, m: n });
        if (move) await moving.tryToStart({ day: DAY, ...move });
        const runOf = (one: Deed) => ({
          name: one.kind,
          ...(one.dieAfter ? { dieAfter: one.dieAfter } : {}),
          run: () => act(one),
        });
        const worker: Deed[] = move ? [{ kind: 'work', n: 0, m: 0 }] : [];
        await interleave([...worker, ...beside].map(runOf), (waiting) => choices.next().value % waiting);
        assert.deepEqual(await findDoubled(), []);
        await settle();
        assert.deepEqual(await findDoubled(), []);
        assert.deepEqual(await findFaults(), []);
        assert.deepEqual(await findDoubles(moving.fair), []);
        // Who else is where; what limits count is the matter of test/moves.
        const ofOthers = await findMovingFaults(moving.fair.event._id);
        assert.deepEqual(
          ofOthers.filter((fault) => /^(family|teacher|at|dead in|a family)/.test(fault)),
          [],
        );
      }),
      { numRuns: RUNS },
    );
  });
});
