import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isSomebodyElse, type Identified } from '../../server/roster/people/compare-identity.js';

const person = (fields: Partial<Identified>): Identified => ({
  type: 'student',
  firstName: '',
  middleName: '',
  lastName: '',
  email: '',
  username: '',
  phone: '',
  birthDate: '',
  ...fields,
});
const named = (name: string, more: Partial<Identified> = {}) => {
  const [firstName = '', lastName = ''] = name.split('|');
  return person({ firstName, lastName, ...more });
};

describe('whether an id now belongs to somebody else', () => {
  const student = (name: string, birthDate = '', securityValue = '') =>
    named(name, { birthDate, ...(securityValue ? { securityValue } : {}) });

  const others: [string, Identified, Identified][] = [
    [
      'another name and birth date',
      student('Betsy|Sand', '2015-01-15'),
      student('William|Johns', '2014-03-02'),
    ],
    [
      'another name and security value',
      student('Betsy|Sand', '', 'blue'),
      student('William|Johns', '', 'gold'),
    ],
    ['a brother', student('Betsy|Sand', '2015-01-15'), student('William|Sand', '2014-03-02')],
    ['a namesake', student('Betsy|Sand', '2015-01-15'), student('Betsy|Johns', '2014-03-02')],
    [
      'a sister with nearly the same name',
      student('Anna|Sand', '2015-01-15'),
      student('Anne|Sand', '2013-01-15'),
    ],
    ['nothing to compare', student('Betsy|Sand'), student('William|Johns')],
    ['a fact on one side alone', student('Betsy|Sand', '2015-01-15'), student('William|Johns')],
    ['placeholders for facts', student('Betsy|Sand', '', 'n/a'), student('William|Johns', '', '#N/A')],
    ['no name before', student('|', '2015-01-15'), student('William|Johns', '2014-03-02')],
    [
      'born on one day, with another value',
      student('Betsy|Sand', '2015-01-15', 'blue'),
      student('William|Johns', '2015-01-15', 'gold'),
    ],
    [
      'another date in other words',
      student('Betsy|Sand', '2015-01-15'),
      student('William|Johns', '', '3/2/2014'),
    ],
  ];
  for (const [what, one, other] of others)
    it(`says so: ${what}`, () => {
      assert.equal(isSomebodyElse(one, other), true);
      assert.equal(isSomebodyElse(other, one), true);
    });

  const same: [string, Identified, Identified][] = [
    ['a nickname', student('Elizabeth|Sand', '2015-01-15'), student('Betsy|Sand', '2015-01-15')],
    ['a slip', student('Betsy|Sand', '2015-01-15'), student('Betsi|Sannd', '2015-01-15')],
    ['an adoption', student('Betsy|Sand', '2015-01-15'), student('Elizabeth|Johns', '2015-01-15')],
    ['a corrected birth date', student('Betsy|Sand', '2015-01-15'), student('Betsy|Sand', '2015-01-16')],
    ['a new security value', student('Betsy|Sand', '', 'blue'), student('Betsy|Sand', '', 'gold')],
    [
      'accents, capitals and marks',
      student('Ána|O’Brien-Lee', '2015-01-15'),
      student('ANA|Obrien Lee', '2014-01-15'),
    ],
    ['names the other way round', student('Betsy|Sand', '2015-01-15'), student('Sand|Betsy', '2014-01-15')],
    ['a second last name', student('Betsy|Sand', '2015-01-15'), student('Betsy|Sand Lopez', '2014-01-15')],
    ['a date in other words', student('Betsy|Sand', '', '1/15/2015'), student('Liz|Johns', '2015-01-15')],
    ['a nickname and no fact', student('Elizabeth|Sand'), student('Betsy|Sand')],
    ['a last name and no fact', student('Betsy|Sand'), student('Betsy|Johns')],
    ['a slip in both names and no fact', student('Betsy|Sand'), student('Betsi|Sandt')],
    ['a name that was missing', student('|'), student('Betsy|Sand')],
    [
      'a code beside a birth date',
      student('Elizabeth|Sand', '2015-01-15'),
      student('Betsy|Sand', '', 'gold'),
    ],
  ];
  for (const [what, one, other] of same)
    it(`lets pass: ${what}`, () => {
      assert.equal(isSomebodyElse(one, other), false);
      assert.equal(isSomebodyElse(other, one), false);
    });

  const adult = (name: string, email = '', more: Partial<Identified> = {}) =>
    named(name, { type: 'teacher', email, ...more });
  it('compares adults by name and address: marriage changes the last name and the address', () => {
    const lee = adult('Mary|Lee', 'mary.lee@school.example');
    assert.equal(isSomebodyElse(lee, adult('Mary|Cruz', 'mary.cruz@school.example')), false);
    assert.equal(isSomebodyElse(lee, adult('M.|Cruz', 'mcruz@school.example')), false);
    assert.equal(isSomebodyElse(lee, adult('Paul|Ward', 'mary.lee@school.example')), false);
    assert.equal(isSomebodyElse(lee, adult('Paul|Ward', 'paul.ward@school.example')), true);
    assert.equal(isSomebodyElse(lee, adult('Paul|Lee', 'paul.lee@school.example')), true);
    assert.equal(isSomebodyElse(adult('Mary|Lee'), adult('Paul|Lee')), false);
    assert.equal(isSomebodyElse(adult('Mary|Lee'), adult('Paul|Ward', 'paul.ward@school.example')), true);
  });

  it('compares guardians by the last name if it contains the whole name', () => {
    const whole = (lastName: string, email: string) => person({ type: 'guardian', lastName, email });
    assert.equal(
      isSomebodyElse(whole('Mary Lee', 'a@example.org'), whole('Paul Ward', 'b@example.org')),
      true,
    );
    assert.equal(
      isSomebodyElse(whole('Mary Lee', 'a@example.org'), whole('Mary Lee', 'b@example.org')),
      false,
    );
  });

  it('counts a telephone number for guardians', () => {
    const one = adult('Mary|Lee', 'a@example.org', { type: 'guardian', phone: '312-555-0100' });
    const other = { type: 'guardian' as const, phone: '(312) 5550100' };
    assert.equal(isSomebodyElse(one, adult('Paul|Lee', 'b@example.org', other)), false);
    assert.equal(isSomebodyElse(one, adult('Paul|Lee', 'b@example.org', { ...other, phone: '' })), true);
  });

  it('never says so of the same person, whatever is missing', () => {
    const word = fc.string({ unit: 'grapheme', maxLength: 12 });
    const anybody = fc.record({
      type: fc.constantFrom('student' as const, 'teacher' as const, 'guardian' as const),
      firstName: word,
      middleName: word,
      lastName: word,
      email: word,
      username: word,
      phone: word,
      birthDate: fc.constantFrom('', '2015-01-15', '2014-03-02'),
    });
    fc.assert(fc.property(anybody, (one) => !isSomebodyElse(one, one)));
    fc.assert(
      fc.property(
        anybody,
        anybody,
        (one, other) =>
          isSomebodyElse(one, { ...other, type: one.type }) ===
          isSomebodyElse({ ...other, type: one.type }, one),
      ),
    );
  });
});
