import assert from 'node:assert/strict';
import { matchTerms, type ChosenTerm, type Likeness } from '../../server/sync/terms/match-terms.js';

type Dates = [start: string, end: string];

const chosen = (name: string, [start, end]: Dates = ['', '']): ChosenTerm => ({
  id: `old ${name}`,
  name,
  start,
  end,
});
const there = (name: string, [start, end]: Dates = ['', '']) => ({
  id: `new ${name}`,
  name,
  start,
  end,
  status: 'active' as const,
});

const YEAR: Dates = ['2026-08-18', '2027-06-05'];
const FALL: Dates = ['2026-08-18', '2026-12-19'];
const SPRING: Dates = ['2027-01-06', '2027-06-05'];
const LAST_YEAR: Dates = ['2025-08-18', '2026-06-05'];
const when = { days: ['2026-11-24', '2026-11-25'], today: '2026-09-01' };

/** Name, reason and certainty of each match. */
function found(
  gone: ChosenTerm[],
  others: ReturnType<typeof there>[],
  at = when,
): [string, Likeness, boolean][] {
  return matchTerms(gone, others, at).map(({ term, why, sure }) => [term.name, why, sure]);
}

describe('terms that may stand for those that are gone', () => {
  it('are those that look like them alone, where each has exactly one', () => {
    const others = [there('Full year', YEAR), there('Fall', FALL), there('Spring', SPRING)];
    assert.deepEqual(found([chosen('FALL'), chosen('Full Year', LAST_YEAR)], others), [
      ['Full year', 'looks', true],
      ['Fall', 'looks', true],
    ]);
  });

  it('are never sure, nor in the place of one, where they only share its dates', () => {
    const [match, ...more] = matchTerms([chosen('Whole', YEAR)], [there('Full year', YEAR)], when);
    assert.deepEqual([match?.why, match?.sure, match?.instead, more], ['days', false, undefined, []]);
  });

  it('name the one in whose place each comes', () => {
    const [gone, over] = [chosen('Fall'), chosen('Year', LAST_YEAR)];
    const [match] = matchTerms([gone], [there('Fall')], when);
    assert.equal(match?.instead, gone);
    const summer = there('Summer', ['2026-05-20', '2026-07-01']);
    assert.equal(matchTerms([over], [summer], when)[0]?.instead, over);
    assert.equal(matchTerms([over], [there('Fall', FALL)], when)[0]?.instead, undefined);
  });

  it('are all that can be meant, none sure, where nothing looks like them', () => {
    const others = [
      there('A', YEAR),
      there('B', FALL),
      there('C', SPRING),
      there('D', LAST_YEAR),
      there('E'),
    ];
    assert.deepEqual(found([chosen('Year 25', ['2025-08-01', '2026-06-30'])], others), [
      ['A', 'days', false],
      ['B', 'days', false],
      ['D', 'overlap', false],
    ]);
  });

  it('are two with one name both, neither sure', () => {
    const others = [there('Fall'), there('fall', FALL)];
    assert.deepEqual(found([chosen('Fall')], others), [
      ['Fall', 'looks', false],
      ['fall', 'looks', false],
    ]);
  });

  it('are more than the ones that are sure where another has none', () => {
    const others = [there('Fall', FALL), there('Year', YEAR)];
    assert.deepEqual(found([chosen('Fall'), chosen('Something')], others), [
      ['Fall', 'looks', true],
      ['Year', 'days', false],
    ]);
  });

  it('are not the one that two were called like, as if it were both', () => {
    const others = [there('Fall', FALL), there('Year', YEAR)];
    assert.deepEqual(found([chosen('Fall'), chosen('fall')], others), [
      ['Fall', 'looks', true],
      ['Year', 'days', false],
    ]);
  });

  it('are those that run today, where the days of the event are in none', () => {
    const at = { days: ['2027-02-02'], today: '2026-12-01' };
    assert.deepEqual(found([chosen('Old')], [there('Fall', FALL)], at), [['Fall', 'today', false]]);
  });

  it('are never older ones of the same name', () => {
    const others = [there('Fall', ['2025-08-18', '2025-12-19'])];
    assert.deepEqual(found([chosen('Fall', FALL)], others), []);
  });

  it('are none for an event that is over, nor where nothing is gone, nor by half a date', () => {
    const others = [there('Fall', FALL)];
    assert.deepEqual(found([chosen('Fall')], others, { ...when, today: '2026-11-26' }), []);
    assert.equal(found([chosen('Fall')], others, { ...when, today: '2026-11-25' }).length, 1);
    assert.deepEqual(found([], others), []);
    assert.deepEqual(found([chosen('Old')], [there('Odd', ['2026-08-18', ''])]), []);
  });
});
