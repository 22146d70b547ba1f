import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { FileFormat } from '../../server/models/account.js';
import { readRosterFiles } from '../../server/roster-files/formats/read-roster-files.js';
import { NOTHING_KNOWN, type RosterSink } from '../../server/roster-files/records/roster-files.js';
import { leastHeldBy, MOST_HELD } from '../support/loop.js';
import { CLEVER_FILES, zipOf, type Contents } from '../support/roster-files/files.js';

const NOWHERE: RosterSink = {
  write: () => Promise.resolve(),
  remove: () => Promise.resolve(),
  leaveOut: () => Promise.resolve(),
};
const lines = (count: number, line: (n: number) => string): string =>
  Array.from({ length: count }, (_, n) => `${line(n)}\n`).join('');

/** Files that pack small and inflate to as much as Slotbell reads. */
const SHAPES: [string, FileFormat, () => Contents][] = [
  ['zeros', 'pickatime', () => ({ 'students.txt': Buffer.alloc(190_000_000) })],
  ['blank lines', 'pickatime', () => ({ 'students.txt': Buffer.alloc(190_000_000, '\n') })],
  ['blank cells', 'pickatime', () => ({ 'students.txt': lines(900_000, () => '\t\t') })],
  [
    'one row again and again',
    'pickatime',
    () => ({ 'students.txt': lines(400_000, () => '1\tAda\tMoss\tblue') }),
  ],
  [
    'equal enrollments',
    'clever-csv',
    () => ({
      ...CLEVER_FILES,
      'enrollments.csv': `Section_id,Student_id\n${lines(1_000_000, () => 'C1,11')}`,
    }),
  ],
  [
    'one parent of a hundred thousand',
    'pickatime',
    () => ({
      'students.txt': lines(100_000, (n) => `${n}\tA${n}\tMoss`),
      'parents.txt': 'P1\tEva\tMoss\n',
      'parent-student.txt': lines(100_000, (n) => `P1\t${n}`),
    }),
  ],
  [
    'one class of a hundred thousand teachers',
    'pickatime',
    () => ({
      'teachers.txt': lines(100_000, (n) => `${n}\tA${n}\tMoss`),
      'classes.txt': lines(100_000, (n) => `C1\t${n}`),
    }),
  ],
  [
    'ids that read alike',
    'pickatime',
    () => ({
      'students.txt': lines(180_000, (n) => `${'0'.repeat(n % 8)}${n >> 3}\tA${n}\tMoss`),
      'enrollment.txt': lines(10_000, (n) => `x${n}\tC1`),
    }),
  ],
  [
    'a hundred thousand columns',
    'pickatime',
    () => ({ 'students.txt': lines(40, () => 'StudentID,First,Last'.padEnd(90_000, ',x')) }),
  ],
  ['a line of quotation marks', 'pickatime', () => ({ 'students.txt': `1\t${'"'.repeat(9_900_000)}\tB\n` })],
  [
    'quotation marks that open',
    'pickatime',
    () => ({ 'students.txt': `${lines(300_000, (n) => `${n}\t"A\tB`)}2\t"C"\tD\n` }),
  ],
  [
    'long cells',
    'pickatime',
    () => ({ 'students.txt': lines(20, (n) => `${n}\t${'x '.repeat(4_000_000)}\tB`) }),
  ],
  [
    'a row of another order each time',
    'pickatime',
    () => ({
      'students.txt': lines(100_000, (n) => (n % 2 ? 'StudentID\tLast\tFirst' : 'StudentID\tFirst\tLast')),
    }),
  ],
];

describe('the event loop while roster files are read', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'slotbell-loop-'));
  });
  after(() => rm(folder, { recursive: true }));

  for (const [name, format, make] of SHAPES)
    it(`is held 200 ms at most by a zip of ${name}`, async () => {
      const file = path.join(folder, 'roster.zip');
      await writeFile(file, await zipOf(make()));
      const held = await leastHeldBy(() =>
        readRosterFiles([{ path: file, name: 'roster.zip' }], format, NOWHERE, NOTHING_KNOWN),
      );
      assert.ok(held <= MOST_HELD, `${name} held the loop for ${held} ms`);
    });
});
