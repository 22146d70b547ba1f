import assert from 'node:assert/strict';
import { NO_MAPPING } from '../../server/models/field-mapping.js';
import type { RosterPerson } from '../../server/models/contact.js';
import { candidate, decide, record, tie } from '../support/roster/decide.js';

const nothing = { matched: [], doubtful: [] };

describe('deciding who a new record is', () => {
  const ana = { firstName: 'Ana', lastName: 'López', email: 'ana@example.org' };

  it('takes the one with the same mapped number, whatever the name, without regard to case and blanks around', () => {
    const found = decide(
      [record('r', { firstName: 'Ann', lastName: 'Lopes', identifiers: { communityId: 'a77' } })],
      [candidate({ ...ana, identifiers: { communityId: ' A77' } }), candidate(ana)],
    );
    assert.deepEqual(found, { matched: ['r=0'], doubtful: [] });
  });

  it('goes by the community id before the barcode, and by the barcode before the e-mail', () => {
    const people = [
      candidate({ identifiers: { communityId: '1', barcode: 'x' } }),
      candidate({ identifiers: { communityId: '2', barcode: '9' } }),
      candidate(ana),
    ];
    assert.deepEqual(
      decide([record('r', { ...ana, identifiers: { communityId: '1', barcode: '9' } })], people).matched,
      ['r=0'],
    );
    assert.deepEqual(
      decide([record('r', { ...ana, identifiers: { communityId: '', barcode: '9' } })], people).matched,
      ['r=1'],
    );
    assert.deepEqual(decide([record('r', ana)], people).matched, ['r=2']);
  });

  it('never goes by a number that is not mapped', () => {
    const one = record('r', { identifiers: { communityId: '77' } });
    assert.deepEqual(
      decide([one], [candidate({ identifiers: { communityId: '77' } })], { mapping: NO_MAPPING }),
      nothing,
    );
    const staff = { type: 'staff' as const, identifiers: { communityId: '5' } };
    assert.deepEqual(decide([record('r', staff)], [candidate(staff)]), nothing);
  });

  it('never goes by something blank: numbers, email, last name, name', () => {
    const blank = { identifiers: { communityId: '', barcode: ' ' }, email: '', phone: '' };
    assert.deepEqual(decide([record('r', blank)], [candidate(blank)]), nothing);
    const address = { email: 'office@example.org' };
    assert.deepEqual(decide([record('r', address)], [candidate(address)]), nothing);
    const none = { email: 'none', lastName: 'Lee', firstName: 'Al' };
    assert.deepEqual(decide([record('r', none)], [candidate({ ...none, firstName: 'Bo' })]), nothing);
  });

  it('takes the same e-mail only with the same last name, accents aside, and the same type', () => {
    const one = record('r', { ...ana, lastName: 'lopez', firstName: 'A.' });
    assert.deepEqual(decide([one], [candidate(ana)]).matched, ['r=0']);
    assert.deepEqual(decide([one], [candidate({ ...ana, lastName: 'Diaz' })]), nothing);
    assert.deepEqual(decide([one], [candidate({ ...ana, type: 'guardian' })]), nothing);
  });

  it('takes none if several match, and says why', () => {
    const number = { identifiers: { communityId: '77' } };
    assert.deepEqual(decide([record('r', number)], [candidate(number), candidate(number)]).doubtful, [
      'r~0,1: same student number',
    ]);
    assert.deepEqual(decide([record('r', ana)], [candidate(ana), candidate(ana)]), {
      matched: [],
      doubtful: ['r~0,1: same email and last name'],
    });
    const card = { type: 'staff' as const, identifiers: { barcode: '5' } };
    assert.deepEqual(decide([record('r', card)], [candidate(card), candidate(card)]).doubtful, [
      'r~0,1: same staff ID',
    ]);
  });

  it('gives a contact to neither of two records that match it equally', () => {
    const number = { identifiers: { communityId: '77' } };
    assert.deepEqual(decide([record('a', number), record('b', number)], [candidate(number)]), {
      matched: [],
      doubtful: ['a~0: same student number', 'b~0: same student number'],
    });
  });

  it('gives it to the one with the number before one with the e-mail, which is listed', () => {
    const found = decide(
      [record('b', ana), record('a', { identifiers: { communityId: '77' } })],
      [candidate({ ...ana, identifiers: { communityId: '77' } })],
    );
    assert.deepEqual(found, { matched: ['a=0'], doubtful: ['b~0: same email and last name'] });
  });

  it('does not take a brother for his sister by the family’s e-mail: another number or birth date is a doubt', () => {
    const doubt = ['r~0: same email and last name'];
    const numbers = decide(
      [record('r', { ...ana, identifiers: { communityId: '1' } })],
      [candidate({ ...ana, identifiers: { communityId: '2' } })],
    );
    assert.deepEqual(numbers, { matched: [], doubtful: doubt });
    const births = decide(
      [record('r', { ...ana, birthDate: '2012-01-01' })],
      [candidate({ ...ana, birthDate: '2010-01-01' })],
    );
    assert.deepEqual(births, { matched: [], doubtful: doubt });
  });

  it('gives nobody’s login to a record by e-mail, unless the login’s address is proven and the same', () => {
    const login = (email: string, proven: boolean) =>
      decide([record('r', ana)], [candidate({ ...ana, logins: [{ email, proven }] })]);
    const doubt = { matched: [], doubtful: ['r~0: same email and last name'] };
    assert.deepEqual(login('ana@example.org', true), { matched: ['r=0'], doubtful: [] });
    assert.deepEqual(login('ana@example.org', false), doubt);
    assert.deepEqual(login('other@example.org', true), doubt);
    const number = { identifiers: { communityId: '7' }, logins: [{ email: 'x@y.zz', proven: false }] };
    assert.deepEqual(decide([record('r', number)], [candidate(number)]).matched, ['r=0']);
  });

  it('only lists somebody with the same name, and says if the birth date is the same too', () => {
    const name = { firstName: 'Ana', lastName: 'López' };
    assert.deepEqual(decide([record('r', name)], [candidate(name)]).doubtful, ['r~0: same name']);
    const born = { ...name, birthDate: '2012-02-09' };
    assert.deepEqual(decide([record('r', born)], [candidate(born), candidate(name)]).doubtful, [
      'r~0: same name and birth date',
    ]);
    assert.deepEqual(decide([record('r', born)], [candidate({ ...name, birthDate: '2011-01-01' })]), nothing);
    assert.deepEqual(decide([record('r', name)], [candidate({ ...name, type: 'teacher' })]), nothing);
  });

  it('does not list somebody of the same name who was matched with another record', () => {
    const name = { firstName: 'Ana', lastName: 'López' };
    const found = decide(
      [record('b', name), record('a', { ...name, identifiers: { communityId: '7' } })],
      [candidate({ ...name, identifiers: { communityId: '7' } })],
    );
    assert.deepEqual(found, { matched: ['a=0'], doubtful: [] });
  });

  it('neither takes nor lists what a person decided to keep apart', () => {
    const people = [candidate(ana), candidate({ ...ana, firstName: 'Eva' })];
    const found = decide([record('r', ana)], people, {
      areSeparate: (id, contact) => id === 'r' && contact.equals(people[0]!._id),
    });
    assert.deepEqual(found, { matched: ['r=1'], doubtful: [] });
    assert.deepEqual(decide([record('r', ana)], people, { areSeparate: () => true }), nothing);
  });
});

