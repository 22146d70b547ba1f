import assert from 'node:assert/strict';
import fc from 'fast-check';
import { cancelAppointment } from '../../server/booking/cancel-appointment.js';
import { confirmAppointment } from '../../server/booking/confirm-appointment.js';
import { expireHolds } from '../../server/booking/expire-holds.js';
import { Appointment, LIVING_STATES } from '../../server/models/appointment.js';
import type { Household } from '../../server/models/household.js';
import { Notification } from '../../server/models/notification.js';
import { Slot } from '../../server/models/slot.js';
import { WaitlistEntry } from '../../server/models/waitlist-entry.js';
import { endEntry } from '../../server/waitlist/end-entry.js';
import { findFit } from '../../server/waitlist/find-fit.js';
import { findFree } from '../../server/waitlist/find-free.js';
import { joinWaitlist } from '../../server/waitlist/join-waitlist.js';
import { keepWaitlists } from '../../server/waitlist/keep-waitlists.js';
import { letLineGoFirst } from '../../server/waitlist/offer-times.js';
import { openLine } from '../../server/waitlist/open-line.js';
import { passOffer } from '../../server/waitlist/pass-offer.js';
import { isFitting } from '../../server/waitlist/policy.js';
import { createTestApp, makeUser, type TestApp } from '../support/app.js';
import {
  bookSlot,
  DAY,
  EVE,
  findDoubles,
  makeConference,
  makeHousehold,
  wishOf,
  type Conference,
} from '../support/booking/conference.js';
import { interleave } from '../support/booking/interleave.js';
import { emptyDatabase } from '../support/hooks.js';
import { runs } from '../support/seed.js';

const never = new AbortController().signal;
const RUNS = runs(25);
const HOMES = 4;

interface Deed {
  kind: 'join' | 'free' | 'take back' | 'press' | 'cancel' | 'accept' | 'pass' | 'leave' | 'work' | 'later';
  home: number;
  teacher: number;
  slot: number;
  /** The family can come from the second time on. */
  isLate: boolean;
  dieAfter?: number | undefined;
}

const deedOf = (...kinds: Deed['kind'][]): fc.Arbitrary<Deed> =>
  fc.record({
    kind: fc.constantFrom(...kinds),
    home: fc.nat(HOMES - 1),
    teacher: fc.nat(1),
    slot: fc.nat(2),
    isLate: fc.boolean(),
    dieAfter: fc.option(fc.integer({ min: 1, max: 60 }), { nil: undefined, freq: 2 }),
  });

const scene = fc.record({
  perStudentAndTeacher: fc.constantFrom(1, 1, 2),
  before: fc.array(deedOf('join', 'join', 'join', 'free', 'work', 'press', 'accept'), {
    minLength: 3,
    maxLength: 8,
  }),
  freed: fc.array(deedOf('free', 'work'), { minLength: 2, maxLength: 5 }),
  after: fc.array(
    deedOf('accept', 'pass', 'leave', 'press', 'cancel', 'later', 'take back', 'join', 'work'),
    {
      minLength: 2,
      maxLength: 5,
    },
  ),
  choices: fc.infiniteStream(fc.nat(4)),
});

