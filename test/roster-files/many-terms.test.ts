import assert from 'node:assert/strict';
import { CLEVER_FILES, readFiles } from '../support/roster-files/files.js';

/** A roster in which so many terms share a name, and one class does not tell the dates of its own. */
function filesOf(terms: number) {
  const [header = ''] = CLEVER_FILES['sections.csv'].split('\n');
  const row = (n: number, start: string) => `S1,C${String(n)},T1,,Math,,,Math,,,,Fall,${start},12/20/2026`;
  const days = Array.from({ length: terms }, (_, n) =>
    row(n, new Date(Date.UTC(1990, 0, 1 + n)).toISOString().slice(0, 10)),
  );
  return {
    ...CLEVER_FILES,
    'sections.csv': [header, ...days, row(terms, 'soon')].join('\n'),
    'enrollments.csv': 'Section_id,Student_id\n',
  };
}

/** How many array entries are visited during some work. */
async function countSteps(work: () => Promise<unknown>): Promise<number> {
  const original = Array.prototype[Symbol.iterator];
  let steps = 0;
  Array.prototype[Symbol.iterator] = function (this: unknown[]) {
    steps += this.length;
    return original.call(this);
  };
  try {
    await work();
  } finally {
    Array.prototype[Symbol.iterator] = original;
  }
  return steps;
}

describe('many terms of one name in Clever’s files', () => {
  it('are told apart in as many steps as there are, and none is taken for a class that does not tell which', async () => {
    const [few, many] = [filesOf(1000), filesOf(4000)];
    const read = await readFiles('clever-csv', few);
    assert.equal(read.roster.sections.at(-1)?.term_id, '');
    assert.equal(read.counts.terms, 1000);
    const steps = [
      await countSteps(() => readFiles('clever-csv', few)),
      await countSteps(() => readFiles('clever-csv', many)),
    ] as const;
    assert.ok(steps[1] < 6 * steps[0], steps.join(' and '));
  });
});
