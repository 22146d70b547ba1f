import assert from 'node:assert/strict';
import { PICKATIME_FILES, readFiles, shortly } from '../support/roster-files/files.js';

describe('pickAtime’s files', () => {
  it('become people and classes of one school and no term, with what Clever has no field for beside', async () => {
    const read = await readFiles('pickatime', PICKATIME_FILES);
    assert.deepEqual(shortly(read), []);
    assert.equal(read.ok, true);
    assert.deepEqual(read.counts, { schools: 1, students: 2, teachers: 1, sections: 1, contacts: 1 });
    assert.deepEqual(read.complete, {});
    const { lists } = read.roster;
    assert.deepEqual(lists.students?.[0], {
      id: 'student:1001',
      district: 'files',
      name: { first: 'Ána', last: 'García' },
      roles: { student: { school: 'school:own', schools: ['school:own'], student_number: '1001' } },
      slotbell: { securityValue: '4/5/2015' },
    });
    assert.equal(read.roster.people('students')[1]?.name?.last, 'O"Neil');
    assert.deepEqual(read.roster.people('teachers')[0]?.slotbell, { room: '12' });
    assert.deepEqual(lists.sections, [
      {
        id: 'class:C1',
        district: 'files',
        school: 'school:own',
        name: 'Math 4',
        subject: 'Grade 4',
        students: ['student:1001', 'student:1002'],
        teacher: 'teacher:T1',
        teachers: ['teacher:T1'],
        slotbell: { allowed: 2, tiesChange: { without: [] } },
      },
    ]);
    assert.deepEqual(read.roster.people('contacts')[0]?.roles?.contact?.student_relationships, [
      { student: 'student:1001', relationship: 'Parent', type: 'Parent/Guardian' },
    ]);
    assert.equal(lists.terms, undefined);
    assert.deepEqual(read.files[0], { name: 'students.txt', bytes: 90, rows: 2 });
  });

  it('need no header', async () => {
    const bare = Object.fromEntries(
      Object.entries(PICKATIME_FILES).map(([name, text]) => [name, text.slice(text.indexOf('\n') + 1)]),
    );
    const [one, two] = [await readFiles('pickatime', bare), await readFiles('pickatime', PICKATIME_FILES)];
    assert.deepEqual(shortly(one), []);
    assert.deepEqual(one.roster.lists, two.roster.lists);
  });

  it('remove what a row with Action=delete names, with and without a header, and nothing else', async () => {
    const read = await readFiles(
      'pickatime',
      {
        'students.txt': 'StudentID\tFirst\tLast\tSecurityValue\tAction\n1\tA\tB\t\t\n2\tC\tD\t\tDelete\n',
        'teachers.txt': 'T1\tPat\tLee\tdelete\nT2\tKim\tFox\tfox@example.org\n',
        'classes.txt': 'C1\tT2\tMath\nC2\tT2\tArt\tAction=delete\n',
        'enrollment.txt': '1\tC1\n9\tC1\tdelete\n',
      },
      async (_list, ids) => new Set(ids),
    );
    assert.deepEqual(shortly(read), []);
    const { removed, sections } = read.roster;
    assert.deepEqual(removed.students, ['student:2']);
    assert.deepEqual(removed.teachers, ['teacher:T1']);
    assert.deepEqual(removed.sections, ['class:C2']);
    assert.equal(read.roster.people('teachers')[0]?.email, 'fox@example.org');
    assert.deepEqual(sections[0]?.students, ['student:1']);
    assert.deepEqual(sections[0].slotbell?.tiesChange, { without: ['student:9'] });
  });

  it('may come alone: ties to what the account knows hold, others are told', async () => {
    const asked: string[] = [];
    const read = await readFiles(
      'pickatime',
      { 'Enrolment (2).txt': 'StudentID\tClassID\n1\tC1\n2\tC1\n3\tC7\n' },
      async (list, ids) => {
        asked.push(`${list} ${ids.join(' ')}`);
        return new Set(ids.filter((id) => id !== 'student:2' && id !== 'class:C7'));
      },
    );
    assert.deepEqual(asked, ['sections class:C1 class:C7', 'students student:1 student:2']);
    assert.deepEqual(shortly(read), [
      'Enrolment (2).txt:4 ClassID: unknown id cell=C7 of=class lost=enrollment',
      'Enrolment (2).txt:3 StudentID: unknown id cell=2 of=student lost=enrollment',
    ]);
    assert.equal(read.ok, true);
    assert.deepEqual(read.roster.sections, [
      {
        id: 'class:C1',
        district: 'files',
        students: ['student:1'],
        slotbell: { onlyTies: true, tiesChange: { without: [] } },
      },
    ]);
  });

  it('with the same class under two teachers make them teach it together', async () => {
    const read = await readFiles('pickatime', {
      'teachers.txt': 'T1\tPat\tLee\nT2\tKim\tFox\n',
      'classes.txt': 'C1\tT1\tMath\nC1\tT2\tMath\nC1\tT2\tMaths\n',
    });
    assert.deepEqual(read.roster.sections[0]?.teachers, ['teacher:T1', 'teacher:T2']);
    assert.equal(read.roster.sections[0].teacher, 'teacher:T1');
    assert.deepEqual(shortly(read), ['classes.txt:3 ClassID: repeated with another name cell=C1 before=1']);
  });

  it('with an odd PTAN keep the class', async () => {
    const read = await readFiles('pickatime', {
      'teachers.txt': 'T1\tPat\tLee\n',
      'classes.txt': 'C1\tT1\tMath\t\tmany\n',
    });
    assert.deepEqual(shortly(read), ['classes.txt:1 PTAN: not a count cell=many most=99']);
    assert.equal(read.roster.sections.length, 1);
  });
});
