import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DateTime } from 'luxon';
import { findDueNight, findNextNight } from '../../server/sync/nights/find-due-night.js';
import { runs } from '../support/seed.js';

const utc = (text: string) => new Date(`${text}Z`);
const LONG_AGO = utc('2020-01-01T00:00:00');

/** The nights that are opened during a stretch of time with a check each minute, in order. */
function nightsBetween(from: Date, to: Date, zone: string, hour: number): { night: string; at: string }[] {
  const opened: { night: string; at: string }[] = [];
  for (let now = from.getTime(); now <= to.getTime(); now += 60_000) {
    const due = findDueNight(hour, zone, new Date(now), new Date(from.getTime() - 1));
    if (due && !opened.some(({ night }) => night === due.night))
      opened.push({ night: due.night, at: new Date(now).toISOString() });
  }
  return opened;
}

describe('the night that is due', () => {
  it('is none before the hour, and today’s from the hour on', () => {
    const due = (now: string) => findDueNight(1, 'America/Chicago', utc(now), utc('2026-11-24T00:00:00'));
    assert.equal(due('2026-11-24T06:59:59'), undefined);
    assert.deepEqual(due('2026-11-24T07:00:00'), { night: '2026-11-24', dueAt: utc('2026-11-24T07:00:00') });
    assert.equal(due('2026-11-25T05:00:00')?.night, '2026-11-24');
  });

  it('is yesterday’s for who slept through it, until today’s hour', () => {
    const due = findDueNight(1, 'America/Chicago', utc('2026-11-25T06:30:00'), LONG_AGO);
    assert.equal(due?.night, '2026-11-24');
  });

  it('is the last one alone after a week of sleep', () => {
    const due = findDueNight(1, 'America/Chicago', utc('2026-11-25T15:00:00'), LONG_AGO);
    assert.equal(due?.night, '2026-11-25');
  });

  it('is none whose moment was past when the sync was turned on', () => {
    const onSince = utc('2026-11-24T08:00:00');
    const due = (now: string) => findDueNight(1, 'America/Chicago', utc(now), onSince);
    assert.equal(due('2026-11-24T09:00:00'), undefined);
    assert.equal(due('2026-11-25T07:00:00')?.night, '2026-11-25');
  });

  it('comes once on the night when 1 AM happens twice (Chicago, autumn): at the first', () => {
    const nights = nightsBetween(
      utc('2026-11-01T04:00:00'),
      utc('2026-11-01T12:00:00'),
      'America/Chicago',
      1,
    );
    assert.deepEqual(nights, [{ night: '2026-11-01', at: '2026-11-01T06:00:00.000Z' }]);
  });

  it('comes once on the night when 1 AM never happens (London, spring): when it is skipped', () => {
    const nights = nightsBetween(utc('2026-03-28T23:00:00'), utc('2026-03-29T06:00:00'), 'Europe/London', 1);
    assert.deepEqual(nights, [{ night: '2026-03-29', at: '2026-03-29T01:00:00.000Z' }]);
  });

  it('comes once where midnight itself is skipped (Cairo), at hour 0', () => {
    const nights = nightsBetween(utc('2026-04-23T21:30:00'), utc('2026-04-24T06:00:00'), 'Africa/Cairo', 0);
    assert.deepEqual(nights, [{ night: '2026-04-24', at: '2026-04-23T22:00:00.000Z' }]);
  });

  it('in any zone and at any hour, a year of looking has each date once, in order', () => {
    const zones = [
      'America/Chicago',
      'Europe/London',
      'Africa/Cairo',
      'Australia/Lord_Howe',
      'Asia/Kolkata',
      'Pacific/Apia',
    ];
    const arbitrary = fc.record({
      zone: fc.constantFrom(...zones),
      hour: fc.integer({ min: 0, max: 23 }),
      step: fc.integer({ min: 90, max: 23 * 60 }),
    });
    fc.assert(
      fc.property(arbitrary, ({ zone, hour, step }) => {
        const seen: string[] = [];
        const start = utc('2026-01-01T12:00:00');
        for (let minutes = 0; minutes < 366 * 24 * 60; minutes += step) {
          const now = new Date(start.getTime() + minutes * 60_000);
          const due = findDueNight(hour, zone, now, LONG_AGO);
          assert.ok(due && due.dueAt <= now);
          assert.ok(now.getTime() - due.dueAt.getTime() <= 25 * 3600_000 + 1);
          if (seen.at(-1) !== due.night) seen.push(due.night);
        }
        assert.deepEqual(seen, [...new Set(seen)].sort());
        const first = DateTime.fromISO(seen[0] ?? '');
        assert.deepEqual(
          seen,
          seen.map((_, index) => first.plus({ days: index }).toFormat('yyyy-MM-dd')),
        );
      }),
      { numRuns: runs(15) },
    );
  });

  it('next is always to come, and within 25 hours', () => {
    fc.assert(
      fc.property(
        fc.date({ min: LONG_AGO, max: utc('2030-01-01T00:00:00'), noInvalidDate: true }),
        fc.integer({ min: 0, max: 23 }),
        (now, hour) => {
          const next = findNextNight(hour, 'Europe/London', now).getTime() - now.getTime();
          assert.ok(next > 0 && next <= 25 * 3600_000);
        },
      ),
    );
  });
});
