import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { ROOT } from '../../server/root.js';
import { readFailures, sayFailures } from '../support/say-failures.js';

const FAILING = `
import assert from 'node:assert/strict';
describe('a school', () => {
  describe('in its first year', () => {
    it('has rules: two', () => {
      const cause = new Error('at "a sync" 1\\n      which is the third', { cause: catchIt(() => assert.deepEqual([1, 2], [1, 3])) });
      throw new Error('Property failed after 4 tests\\n{ seed: 5 }', { cause });
    });
    it('has a name', () => assert.equal('Maple', 'Oak', 'the name'));
    it('opens', () => undefined);
  });
  describe('without a roof', () => {
    before(() => { throw new TypeError('rain: ' + 'wet '.repeat(200)); });
    it('never opens', () => undefined);
  });
});
function catchIt(act) { try { act(); } catch (error) { return error; } }
`;

describe('what the suite says of tests that failed', () => {
  it('is a title and a line for each error and its causes, with what differs', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'slotbell-failures-'));
    const file = path.join(folder, 'failing.mjs');
    await writeFile(file, FAILING);
    const mocha = path.join(ROOT, 'node_modules/mocha/lib/cli/cli.js');
    const { stdout } = spawnSync(process.execPath, [mocha, '--no-config', file], { encoding: 'utf8' });
    await rm(folder, { recursive: true });
    const lines = sayFailures(readFailures(stdout)).split('\n');
    assert.equal(lines[8]?.length, 305);
    assert.deepEqual(lines.with(8, lines[8].slice(0, 30)), [
      'Failed:',
      '  a school in its first year has rules: two',
      '    Error: Property failed after 4 tests',
      '    Error: at "a sync" 1',
      '    AssertionError [ERR_ASSERTION]: Expected values to be strictly deep-equal: + actual - expected + 2 - 3',
      '  a school in its first year has a name',
      '    AssertionError [ERR_ASSERTION]: the name + expected - actual -Maple +Oak',
      '  a school without a roof "before all" hook for "never opens"',
      '    TypeError: rain: wet wet w',
      '',
    ]);
  });

  it('names twenty and counts the others', () => {
    const failures = Array.from({ length: 22 }, (_, n) => ({
      title: `test ${String(n)}`,
      errors: ['Error'],
    }));
    const lines = sayFailures(failures).trimEnd().split('\n');
    assert.deepEqual([lines.length, lines.at(-1)], [42, '  and 2 more']);
    assert.equal(sayFailures([]), '');
  });
});
