import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Types } from 'mongoose';
import type { CleverUser } from '../../server/clever/schema.js';
import { NO_MAPPING, type FieldMapping } from '../../server/models/field-mapping.js';
import { cleanDate, cleanText } from '../../server/sources/records/clean-text.js';
import { mapCleverSection } from '../../server/sources/records/map-clever-class.js';
import { mapCleverPerson } from '../../server/sources/records/map-clever-person.js';
import { runs } from '../support/seed.js';

const ALL = { students: true, teachers: true, staff: true, contacts: true };
const school = new Types.ObjectId();
const second = new Types.ObjectId();
const schools = new Map([
  ['s1', school],
  ['s2', second],
]);

function person(user: object, kinds = ALL) {
  const mapped = mapCleverPerson({ id: 'u1', district: 'd', ...user }, kinds, schools);
  assert.ok(mapped.ok);
  return mapped.record.fields;
}

describe('mapping a person from Clever', () => {
  it('takes every field that has a place', () => {
    const mapped = person({
      name: { first: ' Ana ', middle: 'M', last: 'López' },
      email: 'Ana.Lopez@Example.org',
      roles: {
        student: {
          school: 's2',
          schools: ['s1', 's2', 'unknown'],
          student_number: '77',
          sis_id: '88',
          dob: '2/9/2012',
          gender: 'F',
          grade: '8',
          location: { address: '1 Elm', city: 'Maple', state: 'IL', zip: '60601' },
          credentials: { district_username: 'ana' },
          race: 'not ours to keep',
        },
      },
    });
    assert.deepEqual(mapped, {
      type: 'student',
      firstName: 'Ana',
      middleName: 'M',
      lastName: 'López',
      email: 'ana.lopez@example.org',
      username: 'ana',
      schoolId: '77',
      birthDate: '2012-02-09',
      sex: 'F',
      address: '1 Elm',
      city: 'Maple',
      state: 'IL',
      postalCode: '60601',
      grade: '8',
      title: '',
      phone: '',
      schools: [second, school],
      relations: [],
    });
  });

  it('makes one contact of several roles, student before teacher before staff before guardian, with its ties', () => {
    const ties = {
      student_relationships: [{ student: 'c1', relationship: 'Parent', type: 'Parent/Guardian' }],
    };
    const roles = { student: {}, teacher: { title: 'Teacher' }, staff: { title: 'Dean' }, contact: ties };
    const types = [
      roles,
      { ...roles, student: undefined },
      { staff: {}, contact: ties },
      { contact: ties },
    ].map((held) => person({ roles: held }));
    assert.deepEqual(
      types.map(({ type, relations }) => [type, relations.length]),
      [
        ['student', 1],
        ['teacher', 1],
        ['staff', 1],
        ['guardian', 1],
      ],
    );
  });

  it('looks only at roles that the account syncs', () => {
    const roles = { teacher: { school: 's1' }, contact: { student_relationships: [{ student: 'c1' }] } };
    assert.equal(person({ roles }, { ...ALL, teachers: false }).type, 'guardian');
    assert.deepEqual(person({ roles }, { ...ALL, contacts: false }).relations, []);
    const none = mapCleverPerson(
      { id: 'u1', district: 'd', roles },
      { students: true, teachers: false, staff: false, contacts: false },
      schools,
    );
    assert.equal(none.ok, false);
  });

  it('keeps a whole name that came in the last name', () => {
    const { firstName, lastName } = person({ name: { last: 'Sanjiv Becker' }, roles: { contact: {} } });
    assert.deepEqual([firstName, lastName], ['', 'Sanjiv Becker']);
  });

  it('gives the same hash for the same people in another order', () => {
    const roles = (list: string[]) => ({ teacher: { school: 's1', schools: list } });
    const hash = (list: string[]) => {
      const mapped = mapCleverPerson({ id: 'u', district: 'd', roles: roles(list) }, ALL, schools);
      return mapped.ok && mapped.record.hash;
    };
    assert.equal(hash(['s1', 's2']), hash(['s2', 's1']));
  });

  describe('with mapped identifiers', () => {
    const roles = {
      student: { student_number: '77', sis_id: 's 8 ', state_id: null },
      teacher: { teacher_number: 't1' },
      staff: { staff_id: 'f1' },
      contact: { sis_id: 'c1' },
    };
    const map = (mapping: FieldMapping, held: object) => {
      const mapped = mapCleverPerson({ id: 'u', district: 'd', roles: held }, ALL, schools, mapping);
      assert.ok(mapped.ok);
      return mapped.record;
    };
    const mapping: FieldMapping = {
      student: { communityId: 'sis_id', barcode: 'student_number' },
      teacher: { communityId: '', barcode: 'teacher_number' },
      staff: { communityId: 'staff_id', barcode: '' },
    };

    it('takes the mapped ones of the person’s type and names no other', () => {
      const given = [roles, { teacher: roles.teacher }, { staff: roles.staff }, { contact: roles.contact }];
      assert.deepEqual(
        given.map((held) => map(mapping, held).fields.identifiers),
        [{ communityId: 's 8', barcode: '77' }, { barcode: 't1' }, { communityId: 'f1' }, undefined],
      );
    });

    it('empties a mapped one that Clever has not', () => {
      const state = { ...mapping, student: { communityId: 'state_id', barcode: '' } } as const;
      assert.deepEqual(map(state, roles).fields.identifiers, { communityId: '' });
    });

    it('hashes as before where nothing is mapped, and otherwise with the identifiers', () => {
      const plain = mapCleverPerson({ id: 'u', district: 'd', roles }, ALL, schools);
      assert.ok(plain.ok);
      assert.equal(map(NO_MAPPING, roles).hash, plain.record.hash);
      assert.ok(!('identifiers' in map(NO_MAPPING, roles).fields));
      assert.notEqual(map(mapping, roles).hash, plain.record.hash);
    });
  });

  it('survives anything at all in any field', () => {
    const anything = fc.anything({ maxDepth: 2 });
    const role = fc.oneof(
      anything,
      fc.dictionary(
        fc.constantFrom(
          'school',
          'schools',
          'dob',
          'location',
          'credentials',
          'student_relationships',
          'student_number',
        ),
        anything,
      ),
    );
    const user = fc.record({
      id: fc.oneof(fc.constant('5970d4dd35e9e69741000160'), anything),
      name: anything,
      email: anything,
      roles: fc.oneof(
        anything,
        fc.dictionary(fc.constantFrom('student', 'teacher', 'staff', 'contact', 'district_admin'), role),
      ),
    });
    fc.assert(
      fc.property(user, (given) => {
        const mapped = mapCleverPerson(given as unknown as CleverUser, ALL, schools);
        if (mapped.ok)
          assert.ok(
            Object.values(mapped.record.fields).every(
              (field) => typeof field === 'string' || Array.isArray(field),
            ),
          );
      }),
      { numRuns: runs(500) },
    );
  });
});

