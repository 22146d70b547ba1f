import assert from 'node:assert/strict';
import { readRosterFiles } from '../../server/roster-files/formats/read-roster-files.js';
import { NOTHING_KNOWN, type KnownRoster } from '../../server/roster-files/records/roster-files.js';
import { LIMITS } from '../../server/tables/reading.js';
import { bytesHeldBy, ownText } from '../../server/tables/own-text.js';
import { CLEVER_FILES, KeptRoster, readFiles, shortly, withFiles } from '../support/roster-files/files.js';

const [HEADER = ''] = CLEVER_FILES['students.csv'].split('\n');
/** Rows of children, each with a parent who has a telephone and no address. */
function filesOf(rows: number, parents: number) {
  const row = (n: number) =>
    `S1,${String(n % 40)},,Moss,,Ada,,,,,Parent,Primary,Eva Moss ${String(n % parents)},555-${String(n % parents)},,`;
  const students = Array.from({ length: rows }, (_, n) => row(n));
  return { ...CLEVER_FILES, 'students.csv': [HEADER, ...students].join('\n') };
}

describe('the memory that roster files take', () => {
  it('does not grow with the rows that name one parent, who is asked for once, with all children', async () => {
    const asked: string[] = [];
    const read = await readFiles('clever-csv', filesOf(2500, 3), async (list, ids) => {
      if (list === 'contacts') asked.push(...ids);
      return new Set();
    });
    assert.equal(asked.length, 3);
    assert.deepEqual(
      read.roster.people('contacts').map(({ roles }) => roles?.contact?.student_relationships?.length),
      [40, 40, 40],
    );
  });

  it('is bounded by how many records and how much text they hold, which is told', async () => {
    const { records, text } = LIMITS;
    try {
      // 1 school, 40 students, 2 teachers and parents without an address.
      LIMITS.records = 50;
      const many = await readFiles('clever-csv', filesOf(400, 20));
      assert.deepEqual([many.ok, many.problems[0]?.fault], [false, { code: 'too many records', most: 50 }]);
      LIMITS.records = records;
      LIMITS.text = 4000;
      const long = (letters: string) => ({ 'students.txt': `1\tAda\t${letters.repeat(700)}\n`.repeat(5) });
      assert.equal((await readFiles('pickatime', long('x'))).ok, true);
      const wide = await readFiles('pickatime', long('ж'));
      assert.deepEqual([wide.ok, shortly(wide)], [false, ['students.txt:0 : too much text']]);
      const ties = { 'enrollment.txt': '1\tC1\n'.repeat(3000) };
      assert.equal((await readFiles('pickatime', ties)).ok, true);
    } finally {
      Object.assign(LIMITS, { records, text });
    }
  });

  it('holds texts that are no part of a file’s text, letter by letter the same', () => {
    for (const text of [
      '',
      'Ada',
      'Ana María García López',
      'Żółć gęślą jaźń Moss',
      '王小明'.repeat(9),
      '🍁'.repeat(9),
    ])
      assert.equal(ownText(`x${text}`.slice(1)), text);
    assert.deepEqual([bytesHeldBy('Moss'), bytesHeldBy('Żółć')], [4, 8]);
  });

  it('is told to be worked on also while records are looked up, which reads no bytes', async () => {
    let [looked, steps] = [0, 0];
    const known: KnownRoster = {
      ...NOTHING_KNOWN,
      async *records() {
        for (let batch = 0; batch < 5; batch += 1) {
          looked += 1;
          yield [{ id: 'student:nobody', isActive: true }];
        }
      },
    };
    await withFiles(CLEVER_FILES, (files) =>
      readRosterFiles(files, 'clever-csv', new KeptRoster(), known, '2026-11-29', (bytes) => {
        if (bytes === 0) steps += 1;
      }),
    );
    assert.ok(looked > 10 && steps >= looked, `${String(steps)} of ${String(looked)}`);
  });
});