describe('deciding which guardian a new record is', () => {
  const sanjiv = {
    type: 'guardian' as const,
    firstName: 'Sanjiv',
    lastName: 'Becker',
    relations: [tie('s1'), tie('s2')],
  };

  it('takes the one of the same name with a student in common, though the whole name is in the last name', () => {
    const one = record('r', { ...sanjiv, firstName: '', lastName: 'Sanjiv Becker', relations: [tie('s2')] });
    assert.deepEqual(decide([one], [candidate(sanjiv)]), { matched: ['r=0'], doubtful: [] });
  });

  it('takes the same e-mail or phone with a student in common, whatever the name', () => {
    const renamed = { ...sanjiv, firstName: 'San', email: 's@example.org', phone: '(312) 555-0100' };
    const by = (fields: Partial<RosterPerson>) =>
      decide([record('r', { ...sanjiv, ...fields })], [candidate(renamed)]);
    assert.deepEqual(by({ lastName: 'Bekker', email: 's@example.org' }).matched, ['r=0']);
    assert.deepEqual(by({ lastName: 'Bekker', phone: '312 555 0100' }).matched, ['r=0']);
    assert.deepEqual(by({ lastName: 'Bekker', phone: '0100' }), nothing);
  });

  it('without a student in common only lists the same name', () => {
    const other = { ...sanjiv, relations: [tie('s9')] };
    assert.deepEqual(decide([record('r', sanjiv)], [candidate(other)]), {
      matched: [],
      doubtful: ['r~0: same name'],
    });
  });

  it('takes the one of the name of a family that shares address and phone, whoever logs in', () => {
    const shared = { ...sanjiv, email: 'family@example.org', phone: '(312) 555-0100' };
    const wife = { ...shared, firstName: 'Sunita' };
    const logins = [{ email: 'other@example.org', proven: true }];
    const both = [candidate({ ...shared, logins }), candidate(wife)];
    assert.deepEqual(decide([record('r', shared), record('s', wife)], both), {
      matched: ['r=0', 's=1'],
      doubtful: [],
    });
    const byPhone = { email: '', relations: [tie('s1')] };
    assert.deepEqual(
      decide(
        [record('r', { ...shared, ...byPhone })],
        both.map((one) => ({ ...one, email: '' })),
      ).matched,
      ['r=0'],
    );
    const strangers = both.map((one) => ({ ...one, relations: [] }));
    assert.deepEqual(decide([record('r', shared)], strangers).matched, []);
  });

  it('takes neither of two', () => {
    assert.deepEqual(decide([record('r', sanjiv)], [candidate(sanjiv), candidate(sanjiv)]), {
      matched: [],
      doubtful: ['r~0,1: same name, email, or phone, and a student in common'],
    });
  });
});
