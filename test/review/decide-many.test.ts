import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decideMatches, type PersonRecord } from '../../server/roster/people/decide-matches.js';
import type { Candidate } from '../../server/roster/people/match-rules.js';
import { candidate, MAPPING, record, tie } from '../support/roster/decide.js';

describe('deciding who many records are', () => {
  const text = (...values: string[]) => fc.constantFrom('', ...values);
  const person = fc.record({
    type: fc.constantFrom('student' as const, 'teacher' as const, 'guardian' as const),
    firstName: text('Ana', 'Ben'),
    lastName: text('Lee', 'Kim'),
    email: text('a@x', 'b@x', 'none'),
    phone: text('3125550100'),
    birthDate: text('2012-01-01', '2013-01-01'),
    identifiers: fc.record({ communityId: text('1', '2', '3'), barcode: text('8', '9') }),
    relations: fc.subarray([tie('s1'), tie('s2')]),
  });
  const people = fc.array(person, { maxLength: 7 });

  it('no contact is given twice, nobody is matched and doubtful, only one’s own type is met', () => {
    fc.assert(
      fc.property(people, people, (mine, theirs) => {
        const records = mine.map((fields, n) => record(`r${String(n)}`, fields));
        const candidates = theirs.map((fields) => candidate(fields));
        const { matched, doubtful } = decideMatches(records, {
          candidates,
          mapping: MAPPING,
          areSeparate: () => false,
        });
        const given = [...matched.values()].map(String);
        assert.equal(new Set(given).size, given.length);
        assert.ok(doubtful.every(({ id, candidates: held }) => !matched.has(id) && held.length > 0));
        const typeOf = new Map(candidates.map(({ _id, type }) => [String(_id), type]));
        for (const { id, fields } of records) {
          const met = [matched.get(id), ...(doubtful.find((doubt) => doubt.id === id)?.candidates ?? [])];
          assert.ok(met.every((contact) => !contact || typeOf.get(String(contact)) === fields.type));
        }
      }),
    );
  });

  it('the order of records and candidates decides nothing', () => {
    fc.assert(
      fc.property(people, people, (mine, theirs) => {
        const records = mine.map((fields, n) => record(`r${String(n)}`, fields));
        const candidates = theirs.map((fields) => candidate(fields));
        const outcome = (some: PersonRecord[], others: Candidate[]) => {
          const { matched, doubtful } = decideMatches(some, {
            candidates: others,
            mapping: MAPPING,
            areSeparate: () => false,
          });
          return [
            [...matched].map(String).sort(),
            doubtful.map(({ id, candidates: held, reason }) => [id, held.map(String).sort(), reason]).sort(),
          ];
        };
        assert.deepEqual(
          outcome(records.toReversed(), candidates.toReversed()),
          outcome(records, candidates),
        );
      }),
    );
  });
});
