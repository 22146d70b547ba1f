import assert from 'node:assert/strict';
import fc from 'fast-check';
import { IdSet } from '../../server/runs/changes/id-set.js';

const hex = (number: number) => number.toString(16).padStart(24, '0');

/** Ids as sources give them, and some that are easily confused with others. */
const ids = fc.oneof(
  fc.integer({ min: 0, max: 40 }).map(hex),
  fc.stringMatching(/^[0-9a-f]{24}$/),
  fc.stringMatching(/^[0-9A-F]{24}$/),
  fc.stringMatching(/^[0-9a-g]{23,25}$/),
  fc.constantFrom('', '0', '0'.repeat(23), '0'.repeat(24), '0'.repeat(25), 'a'.repeat(24), 'A'.repeat(24)),
  fc.string({ maxLength: 5 }),
);

describe('set of record ids', () => {
  it('says of any ids what a set of texts says', () => {
    fc.assert(
      fc.property(fc.array(ids, { maxLength: 600 }), fc.array(ids, { maxLength: 50 }), (added, asked) => {
        const [set, plain] = [new IdSet(), new Set<string>()];
        for (const id of added) {
          assert.equal(set.add(id), !plain.has(id));
          plain.add(id);
        }
        assert.equal(set.size, plain.size);
        for (const id of [...added, ...asked]) assert.equal(set.has(id), plain.has(id));
      }),
    );
  });

  it('keeps 100,000 counted ids apart, and takes none for another', () => {
    const set = new IdSet();
    for (let index = 0; index < 200_000; index += 2) assert.ok(set.add(hex(index)));
    assert.equal(set.size, 100_000);
    for (let index = 0; index < 200_000; index += 1) assert.equal(set.has(hex(index)), index % 2 === 0);
  });

  it('tells apart digits in upper and lower case, and an id from its digits with more before them', () => {
    const set = new IdSet();
    const id = '5a5b5c5d5e5f5a5b5c5d5e5f';
    set.add(id);
    assert.deepEqual([set.has(id), set.has(id.toUpperCase()), set.has(`0${id}`)], [true, false, false]);
  });

  it('holds the id of zeros alone, which fills no slot', () => {
    const set = new IdSet();
    assert.equal(set.has('0'.repeat(24)), false);
    assert.equal(set.add('0'.repeat(24)), true);
    assert.equal(set.add('0'.repeat(24)), false);
    assert.deepEqual([set.size, set.has('0'.repeat(24)), set.has('0'.repeat(23))], [1, true, false]);
  });
});
