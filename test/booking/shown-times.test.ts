import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Types } from 'mongoose';
import { bookAtOnce } from '../../server/booking/book-at-once.js';
import { checkTimes, type CheckedWish } from '../../server/booking/check-times.js';
import { holdSlot } from '../../server/booking/hold-slot.js';
import { HOLD_MS } from '../../server/booking/policy.js';
import { Appointment, LIVING_STATES } from '../../server/models/appointment.js';
import { Event } from '../../server/models/event.js';
import { Household } from '../../server/models/household.js';
import { Slot } from '../../server/models/slot.js';
import { findOpenings, type Offered } from '../../server/planning/find-openings.js';
import { placed } from '../../server/web/place.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { emptyDatabase } from '../support/hooks.js';
import { asApp } from '../support/scans.js';
import { wishOf } from '../support/booking/conference.js';
import { makeDay, type Rules, type SchoolDay } from '../support/booking/school-day.js';
import { runs } from '../support/seed.js';

const RUNS = runs(20);

/** What happened before somebody looks, and the press on one of the times that they see. */
type Step =
  | { do: 'press'; home: number; teacher: number; slot: number; moves: boolean; atOnce: boolean }
  | { do: 'hold' | 'book'; home: number; teacher: number; slot: number }
  | { do: 'change'; home: number; slot: number }
  | { do: 'confirm' | 'cancel'; which: number }
  | ({ do: 'rules' } & Rules)
  | { do: 'number'; teacher: number; allowed: number | undefined }
  | { do: 'seats'; teacher: number; slot: number; capacity: number }
  | { do: 'state'; teacher: number; slot: number; state: Slot['state'] }
  | { do: 'cut off'; stop: number; cancel: number }
  | { do: 'hide' | 'show' | 'leave' | 'join'; teacher: number; home: number }
  | { do: 'wait'; ms: number }
  | { do: 'open' | 'close' | 'each' | 'all' };