describe('mapping texts and dates', () => {
  const dates: [string, string][] = [
    ['1/16/1998', '1998-01-16'],
    ['12/3/2011', '2011-12-03'],
    ['2012-08-01', '2012-08-01'],
    ['2012-08-01T00:00:00.000Z', '2012-08-01'],
    ['2/30/2012', ''],
    ['13/1/2012', ''],
    ['1/1/12', ''],
    ['', ''],
    ['soon', ''],
  ];
  for (const [given, expected] of dates)
    it(`reads ${given || 'nothing'} as ${expected || 'no date'}`, () => {
      assert.equal(cleanDate(given), expected);
    });

  it('makes one line of what comes, and of half a character a mark', () => {
    assert.equal(cleanText('a\u0000b\n\u2028c '), 'a b c');
    assert.equal(cleanText('x\ud83d'), 'x\ufffd');
    assert.equal(cleanText('😀'.repeat(5000)).length <= 1001, true);
    assert.equal(cleanText(4), '4');
    assert.equal(cleanText(null), '');
  });
});

describe('mapping a section from Clever', () => {
  const base = { id: 'x1', district: 'd', school: 's1' };

  it('has the primary teacher first, and each person once', () => {
    const mapped = mapCleverSection(
      { ...base, teacher: 't9', teachers: ['t2', 't9', 't1'], students: ['b', 'a', 'b'] },
      schools,
    );
    assert.ok(mapped.ok);
    assert.deepEqual(mapped.record.fields.teacherIds, ['t9', 't1', 't2']);
    assert.deepEqual(mapped.record.fields.studentIds, ['a', 'b']);
  });

  it('of another school is outside, and of none cannot be taken', () => {
    const outside = mapCleverSection({ ...base, school: 's3' }, schools);
    assert.deepEqual(outside, { ok: false, id: 'x1', reason: 'outside' });
    const none = mapCleverSection({ id: 'x1', district: 'd' }, schools);
    assert.ok(!none.ok && none.reason !== 'outside');
  });
});
