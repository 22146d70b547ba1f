import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  isPlaceholder,
  numberKey,
  readDay,
  sameSecurityValue,
  secondFactOf,
  securityValueOf,
} from '../../server/models/security-value.js';

const SPELLINGS = [
  '01/15/2015',
  '1/15/2015',
  '1/15/15',
  '01-15-2015',
  '1.15.2015',
  '2015-01-15',
  '2015/1/15',
  '20150115',
  '01152015',
  'Jan 15, 2015',
  'January 15, 2015',
  'January 15th 2015',
  'JAN. 15 2015',
  '15 January 2015',
  '15-Jan-15',
  '15-JAN-2015',
  '15 Jan. 2015',
  'Thursday, January 15, 2015',
  '1/15/2015 0:00',
  '1/15/2015 12:00:00 AM',
  '2015-01-15 00:00:00',
  '2015-01-15T00:00:00.000Z',
  '15/01/2015',
  ' 01/15/2015 ',
];

describe('Security values compared by meaning', () => {
  it('takes a date however it is written, and no other date', () => {
    for (const kept of SPELLINGS)
      for (const given of SPELLINGS) assert.ok(sameSecurityValue(kept, given), `${kept} | ${given}`);
    for (const kept of SPELLINGS) {
      assert.equal(readDay(kept), '2015-01-15', kept);
      for (const other of ['11/5/2015', '1/5/2015', '2015-11-05', '1/15/2014', '5/1/2015', '1/16/2015'])
        assert.ok(!sameSecurityValue(kept, other), `${kept} | ${other}`);
    }
  });

  it('reads a date that could be two as month first, and never as both', () => {
    assert.equal(readDay('01/02/2015'), '2015-01-02');
    assert.ok(sameSecurityValue('01/02/2015', '2015-01-02'));
    assert.ok(!sameSecurityValue('01/02/2015', '2015-02-01'));
    for (const none of [
      '2/30/2015',
      '13/13/2015',
      '0/1/2015',
      '2015-13-01',
      'May',
      '15',
      'Mayo 5',
      'marble 5 20',
    ])
      assert.equal(readDay(none), '', none);
  });

  it('compares two days as the days they are, in any of a few spellings', () => {
    const day = fc
      .date({ min: new Date('1950-01-01'), max: new Date('2049-12-31'), noInvalidDate: true })
      .map((date) => date.toISOString().slice(0, 10));
    const write = (iso: string, how: number): string => {
      const [year = '', month = '', date = ''] = iso.split('-');
      const short = `${Number(month)}/${Number(date)}/`;
      return [iso, `${month}/${date}/${year}`, `${short}${year}`, `${short}${year.slice(2)}`][how] ?? '';
    };
    const how = fc.integer({ min: 0, max: 3 });
    fc.assert(
      fc.property(day, day, how, how, (one, other, a, b) => {
        assert.ok(sameSecurityValue(write(one, a), write(one, b)));
        assert.equal(sameSecurityValue(write(one, a), write(other, b)), one === other);
      }),
    );
  });

  it('compares codes without regard to case, spaces, marks and the zeros before a number', () => {
    for (const [kept, given] of [
      ['Blue Whale', 'blue-whale'],
      ['AB 12', 'ab12'],
      ['0042', '42'],
      ['BLÅ', 'blå'],
      ['Ａ１', 'a1'],
    ])
      assert.ok(sameSecurityValue(kept, given), `${kept} | ${given}`);
    for (const [kept, given] of [
      ['blue', 'red'],
      ['A042', 'A42'],
      ['42', '420'],
      ['1152015x', '1/15/2015'],
    ])
      assert.ok(!sameSecurityValue(kept, given), `${kept} | ${given}`);
  });

  it('proves nothing by what stands for nothing', () => {
    const nothing = `#N/A|#REF!|#VALUE!|#NAME?|#DIV/0!|#NULL!|#¡VALOR!|#NV|####|N/A|n/a|n.a.|NA|NULL|null|(null)|none|None
      |<none>|-|--|—|.|...|?|/|nil|NaN|undefined|unknown|TBD|  |0|000|00/00/0000|1/0/1900|0000-00-00|***|""|not available`;
    for (const value of nothing.split('|').map((each) => each.trim())) {
      assert.equal(securityValueOf(value), '', value);
      assert.ok(!sameSecurityValue(value, value), value);
      assert.equal(secondFactOf({ securityValue: value, birthDate: '2015-01-15' }), '2015-01-15');
      assert.equal(secondFactOf({ securityValue: value, birthDate: '' }), '');
    }
    assert.ok(!sameSecurityValue(undefined, ''));
    assert.ok(!sameSecurityValue('', ''));
    for (const value of ['blue', 'nancy', 'nonesuch', '10', 'a', '#12', '#blue', 'null island'])
      assert.equal(securityValueOf(value), value);
  });

  it('leaves people their names', () => {
    for (const name of ['Null', 'Na', 'Nil', 'None', 'Nan', 'Unknown', 'O', 'Ng', '李'])
      assert.ok(!isPlaceholder(name, true), name);
    for (const none of ['-', '.', '#N/A', 'N/A', 'n/a', '--', '', '#NAME?'])
      assert.ok(isPlaceholder(none, true), none);
  });
});

describe('The key of a student’s number', () => {
  it('is blind to case, spaces, dashes and leading zeros', () => {
    assert.equal(numberKey('00107'), '107');
    assert.equal(numberKey(' 1 07 '), '107');
    assert.equal(numberKey('AmyWest'), numberKey('amy west'));
    assert.equal(numberKey('0'), '0');
    assert.equal(numberKey('000'), '0');
    assert.notEqual(numberKey('A107'), numberKey('107'));
    assert.equal(numberKey('\u200b107\u00a0'), '107');
  });
});