describe('the line for a teacher, in any order of steps, some dying on the way', () => {
  let test: TestApp;
  let fair: Conference;
  let homes: Household[];
  let now: Date;
  let promised: Set<string>;

  const slotOf = ({ teacher, slot }: Deed) => fair.teachers[teacher]!.slots[slot]!;
  const offerOf = (home: Household) =>
    WaitlistEntry.findOne({ household: home._id, open: true, offer: { $exists: true } }).lean();

  async function act(deed: Deed): Promise<void> {
    const { deps } = test;
    const home = homes[deed.home]!;
    const who = { household: home._id, user: home.adults[0]! };
    const { event, teachers } = fair;
    const slot = slotOf(deed);
    switch (deed.kind) {
      case 'join':
        await joinWaitlist(deps, {
          event,
          resource: teachers[deed.teacher]!.resource._id,
          ...who,
          students: [home.children[0]!.student],
          ...(deed.isLate ? { days: [{ day: DAY, from: '17:10', to: '20:00' }] } : {}),
        });
        return;
      case 'free':
      case 'take back':
        await Slot.updateOne({ _id: slot._id }, { state: deed.kind === 'free' ? 'visible' : 'hidden' });
        return;
      case 'press': {
        await letLineGoFirst(deps, event, slot._id);
        const booked = await bookSlot(deps, wishOf(fair, home, slot));
        if (booked.ok) promised.add(String(booked.appointment._id));
        return;
      }
      case 'cancel': {
        const found = await Appointment.findOne({
          household: home._id,
          state: { $in: LIVING_STATES },
        }).lean();
        if (!found) return;
        promised.delete(String(found._id));
        await cancelAppointment(deps, { appointment: found, by: 'household', actor: who });
        return;
      }
      case 'accept': {
        const entry = await offerOf(home);
        if (!entry?.offer) return;
        const ask = {
          event,
          ...who,
          appointment: entry.offer.appointment,
          by: 'household' as const,
          note: '',
        };
        const booked = await confirmAppointment(deps, ask);
        if (booked.ok) promised.add(String(booked.appointment._id));
        return;
      }
      case 'pass':
      case 'leave': {
        const entry =
          deed.kind === 'pass'
            ? await offerOf(home)
            : await WaitlistEntry.findOne({ household: home._id, open: true }).lean();
        if (entry) await (deed.kind === 'pass' ? passOffer(deps, entry) : endEntry(deps, entry, 'left'));
        return;
      }
      case 'later':
        now = new Date(now.getTime() + 61 * 60_000);
        test.setNow(now);
        return;
      case 'work':
        await keepWaitlists(deps, never);
    }
  }

  async function settle(): Promise<void> {
    await expireHolds(test.deps, never);
    await keepWaitlists(test.deps, never);
  }

  async function checkAll(): Promise<void> {
    assert.deepEqual(await findDoubles(fair), []);
    const entries = await WaitlistEntry.find({ open: true }).sort({ joinedAt: 1, _id: 1 }).lean();
    const taking = await Appointment.find({ state: { $in: ['pending', ...LIVING_STATES] } }).lean();
    const perSlot = new Map<string, number>();
    for (const { slot } of taking) perSlot.set(String(slot), (perSlot.get(String(slot)) ?? 0) + 1);
    assert.ok(
      [...perSlot.values()].every((count) => count === 1),
      'a time is kept for one',
    );

    // What is offered is on hold, and what is on hold is offered; each was told once.
    const offers = entries.flatMap(({ state, offer }) =>
      offer ? [{ state, id: String(offer.appointment), until: offer.until }] : [],
    );
    assert.ok(offers.every(({ state }) => state === 'offered'));
    const held = taking
      .filter(({ offer, state }) => offer && state === 'pending')
      .map(({ _id }) => String(_id));
    assert.deepEqual(held.sort(), offers.map(({ id }) => id).sort());
    for (const { id, until } of offers) {
      const mails = await Notification.find({ key: { $regex: `^offer:${id}:` } }).lean();
      assert.deepEqual(
        mails.map(({ notAfter }) => notAfter),
        [until],
        'told once, and not when it is over',
      );
    }

    // No time is free while somebody waits who could have it.
    const line = (await openLine(fair.event._id, now))!;
    for (const { resource } of fair.teachers) {
      const waiting = entries.filter((one) => one.state === 'waiting' && one.resource.equals(resource._id));
      const fit = await findFit(test.deps, line, await findFree(resource._id, now), waiting);
      assert.equal(fit, undefined, 'a time is free that somebody in line could have');
    }
    const living = await Appointment.find({ _id: { $in: [...promised] }, state: { $in: LIVING_STATES } });
    assert.equal(living.length, promised.size, 'what was accepted is booked');
  }

  /** Of what was offered since, nothing went past somebody in front who could have had it. */
  async function checkOrder(before: Set<string>): Promise<void> {
    const entries = await WaitlistEntry.find({ open: true }).sort({ joinedAt: 1, _id: 1 }).lean();
    for (const [n, { offer, resource }] of entries.entries()) {
      if (!offer || before.has(String(offer.appointment))) continue;
      const slot = (await Slot.findById(offer.slot).lean())!;
      for (const first of entries.slice(0, n)) {
        if (first.state !== 'waiting' || !first.resource.equals(resource)) continue;
        const inTheWay = await Appointment.exists({
          household: first.household,
          state: { $in: ['pending', ...LIVING_STATES] },
          $or: [{ resource }, { from: slot.from }],
        });
        assert.ok(inTheWay ?? !isFitting(first, slot, fair.event.timeZone), 'the first in line comes first');
      }
    }
  }

  it('gives each free time to the first who can have it, once, and loses nothing', async () => {
    await fc.assert(
      fc.asyncProperty(scene, async ({ perStudentAndTeacher, before, freed, after, choices }) => {
        await emptyDatabase();
        now = EVE;
        test = createTestApp();
        test.setNow(now);
        promised = new Set();
        fair = await makeConference({
          students: HOMES,
          booking: { waitlistMinutes: 60, perStudentAndTeacher },
        });
        await Slot.updateMany({}, { state: 'hidden' });
        homes = [];
        for (const student of fair.students) {
          const user = await makeUser(fair.account._id, 'customer');
          homes.push(await makeHousehold(fair.account._id, [student], user._id));
        }
        const next = () => choices.next().value as number;
        const atOnce = (deeds: Deed[]) =>
          interleave(
            deeds.map((deed) => ({
              name: deed.kind,
              ...(deed.dieAfter ? { dieAfter: deed.dieAfter } : {}),
              run: () => act(deed),
            })),
            next,
          );
        for (const deed of before) {
          now = new Date(now.getTime() + 1000);
          test.setNow(now);
          await act(deed);
        }
        await settle();
        await checkAll();
        const offered = await Appointment.distinct('_id', { state: 'pending' });

        const worker: Deed = { kind: 'work', home: 0, teacher: 0, slot: 0, isLate: false };
        await atOnce([...freed, worker]);
        await settle();
        await checkAll();
        await checkOrder(new Set(offered.map(String)));

        await atOnce([...after, worker]);
        await settle();
        await checkAll();
      }),
      { numRuns: RUNS },
    );
  });
});
