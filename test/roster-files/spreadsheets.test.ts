import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  CLEVER_FILES,
  PICKATIME_FILES,
  readFiles,
  shortly,
  type Contents,
} from '../support/roster-files/files.js';
import { runs } from '../support/seed.js';

type Encoding = 'utf8' | 'utf8 with mark' | 'utf16le' | 'utf16be' | 'windows-1252';
const ENCODINGS: Encoding[] = ['utf8', 'utf8 with mark', 'utf16le', 'utf16be', 'windows-1252'];

function encode(text: string, encoding: Encoding): Buffer {
  if (encoding === 'utf8') return Buffer.from(text);
  if (encoding === 'utf8 with mark') return Buffer.from(`\ufeff${text}`);
  if (encoding === 'windows-1252') return Buffer.from(text, 'latin1');
  const bytes = Buffer.from(`\ufeff${text}`, 'utf16le');
  return encoding === 'utf16le' ? bytes : bytes.swap16();
}

const mapped = (files: Contents, change: (text: string, name: string) => string | Buffer): Contents =>
  Object.fromEntries(Object.entries(files).map(([name, text]) => [name, change(String(text), name)]));

describe('roster files as spreadsheets write them', () => {
  for (const encoding of ENCODINGS)
    it(`are read in ${encoding}`, async () => {
      const plain = await readFiles('clever-csv', CLEVER_FILES);
      const read = await readFiles(
        'clever-csv',
        mapped(CLEVER_FILES, (text) => encode(text, encoding)),
      );
      const told = 'students.csv:0 : old encoding encoding=windows-1252';
      assert.deepEqual(shortly(read), encoding === 'windows-1252' ? [told] : []);
      assert.deepEqual(read.roster.lists, plain.roster.lists);
    });

  it('are read in Windows-1252 with its own quotation marks and currency', async () => {
    const text = Buffer.from('StudentID\tFirst\tLast\n1\tZo\x80\tO\x92Neil\n', 'latin1');
    const read = await readFiles('pickatime', { 'students.txt': text });
    assert.deepEqual(read.roster.people('students')[0]?.name, { first: 'Zo€', last: 'O’Neil' });
  });

  for (const [name, end] of [
    ['line feeds', '\n'],
    ['Windows line ends', '\r\n'],
    ['old Mac line ends', '\r'],
  ] as const)
    it(`are read with ${name}, and lines are counted as an editor does`, async () => {
      const text = ['StudentID\tFirst\tLast', '1\t"A\nnn"\tLee', '', '2\t\t', '3\tC\tPoe', ''].join('\n');
      const read = await readFiles('pickatime', { 'students.txt': text.replaceAll('\n', end) });
      assert.deepEqual(shortly(read), ['students.txt:5 Last: empty']);
      assert.deepEqual(
        read.roster.people('students').map(({ name: of }) => of?.first),
        ['A nn', 'C'],
      );
    });

  for (const end of ['\r', '\r\n'])
    it(`are read with ${JSON.stringify(end)} also where a part of the file ends in the middle of it`, async () => {
      // Rows of 64 bytes: files are read in parts of 65,536, so that every part ends after a \r.
      const header = `${'StudentID\tFirst\tLast'.padEnd(63, '\t')}${end}`;
      const row = (index: number): string => `${String(index)}\tA\t`.padEnd(64 - end.length, 'x') + end;
      const text = header + Array.from({ length: 3000 }, (_, index) => row(index)).join('');
      const read = await readFiles('pickatime', { 'students.txt': `${text}x\t\t` });
      assert.equal(read.counts.students, 3000);
      assert.deepEqual(shortly(read), ['students.txt:3002 Last: empty']);
    });

  for (const separator of [';', '\t', ','])
    it(`are read with ${JSON.stringify(separator)} between the columns, also where Excel announces it`, async () => {
      const plain = await readFiles('clever-csv', CLEVER_FILES);
      const withSeparator = (text: string): string =>
        text
          .split('\n')
          .map((line) => line.replace(/"[^"]*"|,/g, (found) => (found === ',' ? separator : found)))
          .join('\n');
      const one = await readFiles('clever-csv', mapped(CLEVER_FILES, withSeparator));
      assert.deepEqual(one.roster.lists, plain.roster.lists);
      const two = await readFiles(
        'clever-csv',
        mapped(CLEVER_FILES, (text) => `sep=${separator}\r\n${withSeparator(text)}`),
      );
      assert.deepEqual(two.roster.lists, plain.roster.lists);
    });

  it('tell the line after an announced separator rightly', async () => {
    const read = await readFiles('pickatime', { 'students.csv': 'sep=;\nStudentID;First;Last\n1;;\n' });
    assert.deepEqual(shortly(read), ['students.csv:3 Last: empty']);
  });

  it('may have empty columns and rows at the end, and headers in any writing', async () => {
    const plain = await readFiles('clever-csv', CLEVER_FILES);
    const read = await readFiles(
      'clever-csv',
      mapped(CLEVER_FILES, (text) => {
        const [header = '', ...rows] = text.trimEnd().split('\n');
        return `${header.toUpperCase().replaceAll('_', ' ')},,\n${rows.map((row) => `${row},,`).join('\n')}\n,,,\n\n \n`;
      }),
    );
    assert.deepEqual(shortly(read), []);
    assert.deepEqual(read.roster.lists, plain.roster.lists);
  });

  it('with a quotation mark that is never closed are refused, with its line', async () => {
    const read = await readFiles('pickatime', {
      ...PICKATIME_FILES,
      'teachers.txt': 'T1\tPat\tLee\nT2\t"Kim\tFox\nT3\tBo\tRa\n',
    });
    assert.equal(read.ok, false);
    assert.match(shortly(read)[0] ?? '', /^teachers.txt:2 : quotation mark never closed$/);
  });

  it('are known by their names, whatever a download adds; others are told and not read', async () => {
    const read = await readFiles('pickatime', {
      'Students (3).TXT': PICKATIME_FILES['students.txt'],
      'teachers-2026-11-24.csv': PICKATIME_FILES['teachers.txt'],
      'lunch.csv': 'x\n',
      'classes.xlsx': 'PK\x03\x04',
    });
    assert.deepEqual(shortly(read), [
      'lunch.csv:0 : unknown file names=students.txt+teachers.txt+classes.txt+enrollment.txt+parents.txt+parent-student.txt',
      'classes.xlsx:0 : not a text file',
    ]);
    assert.equal(read.ok, true);
    assert.equal(read.counts.teachers, 1);
  });

  it('that are twice the same, or none at all, are refused', async () => {
    const twice = await readFiles('pickatime', { 'students.txt': '1\tA\tB', 'student.csv': '1\tA\tB' });
    assert.deepEqual([twice.ok, shortly(twice)], [false, ['student.csv:0 : file twice table=students.txt']]);
    const none = await readFiles('pickatime', { 'x.csv': '' });
    assert.equal(none.ok, false);
    assert.match(shortly(none)[0] ?? '', /^x\.csv:0 : no known name/);
  });

  it('round trip: whatever the writing, the same rows are the same people', async () => {
    // What a cell can hold and a line of text keeps: no spaces at its ends, no control characters.
    const cell = fc
      .string({ unit: fc.constantFrom(...Array.from('abzÉñß ",;\t\n=+@-\'0')), maxLength: 12 })
      .map((text) => text.trim())
      // Marks alone stand for nothing; the mark that protects a number from a spreadsheet is removed.
      .filter((text) => text === '' || /^[^='"-]*[abzÉñß]/.test(text))
      // A single quotation mark is not one of the characters.
      .filter((text) => !text.endsWith('"'))
      // Lines of a cell that look like rows are told, and so are names with a comma.
      .filter((text) => !text.includes('\n') || !/[,;\t]/.test(text));
    const name = cell.filter((text) => !/\p{L},\s*\p{L}/u.test(text));
    const row = fc.record({ first: name, last: name.filter((text) => text !== ''), value: cell });
    const writing = fc.record({
      rows: fc.array(row, { minLength: 1, maxLength: 8 }),
      encoding: fc.constantFrom(...ENCODINGS),
      end: fc.constantFrom('\n', '\r\n', '\r'),
      separator: fc.constantFrom('\t', ',', ';'),
      quoteAll: fc.boolean(),
      header: fc.boolean(),
      announced: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(writing, async ({ rows, encoding, end, separator, quoteAll, header, announced }) => {
        const quote = (text: string): string =>
          quoteAll || /[",;\t\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
        const line = (cells: string[]): string => `${cells.map(quote).join(separator)}\n`;
        const text = [
          announced ? `sep=${separator}\n` : '',
          header ? line(['StudentID', 'First', 'Last', 'SecurityValue']) : '',
          // É alone is not UTF-8, so Windows-1252 is recognized.
          line(['0', 'É', 'É', '']),
          ...rows.map(({ first, last, value }, index) => line([String(index + 1), first, last, value])),
        ].join('');
        const read = await readFiles('pickatime', {
          'students.txt': encode(text.replaceAll('\n', end), encoding),
        });
        const told = encoding === 'windows-1252' ? /old encoding encoding=windows-1252/ : /^$/;
        assert.match(shortly(read).join('\n'), told);
        const asLine = (field: string): string => field.replace(/[\t\n]+/g, ' ').trim();
        assert.deepEqual(
          read.roster
            .people('students')
            .slice(1)
            .map(({ name, slotbell }) => [name?.first, name?.last, slotbell?.securityValue ?? '']),
          rows.map(({ first, last, value }) => [first, last, value].map(asLine)),
        );
      }),
      { numRuns: runs(150) },
    );
  });

  it('with a line that has no end is refused before its cells fill the memory', async () => {
    const [header = ''] = CLEVER_FILES['students.csv'].split('\n');
    const endless = { ...CLEVER_FILES, 'students.csv': `${header}\n${','.repeat(1_000_000)}` };
    assert.deepEqual(shortly(await readFiles('clever-csv', endless)), ['students.csv:0 : endless line']);
  });

  it('with a million blank lines and more are refused, and the file is named', async () => {
    const blank = (lines: number): string => ' ,\n'.repeat(lines);
    const most = { ...CLEVER_FILES, 'schools.csv': CLEVER_FILES['schools.csv'] + blank(1_000_000) };
    assert.deepEqual(shortly(await readFiles('clever-csv', most)), []);
    const read = await readFiles('clever-csv', {
      ...most,
      'sections.csv': `\n${CLEVER_FILES['sections.csv']}`,
    });
    assert.deepEqual(
      [read.ok, shortly(read)],
      [false, ['sections.csv:0 : too many blank lines most=1000000']],
    );
  });
});
