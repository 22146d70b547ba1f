import assert from 'node:assert/strict';
import { ProblemList } from '../../server/tables/problem-list.js';
import { sayFileProblem, type Fault } from '../../server/tables/say-file-problem.js';

const US = { locale: 'en-US' } as const;
const seen = { cell: 'cell 1', became: 'became 1', count: 3, lines: [2, 3, 9] };
const column = { ...seen, count: 40 };
const at = { cell: 'cell 1', before: 4 };
const differing = ['email', 'birthDate'];

/** Each code with values for its sentence: one that is new does not compile until it stands here. */
const SAMPLES: { [C in Fault['code']]: Omit<Fault & { code: C }, 'code'> } = {
  empty: {},
  'cut off': { cells: 2, columns: 1600 },
  'unknown action': { cell: 'cell 1' },
  'unknown status': { cell: 'cell 1' },
  'id changed by Excel': { cell: '1.2E+9' },
  'several ids in a row': { cell: '1001, 1002' },
  'too long': { most: 1000, lost: 'value' },
  'not a name': { cell: '1001' },
  total: { cell: 'Total: 3' },
  'too many values': { values: 7, columns: 1 },
  'header again': {},
  'header moved': {},
  'above header': { cell: 'Oak School', from: 1, to: 3 },
  'not a date': { cell: 'soon' },
  'not a count': { cell: 'many', most: 99 },
  'unknown id': { cell: 'S9', of: 'school', lost: 'row' },
  repeated: { ...at, differing },
  'repeated with another name': at,
  'added and deleted': at,
  'contact differs': { cell: 'Eva García', differing },
  'unknown role': { cell: 'wizard', lost: 'role' },
  'empty role': { lost: 'row' },
  'unknown class role': { cell: 'learner' },
  'no role': { cell: 'u9' },
  'neither true nor false': { cell: 'main' },
  'unknown mode': { cell: 'full', property: 'file.users' },
  'ends before it starts': { start: 'Term_start' },
  'looks like others': { cell: '7', like: ['07', '007'] },
  'stray quotation mark': {},
  'swallowed lines': { lines: 1200 },
  'formula text': seen,
  apostrophe: { ...seen, count: 1, lines: [2] },
  'quotation marks': seen,
  rounded: seen,
  'several ids': column,
  'whole name': seen,
  decimals: seen,
  'hidden letters': seen,
  placeholder: column,
  'address repaired': seen,
  'several addresses': seen,
  'no address': seen,
  garbled: seen,
  spoilt: seen,
  heading: seen,
  'no heading': seen,
  'not read': seen,
  'no name': seen,
  'day first': seen,
  'mixed days': seen,
  'either day': seen,
  'day numbers': seen,
  'was otherwise': seen,
  nobody: seen,
  alike: seen,
  'lost zeros': seen,
  'zip unreadable': {},
  'zip of many files': { most: 1000 },
  'zip with a password': {},
  'zip too large': { most: 200_000_000 },
  'zip damaged': {},
  'zip beside files': {},
  'no known name': { names: ['a.csv', 'b.csv'] },
  'file twice': { table: 'a.csv' },
  'unknown file': { names: ['a.csv', 'b.csv'] },
  'not a text file': {},
  'missing file': { listed: true, stranger: 'Klassen.csv' },
  'missing columns': { names: ['First', 'Last'] },
  'unknown header': { names: ['First', 'Last'] },
  'utf-32': {},
  workbook: {},
  'not a table': {},
  'quotation mark never closed': {},
  'endless line': {},
  'too large': { most: 200_000_000 },
  'too many rows in a file': { most: 500_000 },
  'too many rows': { most: 2_000_000 },
  'too many records': { most: 200_000 },
  'lists too long': {},
  'too much text': {},
  'too many blank lines': { most: 1_000_000 },
  'id in too many rows': { cell: 'C1' },
  'no rows': {},
  'more quotation marks': { count: 1 },
  'old encoding': { encoding: 'windows-1252' },
  'letters of another encoding': { count: 1200, lines: [2, 9] },
};

const problems = (Object.entries(SAMPLES) as [Fault['code'], object][]).map(([code, values]) => ({
  ...{ file: 'students.csv', line: 2, field: 'Grade' },
  fault: { code, ...values },
}));

describe('what is wrong in roster files', () => {
  it('is said in whole sentences, with everything that is known of it, and with what to do', () => {
    const said = problems.map((problem) => ({ problem, words: sayFileProblem(problem, US) }));
    assert.equal(new Set(said.map(({ words }) => words.join())).size, said.length);
    for (const { problem, words } of said)
      for (const text of words) {
        assert.match(text, /^(?:[A-Z\d]|“|students\.csv)[^]*[.]$/, `${problem.fault.code}: ${text}`);
        const own = text.replace(/“[^”]*”|Windows-1252/g, '“”');
        assert.doesNotMatch(
          own,
          /undefined|null|NaN|object|(?<!\/)\d{4,}(?!-)|['"]|\.\.| {2}/,
          problem.fault.code,
        );
        assert.ok(text.length < 330, text);
      }
  });

  it('names the column wherever it is about one, and the cell', () => {
    for (const { fault } of problems.filter(({ fault: of }) => 'cell' in of)) {
      const [said] = sayFileProblem({ file: 'students.csv', field: 'Grade', fault }, US);
      const { cell, code } = fault as { cell: string; code: string };
      if (code !== 'hidden letters' && code !== 'no name') assert.ok(said.includes(`“${cell}”`), code);
    }
  });

  it('is said in the style of the school', () => {
    const fault: Fault = { code: 'not a date', cell: 'soon' };
    const adviceIn = (locale: 'en-US' | 'en-GB') =>
      sayFileProblem({ file: '', field: 'DOB', fault }, { locale })[1];
    assert.match(adviceIn('en-US'), /like 9\/30\/2014 or 2014-09-30,/);
    assert.match(adviceIn('en-GB'), /like 30\/09\/2014 or 2014-09-30,/);
  });

  it('of an older version is said in its own words, and what a newer one stored in none', () => {
    const old = { code: 'text', text: 'Last is empty.', advice: 'Add it.' };
    assert.deepEqual(sayFileProblem({ file: '', field: '', fault: old }, US), ['Last is empty.', 'Add it.']);
    assert.deepEqual(sayFileProblem({ file: '', field: '', fault: { code: 'of tomorrow' } }, US), ['', '']);
  });

  it('is stored short, whatever stands in the file, and no more than a thousand times', () => {
    const list = new ProblemList();
    const where = { file: 'a.csv', line: 1, field: '' };
    const cell = `${'x'.repeat(500)}\nDROP\u202e TABLE`;
    const like = Array.from({ length: 500 }, () => cell);
    for (let time = 0; time < 1500; time += 1)
      list.add({ ...where, fault: { code: 'looks like others', cell, like } });
    list.addFirst([{ ...where, fault: { code: 'total', cell: ' a\n\tb\u200e ' } }]);
    list.addFatal({ ...where, fault: { code: 'no rows' } });
    assert.deepEqual([list.listed.length, list.more], [1000, 502]);
    assert.deepEqual(list.listed[1]?.fault, { code: 'total', cell: 'a b' });
    assert.ok(JSON.stringify(list.listed[2]).length < 1200);
  });

  it('does not compile without a sentence, or without a value of its sentence', () => {
    // @ts-expect-error No sentence has this code.
    const unknown: Fault = { code: 'out of sorts' };
    // @ts-expect-error The sentence needs the cell.
    const bare: Fault = { code: 'not a date' };
    assert.ok(unknown !== bare);
  });
});