const home = fc.nat(3);
const teacher = fc.nat(2);
const slot = fc.nat(5);
const kind = <K extends string>(...names: K[]) => fc.constantFrom(...names);
const press = fc.record({
  do: kind('press'),
  home,
  teacher,
  slot,
  moves: fc.boolean(),
  atOnce: fc.boolean(),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: press },
  { weight: 5, arbitrary: fc.record({ do: kind('hold', 'book'), home, teacher, slot }) },
  { weight: 1, arbitrary: fc.record({ do: kind('change'), home, slot }) },
  { weight: 2, arbitrary: fc.record({ do: kind('confirm', 'cancel'), which: fc.nat(9) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: kind('rules'),
      perHousehold: fc.constantFrom(0, 0, 1, 2, 3),
      perStudentAndTeacher: fc.constantFrom(1, 1, 2, 3),
      perStudent: fc.constantFrom(0, 0, 1, 2, 3),
      perTeacherAndDay: fc.constantFrom(0, 0, 1, 2, 3),
      gapMinutes: fc.constantFrom(0, 0, 10, 20),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: kind('number'), teacher, allowed: fc.constantFrom(undefined, 0, 1, 2, 3) }),
  },
  { weight: 2, arbitrary: fc.record({ do: kind('seats'), teacher, slot, capacity: fc.constantFrom(1, 2) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: kind('state'),
      teacher,
      slot,
      state: kind('visible', 'visible', 'hidden', 'unavailable', 'call the school'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: kind('cut off'),
      stop: fc.constantFrom(0, 30, 60),
      cancel: fc.constantFrom(0, 30),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: kind('hide', 'show', 'show', 'leave', 'join', 'join'), teacher, home }),
  },
  { weight: 1, arbitrary: fc.record({ do: kind('wait'), ms: fc.constantFrom(60_000, HOLD_MS + 1) }) },
  { weight: 1, arbitrary: fc.record({ do: kind('open', 'open', 'close', 'each', 'all') }) },
);

/** @returns what a press answered that the page did not say */
async function pressShown(
  test: TestApp,
  day: SchoolDay,
  one: Extract<Step, { do: 'press' }>,
): Promise<string[]> {
  const { fair, homes } = day;
  const event = await Event.findById(fair.event._id).orFail().lean();
  const family = homes[one.home]!;
  const { resource, slots } = fair.teachers[one.teacher]!;
  const wanted = slots[one.slot]!;
  const replaces = one.moves ? await meetingWith(family._id, resource._id) : undefined;
  const wish = {
    ...wishOf(fair, family, wanted, replaces ? { replaces } : {}),
    event,
  };
  const { user, students } = wish;
  const household = await Household.findById(family._id).orFail().lean();
  const question = { event, household, user, wanted: [{ students, resource: resource._id }], replaces };
  const [shown] = await asApp(() => checkTimes(question, test.deps.now()));
  const looking = { event: placed(event, {}), household, actor: { user } };
  const { offers } = await asApp(() => findOpenings(looking, question.wanted, test.deps.now()));
  const time = shown?.times.find((other) => other.slot._id.equals(wanted._id));
  const own = await Appointment.exists({
    slot: wanted._id,
    household: family._id,
    state: { $in: LIVING_STATES },
  });
  const answer = await (one.atOnce ? bookAtOnce(test.deps, wish) : holdSlot(test.deps, wish));
  const said = time ? (time.reason ?? 'free') : 'not shown';
  // Their own meeting is what a press on it leads to.
  const isOwn = answer.ok && own?._id.equals(answer.appointment._id);
  const came = isOwn ? 'taken' : answer.ok ? 'free' : answer.reason;
  // A hidden time is not shown, and neither is one that has passed.
  const isHidden = said === 'not shown' && ['not offered', 'not open', 'no class', 'too late'].includes(came);
  return [
    ...(said === came || isHidden ? [] : [`shown as ${said}, answered ${came}`]),
    ...(replaces || said === 'not shown' ? [] : planFaults(offers[0]!, wanted, came, shown!)),
  ];
}

/** What a plan weighs by itself, beside what is free. */
const WEIGHED = ['free', 'household busy', 'household limit', 'student limit', 'too many holds'];

/** A plan offers what a press gets, and where it offers nothing, one of the times is refused for the reason that it says. */
function planFaults({ openings, gap }: Offered, { _id }: Slot, came: string, shown: CheckedWish): string[] {
  // It looks at times before booking is open.
  if (came === 'not open') return [];
  const isOffered = openings.some((opening) => opening.slot._id.equals(_id));
  if (isOffered !== WEIGHED.includes(came))
    return [`${isOffered ? '' : 'not '}in the plan, answered ${came}`];
  if (!gap) return [];
  const reasons = shown.times.map(({ reason }) => reason ?? 'free');
  const full = ['taken', 'teacher busy', 'day limit'];
  const isSo =
    gap === 'full' ? reasons.some((one) => full.includes(one)) : reasons.some((one) => one === gap);
  return isSo ? [] : [`the plan says ${gap}, presses ${reasons.join()}`];
}

async function meetingWith(household: Types.ObjectId, resource: Types.ObjectId) {
  const found = await Appointment.findOne({ household, resource, state: 'booked' }, { _id: 1 }).lean();
  return found?._id;
}

async function take(test: TestApp, day: SchoolDay, one: Step): Promise<string[]> {
  const { event, teachers } = day.fair;
  switch (one.do) {
    case 'press':
      return pressShown(test, day, one);
    case 'hold':
    case 'book':
      await day[one.do](one.home, one.teacher, one.slot);
      break;
    case 'change':
      await day.change(one.home, one.slot);
      break;
    case 'confirm':
    case 'cancel':
      await day[one.do](one.which);
      break;
    case 'rules':
      await day.rule(one);
      break;
    case 'number':
      await day.allow(one.teacher, one.allowed);
      break;
    case 'seats':
      await day.seat(one.teacher, one.slot, one.capacity);
      break;
    case 'state':
      await Slot.updateOne({ _id: teachers[one.teacher]!.slots[one.slot]!._id }, { state: one.state });
      break;
    case 'cut off':
      await day.cutOff(one.stop, one.cancel);
      break;
    case 'wait':
      day.pass(one.ms);
      break;
    case 'open':
    case 'close': {
      const closesAt = new Date(test.deps.now().getTime() + (one.do === 'open' ? 9 : -1) * 3_600_000);
      await Event.updateOne({ _id: event._id }, { 'booking.closesAt': closesAt });
      break;
    }
    case 'each':
    case 'all':
      await Event.updateOne({ _id: event._id }, { 'booking.eachHousehold': one.do === 'each' });
      break;
    default:
      await day.changeClass(one.do, one.teacher, one.home);
  }
  return [];
}

describe('what a page of times shows', () => {
  it('is what a press at that moment does: free is booked, and anything else is refused for the reason shown', async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 6, maxLength: 24 }), async (steps) => {
        await emptyDatabase();
        const test = createTestApp();
        const day = await makeDay(test);
        for (const [n, one] of steps.entries()) {
          const faults = await take(test, day, one);
          const said = steps.slice(0, n + 1).map((past) => JSON.stringify(past));
          assert.deepEqual(faults, [], said.join('\n'));
          for (const { refused } of await Appointment.find({}, { refused: 1 }).lean())
            if (refused) seen.add(refused);
        }
      }),
      { numRuns: RUNS },
    );
    assert.ok(seen.size >= 3, [...seen].join(', '));
  });
});
