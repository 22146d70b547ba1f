import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readBirthDate } from '../../server/parents/read-birth-date.js';

const NOW = new Date('2026-11-23T18:00:00Z');
const read = (typed: { month?: string; day?: string; year?: string }) =>
  readBirthDate({ month: '', day: '', year: '', ...typed }, NOW);

describe('a birth date that is typed', () => {
  it('is read in three fields, with a month by number or name and a year of two or four digits', () => {
    for (const month of ['3', '03', 'March', 'mar.', 'MARZO', 'مارس'])
      for (const year of ['2017', '17'])
        assert.deepEqual(read({ month, day: '4', year }), { ok: true, date: '2017-03-04' });
    assert.deepEqual(read({ month: '12', day: '31', year: '27' }), { ok: true, date: '1927-12-31' });
    assert.deepEqual(read({}), { ok: true, date: '' });
  });

  it('is read whole in any one field, and asked for where day and month could be swapped', () => {
    for (const text of [
      '03/14/2017',
      '3-14-17',
      '14.3.2017',
      '2017-03-14',
      '20170314',
      '03142017',
      'March 14 2017',
      'Mar 14th, 2017',
      '14 de marzo de 2017',
    ])
      for (const field of ['day', 'month', 'year'])
        assert.deepEqual(read({ [field]: text }), { ok: true, date: '2017-03-14' }, text);
    const dates = ['2017-03-04', '2017-04-03'];
    for (const text of ['03/04/2017', '3-4-17', '03042017'])
      assert.deepEqual(read({ day: text }), { ok: false, field: 'month', reason: 'ambiguous', dates });
    assert.deepEqual(read({ day: '03/04/2017', month: '4' }), { ok: true, date: '2017-04-03' });
    assert.deepEqual(read({ day: '5/5/2017' }), { ok: true, date: '2017-05-05' });
  });

  it('is refused at the field that is wrong', () => {
    const fault = (typed: Parameters<typeof read>[0]) => {
      const found = read(typed);
      return found.ok ? found.date : [found.field, found.reason];
    };
    assert.deepEqual(fault({ day: '4', year: '2017' }), ['month', 'missing']);
    assert.deepEqual(fault({ month: '3', day: 'four', year: '2017' }), ['day', 'missing']);
    assert.deepEqual(fault({ month: '3', day: '4' }), ['year', 'missing']);
    assert.deepEqual(fault({ month: '3', day: '4', year: '201' }), ['year', 'missing']);
    assert.deepEqual(fault({ month: '2', day: '30', year: '2017' }), ['day', 'no such day']);
    assert.deepEqual(fault({ month: '3', day: '4', year: '2027' }), ['year', 'future']);
  });

  it('is never another day than the one that was typed, and nothing breaks it', () => {
    const day = fc.date({ min: new Date('1930-01-01'), max: NOW, noInvalidDate: true });
    fc.assert(
      fc.property(day, (at) => {
        const [year = '', month = '', date = ''] = at.toISOString().slice(0, 10).split('-');
        const iso = `${year}-${month}-${date}`;
        assert.deepEqual(read({ month: String(Number(month)), day: String(Number(date)), year }), {
          ok: true,
          date: iso,
        });
        const found = read({ day: `${month}/${date}/${year}` });
        if (found.ok) assert.equal(found.date, iso);
        else assert.ok(found.reason === 'ambiguous' && found.dates[0] === iso);
      }),
    );
    fc.assert(
      fc.property(
        fc.string(),
        fc.string(),
        fc.string(),
        (month, date, year) => void read({ month, day: date, year }),
      ),
    );
  });
});
