import assert from 'node:assert/strict';
import { sayFileProblem } from '../../server/tables/say-file-problem.js';
import { CLEVER_FILES, readFiles, shortly } from '../support/roster-files/files.js';

describe('Clever’s CSV files', () => {
  it('become schools, terms, courses, sections, people and their parents', async () => {
    const read = await readFiles('clever-csv', CLEVER_FILES);
    assert.deepEqual(shortly(read), []);
    assert.deepEqual(read.counts, {
      schools: 2,
      terms: 1,
      courses: 2,
      sections: 2,
      students: 2,
      teachers: 2,
      staff: 0,
      contacts: 2,
    });
    assert.deepEqual(read.complete, {
      schools: true,
      terms: true,
      courses: true,
      sections: true,
      students: true,
      teachers: true,
      staff: false,
      contacts: true,
    });
    const [math, art] = read.roster.sections;
    assert.deepEqual(math?.teachers, ['teacher:T1', 'teacher:T2']);
    assert.deepEqual(math.students, ['student:11', 'student:12']);
    assert.equal(art?.name, 'Art', 'a section without a name is called as its course');
    assert.equal(math.term_id, art.term_id);
    assert.deepEqual(read.roster.lists.terms?.[0], {
      id: math.term_id,
      district: 'files',
      name: 'Fall',
      start_date: '2026-08-01',
      end_date: '2026-12-20',
    });
    assert.match(math.term_id ?? '', /^term:~[\w-]{43}$/);
  });

  it('with a person in several rows make one person of several schools', async () => {
    const { roster } = await readFiles('clever-csv', CLEVER_FILES);
    const [ana, leo] = roster.people('students');
    assert.deepEqual(ana?.roles?.student?.schools, ['school:S1']);
    assert.deepEqual(leo?.roles?.student?.schools, ['school:S1', 'school:S2']);
    assert.equal(leo.roles.student.school, 'school:S1');
    assert.equal(ana.roles.student.dob, '2015-04-05');
    assert.deepEqual(roster.people('teachers')[0]?.roles?.teacher?.schools, ['school:S1', 'school:S2']);
  });

  it('with the same parent at two children make one parent of both', async () => {
    const { roster } = await readFiles('clever-csv', CLEVER_FILES);
    const [eva, rosa] = roster.people('contacts');
    assert.deepEqual(
      eva?.roles?.contact?.student_relationships?.map(({ student }) => student),
      ['student:11', 'student:12'],
    );
    assert.equal(rosa?.id, 'parent:G9');
    assert.equal(rosa.roles?.contact?.phone, '555-0102');
  });

  it('tell of each missing file, and nothing may be used', async () => {
    const { 'teachers.csv': _teachers, 'enrollments.csv': _enrollments, ...others } = CLEVER_FILES;
    const read = await readFiles('clever-csv', others);
    assert.equal(read.ok, false);
    assert.deepEqual(shortly(read), [
      'teachers.csv:0 : missing file listed=false stranger=',
      'enrollments.csv:0 : missing file listed=false stranger=',
    ]);
  });

  it('lacking a column are refused with its name', async () => {
    const students = CLEVER_FILES['students.csv'].replace('Last_name', 'Clan');
    const read = await readFiles('clever-csv', { ...CLEVER_FILES, 'students.csv': students });
    assert.equal(read.ok, false);
    assert.deepEqual(shortly(read), ['students.csv:1 Last_name: missing columns names=Last_name']);
  });

  it('that are empty are refused', async () => {
    const read = await readFiles('clever-csv', { ...CLEVER_FILES, 'sections.csv': '\r\n\r\n' });
    assert.equal(read.ok, false);
    assert.deepEqual(shortly(read), [
      'sections.csv:1 School_id, Section_id: missing columns names=School_id+Section_id',
    ]);
  });

  it('leave out rows that cannot be taken, each with its line, and protect who they are about', async () => {
    const long = 'x'.repeat(5_000_000);
    const read = await readFiles('clever-csv', {
      ...CLEVER_FILES,
      'students.csv': [
        'School_id,Student_id,Last_name,First_name,DOB,Grade',
        'S1,11,García,"Ana',
        'María",4/5/2015,4',
        'S1,12,,,,2',
        'S1,13,Poe,Edgar,31/12/2015,3',
        'S9,14,Lost,Lou,,3',
        'S1,15,Extra,Cell,,3,oops',
        'S1,11,Other,Name,,4',
        `S1,16,Long,Lo,,${long}`,
        `S1,17,${long},Lo,,1`,
        'S1,1.23457E+11,Excel,Ed,,1',
        'S1,18',
        '',
        'S1,19,Fine,Fay,,4,,,,',
      ].join('\n'),
    });
    assert.equal(read.ok, true);
    assert.deepEqual(
      shortly(read).filter((line) => line.startsWith('students')),
      [
        'students.csv:2 DOB: day first cell=31/12/2015 became=4/5/2015 count=1 lines=2',
        'students.csv:4 Last_name: empty',
        'students.csv:6 School_id: unknown id cell=S9 of=school lost=row',
        'students.csv:7 : too many values values=7 columns=6',
        'students.csv:8 Student_id: repeated with another name cell=11 before=2',
        'students.csv:9 Grade: too long most=1000 lost=value',
        'students.csv:10 Last_name: too long most=1000 lost=row',
        'students.csv:11 Student_id: id changed by Excel cell=1.23457E+11',
        'students.csv:12 Last_name: cut off cells=2 columns=6',
      ],
    );
    assert.deepEqual(
      read.roster.people('students').map(({ id, name }) => [id, name?.first]),
      [
        ['student:11', 'Ana María'],
        ['student:13', 'Edgar'],
        ['student:16', 'Lo'],
        ['student:19', 'Fay'],
      ],
    );
    assert.deepEqual(read.roster.leftOut.students, ['student:12', 'student:14', 'student:17', 'student:18']);
    assert.equal(read.complete.students, false, 'a row could not be told apart');
    assert.equal(read.complete.contacts, false);
    assert.equal(read.complete.teachers, true);
    assert.deepEqual(
      read.roster.sections.map(({ students }) => students),
      [['student:11', 'student:12'], ['student:12']],
      'who was left out for a slip stays in the class',
    );
  });

  it('tell of each row what to do, and what became of it', async () => {
    const { problems } = await readFiles('clever-csv', {
      ...CLEVER_FILES,
      'teachers.csv':
        'School_id,Teacher_id,First_name,Last_name\nS1,T1,Pat,Lee\nS1,1.2E+9,Kim,Fox\nS1,T3,,\nS1,T4,A,B,C\n',
      'sections.csv': 'School_id,Section_id,Teacher_id,Term_start,Name\nS1,C1,T8,soon,Math\n',
      'enrollments.csv': 'Section_id,Student_id\nC1,99\n',
    });
    const skipped = 'This row was skipped. Nobody is removed because of it.';
    assert.deepEqual(
      problems.map((problem) => sayFileProblem(problem, { locale: 'en-US' })),
      [
        [
          `Excel changed Teacher_id to “1.2E+9”. ${skipped}`,
          'Export the file again and upload it without opening it in Excel.',
        ],
        [`Last_name is empty. ${skipped}`, 'Fill in Last_name and upload again.'],
        [
          `This row has 5 values, but the file has 4 columns. ${skipped}`,
          'A comma, semicolon, or tab inside a value splits it in two. Put quotation marks around that value and upload again.',
        ],
        [
          'Term_start is “soon”, which isn’t a date. The row was read without Term_start.',
          'Write it like 9/30/2014 or 2014-09-30, and upload again.',
        ],
        [
          'Teacher_id is “T8”, but there’s no teacher with this ID. The class was read without this teacher.',
          'Add the teacher or correct the ID, and upload again.',
        ],
        [
          'Student_id is “99”, but there’s no student with this ID. This enrollment was skipped.',
          'Add the student or correct the ID, and upload again.',
        ],
      ],
    );
  });

  it('leave out ties to what is nowhere', async () => {
    const read = await readFiles('clever-csv', {
      ...CLEVER_FILES,
      'enrollments.csv': 'Section_id,Student_id\nC1,11\nC9,11\nC1,99\n',
      'sections.csv': CLEVER_FILES['sections.csv'].replace('T1,T2', 'T1,T8'),
    });
    assert.deepEqual(shortly(read), [
      'sections.csv:2 Teacher_2_id: unknown id cell=T8 of=teacher lost=teacher',
      'enrollments.csv:3 Section_id: unknown id cell=C9 of=section lost=enrollment',
      'enrollments.csv:4 Student_id: unknown id cell=99 of=student lost=enrollment',
    ]);
    assert.deepEqual(read.roster.sections[0]?.students, ['student:11']);
  });

  it('with an enrolment that cannot be read add people to classes and take nobody away', async () => {
    const whole = await readFiles('clever-csv', CLEVER_FILES);
    assert.equal(whole.roster.sections[0]?.slotbell, undefined);
    const read = await readFiles('clever-csv', {
      ...CLEVER_FILES,
      'enrollments.csv': 'Section_id,Student_id\nC1,11\nC1\n',
    });
    assert.deepEqual(shortly(read), ['enrollments.csv:3 Student_id: empty']);
    assert.deepEqual(
      read.roster.sections.map(({ slotbell }) => slotbell),
      [{ tiesChange: { without: [] } }, { tiesChange: { without: [] } }],
    );
  });

  it('with an id that Excel spoilt do not say who is gone', async () => {
    const teachers = `${CLEVER_FILES['teachers.csv']}S1,1.23457E+11,,,Ed,Exel,\n`;
    const read = await readFiles('clever-csv', { ...CLEVER_FILES, 'teachers.csv': teachers });
    assert.equal(read.complete.teachers, false);
    assert.equal(read.complete.students, true);
    assert.deepEqual(read.roster.leftOut.teachers, []);
  });

  it('keep hostile text as text, and ids that cannot be record ids as hashes', async () => {
    const read = await readFiles('clever-csv', {
      ...CLEVER_FILES,
      'schools.csv': 'School_id,School_name\nS1,"=HYPERLINK(""http://x"")"\nS2,🍁 <b>School</b>\n',
      'teachers.csv':
        'School_id,Teacher_id,First_name,Last_name\nS1,ñandú 7,Pat,Lee\nS1,T1,Kim,Fox\nS1,T2,Bo,Ra\n',
    });
    assert.deepEqual(shortly(read), []);
    assert.deepEqual(
      read.roster.lists.schools?.map((school) => (school as { name?: string }).name),
      ['=HYPERLINK("http://x")', '🍁 <b>School</b>'],
    );
    assert.match(read.roster.people('teachers')[0]?.id ?? '', /^teacher:~[\w-]{43}$/);
  });

  it('list the first thousand problems and count the others', async () => {
    const rows = Array.from({ length: 1500 }, (_, index) => `S1,${String(index)},,`).join('\n');
    const read = await readFiles('clever-csv', {
      ...CLEVER_FILES,
      'teachers.csv': `School_id,Teacher_id,Last_name,First_name\n${rows}\n`,
      'sections.csv': 'School_id,Section_id,Name\nS1,C1,Math\nS1,C2,Art\n',
    });
    assert.equal(read.problems.length, 1000);
    assert.equal(read.more, 500);
  });
});
