import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Types } from 'mongoose';
import { isProven } from '../../server/parents/add-child.js';
import { isGuardian } from '../../server/models/contact.js';
import { nearestFree, type TimeView } from '../../server/parents/find-times.js';
import { diariesFor, planNeeds, utcDays, type DiaryNeed } from '../../server/claims/plan-needs.js';
import { isSoonEnough } from '../../server/booking/policy.js';
import type { Event } from '../../server/models/event.js';
import { bookingState } from '../../server/web/booking-state.js';
import { dayOf } from '../../server/web/local-time.js';

const moment = fc.date({
  min: new Date('2026-01-01'),
  max: new Date('2027-12-31'),
  noInvalidDate: true,
});
const rules: Event['booking'] = {
  staffAnytime: true,
  stopHoursBefore: 0,
  cancelHoursBefore: 0,
  perStudentAndTeacher: 1,
  perHousehold: 0,
  perStudent: 0,
  perTeacherAndDay: 0,
  gapMinutes: 0,
};

describe('what a booking needs', () => {
  it('has a diary for each UTC day that it touches, and no other', () => {
    fc.assert(
      fc.property(moment, fc.integer({ min: 1, max: 3000 }), (from, minutes) => {
        const to = new Date(from.getTime() + minutes * 60_000);
        const touched = Array.from({ length: minutes }, (_, n) => dayOf(new Date(+from + n * 60_000), 'UTC'));
        const last = dayOf(new Date(+to - 1), 'UTC');
        assert.deepEqual(utcDays(from, to), [...new Set([...touched, last])]);
      }),
    );
  });

  it('two meetings too close to each other look at one diary of the family, whatever the gap was before', () => {
    const gaps = fc.nat(240);
    fc.assert(
      fc.property(moment, fc.integer({ min: -300, max: 300 }), gaps, gaps, (from, minutes, before, after) => {
        const household = new Types.ObjectId();
        const needAt = (at: number, gapMinutes: number) => {
          const slot = {
            _id: new Types.ObjectId(),
            from: new Date(at),
            to: new Date(at + 600_000),
            day: '2026-11-24',
            capacity: 1,
          };
          const needs = planNeeds({
            event: { _id: new Types.ObjectId(), booking: { ...rules, gapMinutes } },
            slot,
            resource: { _id: new Types.ObjectId() },
            students: [new Types.ObjectId()],
            household,
            people: { family: [household], teacher: [] },
          });
          return needs.find((need): need is DiaryNeed => need.kind === 'diary')!;
        };
        const one = needAt(+from, before);
        const two = needAt(+from + minutes * 60_000, after);
        const isClose = Math.abs(minutes) - 10 < after;
        if (isClose) assert.ok(diariesFor(two).some((id) => diariesFor(one).includes(id)));
      }),
    );
  });

  it('asks for the seat first, so that whoever gets none stands in nobody’s way', () => {
    const family = new Types.ObjectId();
    const needs = planNeeds({
      event: { _id: new Types.ObjectId(), booking: { ...rules, perHousehold: 2 } },
      slot: { _id: new Types.ObjectId(), from: new Date(0), to: new Date(1), day: '1970-01-01', capacity: 4 },
      resource: { _id: new Types.ObjectId() },
      students: [new Types.ObjectId()],
      household: family,
      class: { _id: new Types.ObjectId(), edits: { allowed: 3 } },
      people: { family: [family], teacher: [new Types.ObjectId()] },
    });
    assert.deepEqual(
      needs.map((need) => (need.kind === 'counted' ? [need.refusal, need.of] : [need.refusal])),
      [
        ['taken', 4],
        ['student limit', Infinity],
        ['teacher limit', 3],
        // Of the household alone.
        ['teacher limit', Infinity],
        ['class limit', 3],
        ['household limit', 2],
        ['day limit', Infinity],
        ['household busy'],
        ['teacher busy'],
      ],
    );
  });
});

describe('the rules of an event', () => {
  const event = {
    booking: rules,
    status: 'active',
    days: ['2026-11-24'],
    timeZone: 'America/Chicago',
  } as const;
  const noon = new Date('2026-11-24T18:00:00Z');
  const hour = (hours: number): Date => new Date(noon.getTime() + hours * 3600_000);
  const state = (more: object, at = noon): string =>
    bookingState({ ...event, days: [...event.days], booking: { ...rules, ...more } }, at);

  it('open booking from the begin until right before the end', () => {
    assert.equal(state({}), 'not set');
    assert.equal(state({ opensAt: hour(1) }), 'before');
    assert.equal(state({ opensAt: noon }), 'open');
    assert.equal(state({ opensAt: hour(-2), closesAt: hour(1) }), 'open');
    assert.equal(state({ opensAt: hour(-2), closesAt: noon }), 'closed');
    assert.equal(state({ opensAt: hour(-2) }, new Date('2026-11-25T06:00:00Z')), 'over');
  });

  it('end booking some hours before a slot for parents, and at its begin for staff', () => {
    const strict = { booking: { ...rules, stopHoursBefore: 2 } } as Event;
    assert.equal(isSoonEnough(strict, hour(2), noon, 'household'), false);
    assert.equal(isSoonEnough(strict, hour(3), noon, 'household'), true);
    assert.equal(isSoonEnough(strict, hour(1), noon, 'school'), true);
    assert.equal(isSoonEnough(strict, noon, noon, 'school'), false);
  });
});

describe('what shows that a child is theirs', () => {
  const proof = { number: '1', birthDate: '', code: '' };

  it('a birth date or the school’s own value, which then counts alone', () => {
    const born = { birthDate: '2014-03-09' };
    assert.ok(isProven(born, { ...proof, birthDate: '2014-03-09' }));
    const set = { ...born, securityValue: 'AB-12' };
    assert.ok(isProven(set, { ...proof, code: 'ab12' }));
    assert.ok(!isProven(set, { ...proof, birthDate: '2014-03-09' }));
    assert.ok(!isProven({ birthDate: '' }, proof));
  });

  it('being parent or guardian, and nothing else', () => {
    const tie = (relationship: string, type: string) => isGuardian({ relationship, type });
    assert.ok(tie('Parent', 'Emergency') && tie('Other', 'Parent/Guardian') && tie('Guardian', ''));
    assert.ok(!tie('Grandparent', 'Primary') && !tie('Aunt/Uncle', 'Emergency') && !tie('', ''));
  });
});

describe('the nearest free times', () => {
  it('are free, as near as any left out, and in order', () => {
    const state = fc.constantFrom<TimeView['state']>('free', 'taken', 'held');
    const list = fc.array(fc.tuple(fc.nat(100), state), { maxLength: 30 });
    fc.assert(
      fc.property(list, fc.nat(100), (pairs, wanted) => {
        const times = pairs.map(
          ([at, is]) => ({ slot: { from: new Date(at) }, state: is }) as unknown as TimeView,
        );
        const near = nearestFree(times, new Date(wanted));
        const free = times.filter((time) => time.state === 'free');
        const far = (time: TimeView) => Math.abs(time.slot.from.getTime() - wanted);
        assert.equal(near.length, Math.min(4, free.length));
        const farthest = Math.max(...near.map(far));
        for (const time of free) assert.ok(near.includes(time) || far(time) >= farthest);
        for (let n = 1; n < near.length; n++)
          assert.ok(near[n - 1]!.slot.from.getTime() <= near[n]!.slot.from.getTime());
      }),
    );
  });
});
