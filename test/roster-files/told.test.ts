import assert from 'node:assert/strict';
import {
  CLEVER_FILES,
  PICKATIME_FILES,
  readFiles,
  shortly,
  type Contents,
} from '../support/roster-files/files.js';
import { ONEROSTER_FILES } from '../support/roster-files/oneroster-files.js';

const STUDENTS = 'StudentID\tFirst\tLast\tSecurityValue\tAction\n';
const told = async (rows: string, header = STUDENTS): Promise<string> =>
  shortly(await readFiles('pickatime', { 'students.txt': header + rows })).join('\n');

describe('what roster files say of a value that can be read in two ways', () => {
  it('a word in Action that nobody knows leaves the row out; words for adding are no matter', async () => {
    for (const word of ['remove', 'deleted', 'x', 'D', '#N/A', '4/5/2015'])
      assert.match(await told(`1\tAda\tMoss\tblue\t${word}\n`), /2 Action: unknown action cell=./, word);
    for (const word of ['add', 'Update', 'DELETE', 'action=delete', ''])
      assert.equal(await told(`1\tAda\tMoss\tblue\t${word}\n`), '', word);
    const read = await readFiles('oneroster', {
      ...ONEROSTER_FILES,
      'courses.csv': 'sourcedId,status,title\nk1,deleted,Math\nk2,active,Art\n',
    });
    assert.match(shortly(read).join('\n'), /2 status: unknown status cell=deleted/);
    assert.deepEqual(read.roster.leftOut.courses, ['course:k1']);
  });

  it('a quotation mark around a value or without another is left out, and told', async () => {
    const read = await readFiles('pickatime', {
      'students.txt': `StudentID,First,Last\n1, "Ada",Moss"\n2,“Bo”,Reed\n3,Al "Cy" Lou,O"Neil\n4",Di,Lou\n`,
    });
    assert.deepEqual(
      read.roster.people('students').map(({ id, name }) => [id, name?.first, name?.last]),
      [
        ['student:1', 'Ada', 'Moss'],
        ['student:2', 'Bo', 'Reed'],
        ['student:3', 'Al "Cy" Lou', 'O"Neil'],
        ['student:4', 'Di', 'Lou'],
      ],
    );
    assert.match(shortly(read).join('\n'), /First: quotation marks cell="Ada" became=Ada count=2 /);
  });

  it('days with the day first beside others, and days that became numbers', async () => {
    assert.match(
      await told('1\tA\tB\t3/4/2015\n2\tC\tD\t31/12/2015\n'),
      /2 SecurityValue: day first cell=31\/12\/2015 became=3\/4\/2015/,
    );
    assert.match(
      await told('1\tA\tB\t31.12.15\n2\tC\tD\t12.31.15\n'),
      /3 SecurityValue: mixed days cell=31\.12\.15 became=12\.31\.15/,
    );
    assert.match(
      await told('1\tA\tB\t3/4/2015\n2\tC\tD\t5/6/2015\n'),
      /2 SecurityValue: either day cell=3\/4\/2015/,
    );
    assert.equal(await told('1\tA\tB\t31/12/2015\n'), '');
    assert.equal(await told('1\tA\tB\t12/31/2015\n2\tC\tD\t3/4/2015\n'), '');
    assert.match(
      await told('1\tA\tB\t12/31/2015\n2\tC\tD\t42369\n'),
      /3 SecurityValue: day numbers cell=42369/,
    );
    assert.equal(await told('1\tA\tB\tblue\n2\tC\tD\t42369\n'), '');
  });

  it('the last row of a column decides how its days are read, and another column where it tells nothing itself', async () => {
    const read = await readFiles('clever-csv', {
      ...CLEVER_FILES,
      'students.csv': CLEVER_FILES['students.csv']
        .replace('1/22/2017', '22/01/2017')
        .replace('1/22/2017', '22/01/2017'),
      'sections.csv': CLEVER_FILES['sections.csv'].replaceAll('8/1/2026,12/20/2026', '1/8/2026,20/12/2026'),
    });
    const [ana, leo] = read.roster.people('students').map(({ roles }) => roles?.student?.dob);
    assert.deepEqual([ana, leo], ['2015-05-04', '2017-01-22']);
    const [term] = (read.roster.lists.terms ?? []) as { start_date?: string; end_date?: string }[];
    assert.deepEqual([term?.start_date, term?.end_date], ['2026-08-01', '2026-12-20']);
    assert.deepEqual(
      shortly(read).map((line) => line.slice(0, line.indexOf(' cell='))),
      ['students.csv:2 DOB: day first', 'sections.csv:2 Term_start: day first'],
    );
    const utf16 = await readFiles('pickatime', {
      'students.txt': Buffer.from(`\ufeff${STUDENTS}1\tA\tB\t3/4/2015\n2\tC\tD\t31-12-2015\n`, 'utf16le'),
    });
    assert.deepEqual(
      utf16.roster.people('students').map(({ slotbell }) => slotbell?.securityValue),
      ['2015-04-03', '2015-12-31'],
    );
  });

  it('a total is no person, and neither are numbers or an address where names stand', async () => {
    for (const row of ['Total\t2\tstudents', 'Grand total: 2\t2\t2', '\tTotal:\t2', 'Summe\t2\tx'])
      assert.match(await told(`1\tAda\tMoss\n${row}\n`), /3 : total cell=/, row);
    assert.match(await told('Ada\t1001\tMoss\n'), /2 First: not a name cell=1001/);
    assert.match(await told('1\tAda\tada@x.example\n'), /2 Last: not a name cell=ada@x.example/);
    assert.match(await told('1\t\tMoss, Ada\n'), /2 Last: whole name cell=Moss, Ada/);
    assert.equal(await told('1\tAda\tMoss, Jr.\n'), '');
  });

  it('two in one row are nobody, and long numbers that were rounded are told', async () => {
    for (const two of ['1001, 1002', '1001;1002', '1001 & 1002', '1001 and 1002'])
      assert.match(await told(`${two}\tAda\tMoss\n`), /StudentID: several ids in a row cell=./, two);
    assert.match(await told('"1001\n1002"\tAda\tMoss\n'), /: several ids in a row/);
    assert.match(await told('1234567890123450\tAda\tMoss\n'), /StudentID: rounded/);
    assert.equal(await told('Reading and Math\tAda\tMoss\n'), '');
  });

  it('columns that are not read though they may be meant', async () => {
    assert.match(
      await told('1\tAda\tMoss\tblue\n', 'StudentID\tFirst\tLast\tSecurtyValue\n'),
      /Column 4: not read cell=SecurtyValue/,
    );
    const clever = await readFiles('clever-csv', {
      ...CLEVER_FILES,
      'teachers.csv':
        'School_id,Teacher_id,Last_name,First_name,Teacher_emial,Last_name,Homeroom\nS1,T1,Lee,Pat,lee@example.org,Fox,7\nS1,T2,Fox,Kim,,,\n',
    });
    assert.deepEqual(
      shortly(clever).map((line) => line.slice(0, line.indexOf(' became='))),
      [
        'teachers.csv:1 Column 5: not read cell=Teacher_emial',
        'teachers.csv:1 Column 6: not read cell=Last_name',
      ],
    );
  });

  it('two ids of one name that read alike', async () => {
    assert.match(await told('a1\tAda\tMoss\nA1\tAda\tMoss\n'), /3 StudentID: alike cell=A1 became=a1/);
    assert.equal(await told('a1\tAda\tMoss\nA1\tBo\tMoss\n'), '');
  });

  it('enrollments without a row, where there are classes', async () => {
    const none: [Parameters<typeof readFiles>[0], Contents][] = [
      ['clever-csv', { ...CLEVER_FILES, 'enrollments.csv': 'Section_id,Student_id\n' }],
      ['pickatime', { ...PICKATIME_FILES, 'enrollment.txt': 'StudentID\tClassID\n' }],
      ['oneroster', { ...ONEROSTER_FILES, 'enrollments.csv': 'classSourcedId,userSourcedId,role\n' }],
    ];
    for (const [format, files] of none) {
      const read = await readFiles(format, files);
      assert.match(shortly(read).join('\n'), /enrollments?\.\w+:0 : no rows/, format);
      for (const { slotbell } of read.roster.sections) assert.ok(slotbell?.tiesChange, format);
    }
  });

  it('rows that delete need no more than the id', async () => {
    const read = await readFiles('oneroster', {
      ...ONEROSTER_FILES,
      'users.csv': `${String(ONEROSTER_FILES['users.csv'])
        .replace('sourcedId,', 'sourcedId,status,')
        .replace(/^(?=[utg]\d)/gm, '')
        .replace(/^([utg]\d),/gm, '$1,active,')}u9,tobedeleted\n`,
      'classes.csv':
        'sourcedId,status,title,courseSourcedId,schoolSourcedId\nc1,active,Math,k1,o1\nc9,tobedeleted,,,\n',
      'enrollments.csv':
        'sourcedId,status,classSourcedId,userSourcedId,role\ne1,active,c1,u1,student\ne9,tobedeleted,,,\n',
    });
    assert.deepEqual(
      shortly(read).filter((line) => !line.startsWith('enrollments')),
      [],
    );
    assert.deepEqual(read.roster.removed.students, ['user:u9']);
    assert.deepEqual(read.roster.removed.sections, ['class:c9']);
    assert.equal(read.roster.sections[0]?.slotbell?.tiesChange, undefined);
    const classes = await readFiles('pickatime', {
      'classes.txt': 'ClassID\tTeacherID\tClassName\tAction\nC1\t\t\tdelete\n',
    });
    assert.deepEqual([shortly(classes), classes.roster.removed.sections], [[], ['class:C1']]);
  });
});
