import assert from 'node:assert/strict';
import fc from 'fast-check';
import { sumOverTime } from '../../server/overview/draw-booked.js';

describe('what was booked over time', () => {
  it('ends at what is booked now, whatever was booked and canceled, and is 61 days at most', () => {
    const day = fc
      .integer({ min: 0, max: 120 })
      .map((nth) => new Date(Date.UTC(2026, 7, 1) + nth * 86_400_000).toISOString().slice(0, 10));
    const change = fc.record({ day, booked: fc.nat(50), canceled: fc.nat(20) });
    fc.assert(
      fc.property(fc.uniqueArray(change, { selector: (one) => one.day }), (changes) => {
        const days = changes.toSorted((a, b) => (a.day < b.day ? -1 : 1));
        const shown = sumOverTime(days, '2026-11-29');
        const total = days.reduce((sum, { booked, canceled }) => sum + booked - canceled, 0);
        assert.equal(shown.at(-1)?.total ?? 0, total);
        assert.ok(shown.length <= 61);
        assert.equal(new Set(shown.map((one) => one.day)).size, shown.length);
      }),
    );
  });
});
