import assert from 'node:assert/strict';
import fc from 'fast-check';
import { numberKey } from '../../server/models/security-value.js';
import { cleanDate, isSpoiltDate } from '../../server/sources/records/clean-text.js';

const pad = (number: number, digits = 2) => String(number).padStart(digits, '0');

describe('Dates and numbers of a source', () => {
  it('are days of the calendar, or nothing', () => {
    const parts = fc.tuple(
      fc.oneof(fc.integer({ min: 0, max: 9999 }), fc.constantFrom(1900, 2000, 2024, 2100)),
      fc.integer({ min: 0, max: 14 }),
      fc.integer({ min: 0, max: 33 }),
    );
    fc.assert(
      fc.property(parts, ([year, month, day]) => {
        const date = new Date(Date.UTC(year, month - 1, day));
        // JavaScript reads years below 100 as 19xx, and the 30th of February as a day in March.
        const isReal =
          date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
        const iso = `${pad(year, 4)}-${pad(month)}-${pad(day)}`;
        for (const given of [iso, `${iso}T08:00:00Z`, `${String(month)}/${String(day)}/${pad(year, 4)}`]) {
          assert.equal(cleanDate(given), isReal ? iso : '', given);
          assert.equal(isSpoiltDate(given), !isReal, given);
        }
      }),
    );
    for (const nothing of [undefined, null, '', ' ']) assert.equal(isSpoiltDate(nothing), false);
    for (const spoilt of ['#N/A', 'null', {}, 'soon']) assert.equal(isSpoiltDate(spoilt), true);
  });

  it('have one key for a number however it is typed', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9]{0,12}$/), (digits) => {
        assert.equal(numberKey(` 0-${digits}`), numberKey(`0${digits}`));
        assert.equal(numberKey(digits), digits.replace(/^0+(?=.)/, ''));
      }),
    );
    assert.equal(numberKey('1'.repeat(300)), '1'.repeat(200));
  });
});
