import assert from 'node:assert/strict';
import fc from 'fast-check';
import { layOutTimes, overlap, planSlots, type Pattern, type Span } from '../../server/slots/plan-slots.js';
import { runs } from '../support/seed.js';

const CHICAGO = 'America/Chicago';

const clock = (minutes: number) =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

function times(pattern: Partial<Pattern>, zone = CHICAGO): string[] {
  const full = { day: '2026-11-24', from: '17:00', to: '18:00', minutes: 10, breakMinutes: 0, ...pattern };
  const result = layOutTimes(full, zone);
  if (!result.ok) return [result.reason];
  return result.times.map(
    ({ from, to }) => `${from.toISOString().slice(11, 16)}-${to.toISOString().slice(11, 16)}`,
  );
}

describe('laying out times', () => {
  it('puts the travel break between slots, not after the last', () => {
    assert.deepEqual(times({ from: '17:00', to: '17:35', minutes: 10, breakMinutes: 2 }), [
      '23:00-23:10',
      '23:12-23:22',
      '23:24-23:34',
    ]);
  });

  it('tells the slot that would no longer fit', () => {
    const pattern = { day: '2026-11-24', from: '17:00', to: '17:25', minutes: 10, breakMinutes: 0 };
    const result = layOutTimes(pattern, CHICAGO);
    assert.ok(result.ok);
    assert.equal(result.times.length, 2);
    assert.equal(result.tooLate?.from.toISOString(), '2026-11-24T23:20:00.000Z');
    const even = layOutTimes({ ...pattern, to: '17:20' }, CHICAGO);
    assert.ok(even.ok && !even.tooLate);
  });

  it('refuses an end before the begin, and a length that never fits', () => {
    assert.deepEqual(times({ from: '18:00', to: '17:00' }), ['order']);
    assert.deepEqual(times({ from: '17:00', to: '17:00' }), ['order']);
    assert.deepEqual(times({ from: '17:00', to: '17:09' }), ['none fits']);
  });

  it('on the day clocks go back counts the doubled hour as the two that it is', () => {
    assert.equal(times({ day: '2026-11-01', from: '00:30', to: '02:30', minutes: 30 }).length, 6);
    assert.deepEqual(times({ day: '2026-11-01', from: '01:30', to: '02:00', minutes: 30 }), [
      '06:30-07:00',
      '07:00-07:30',
      '07:30-08:00',
    ]);
  });

  it('on the day clocks go forward has no skipped hour, and refuses a time in it', () => {
    assert.deepEqual(times({ day: '2027-03-14', from: '01:30', to: '03:30', minutes: 30 }), [
      '07:30-08:00',
      '08:00-08:30',
    ]);
    const day = '2027-03-14';
    const pattern = { day, minutes: 10, breakMinutes: 0 };
    assert.deepEqual(layOutTimes({ ...pattern, from: '02:30', to: '04:00' }, CHICAGO), {
      ok: false,
      field: 'from',
      reason: 'no such time',
    });
    assert.deepEqual(layOutTimes({ ...pattern, from: '01:00', to: '02:59' }, CHICAGO), {
      ok: false,
      field: 'to',
      reason: 'no such time',
    });
  });

  it('lays slots over midnight elsewhere: of the school’s other zones, and of UTC', () => {
    const pacific = { from: '20:50', to: '21:30', minutes: 20 };
    assert.deepEqual(times(pacific, 'America/Los_Angeles'), ['04:50-05:10', '05:10-05:30']);
    assert.deepEqual(times({ from: '17:50', to: '18:20', minutes: 20 }), ['23:50-00:10']);
  });

  const pattern = fc
    .record({
      day: fc.constantFrom('2026-11-24', '2026-11-01', '2027-03-14', '2026-02-28'),
      start: fc.integer({ min: 0, max: 1438 }),
      span: fc.integer({ min: 1, max: 1439 }),
      minutes: fc.integer({ min: 1, max: 480 }),
      breakMinutes: fc.integer({ min: 0, max: 240 }),
    })
    .map(({ start, span, ...rest }) => ({
      ...rest,
      from: clock(start),
      to: clock(Math.min(1439, start + span)),
    }));

  it('never overlaps, never leaves the stretch, keeps length and break, and is as many as fit (property)', () => {
    fc.assert(
      fc.property(pattern, (asked) => {
        const result = layOutTimes(asked, CHICAGO);
        if (!result.ok) return;
        const stretch = layOutTimes({ ...asked, minutes: 1, breakMinutes: 0 }, CHICAGO) as Extract<
          typeof result,
          { ok: true }
        >;
        const begin = stretch.times[0]!.from.getTime();
        const end = stretch.times.at(-1)!.to.getTime();
        const length = asked.minutes * 60_000;
        const gap = asked.breakMinutes * 60_000;
        result.times.forEach(({ from, to }, index) => {
          assert.equal(to.getTime() - from.getTime(), length);
          assert.ok(from.getTime() >= begin && to.getTime() <= end);
          const next = result.times[index + 1];
          if (next) assert.equal(next.from.getTime() - to.getTime(), gap);
        });
        assert.equal(result.times.length, Math.floor((end - begin + gap) / (length + gap)));
      }),
      { numRuns: runs(300) },
    );
  });
});

describe('planning slots', () => {
  const span = fc
    .record({ start: fc.integer({ min: 0, max: 600 }), length: fc.integer({ min: 1, max: 60 }) })
    .map(({ start, length }): Span => ({
      from: new Date(start * 60_000),
      to: new Date((start + length) * 60_000),
    }));
  const apart = fc.array(span, { maxLength: 30 }).map(withoutOverlap);

  function withoutOverlap(spans: Span[]): Span[] {
    return spans.reduce<Span[]>(
      (kept, one) => (kept.some((other) => overlap(one, other)) ? kept : [...kept, one]),
      [],
    );
  }

  it('adds nothing that overlaps what is there, and puts every time in exactly one list (property)', () => {
    fc.assert(
      fc.property(apart, apart, apart, (asked, own, others) => {
        const [plan] = planSlots(asked, [{ id: 'a', own, others }]);
        assert.ok(plan);
        const made = [...own, ...plan.add, ...plan.elsewhere];
        assert.deepEqual(withoutOverlap(made), made);
        assert.ok(plan.add.every((time) => !others.some((other) => overlap(time, other))));
        const listed = [...plan.add, ...plan.there, ...plan.blocked, ...plan.elsewhere];
        assert.deepEqual(new Set(listed), new Set(asked));
        assert.equal(listed.length, asked.length);
      }),
    );
  });

  it('run again on what it made adds nothing (property)', () => {
    fc.assert(
      fc.property(apart, apart, (asked, own) => {
        const [first] = planSlots(asked, [{ id: 'a', own, others: [] }]);
        const [second] = planSlots(asked, [{ id: 'a', own: [...own, ...first!.add], others: [] }]);
        assert.deepEqual(second!.add, []);
        assert.equal(second!.there.length, first!.there.length + first!.add.length);
      }),
    );
  });

  it('touching is not overlapping', () => {
    const at = (from: number, to: number) => ({ from: new Date(from), to: new Date(to) });
    const [plan] = planSlots([at(10, 20)], [{ id: 'a', own: [at(0, 10), at(20, 30)], others: [at(5, 10)] }]);
    assert.equal(plan?.add.length, 1);
  });
});
