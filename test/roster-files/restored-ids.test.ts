import assert from 'node:assert/strict';
import { Contact, type ContactType } from '../../server/models/contact.js';
import { Section } from '../../server/models/section.js';
import { CLEVER_FILES, PICKATIME_FILES, type Contents } from '../support/roster-files/files.js';
import { ONEROSTER_FILES } from '../support/roster-files/oneroster-files.js';
import { openSchool, take, type FileSchool } from '../support/roster-files/school.js';

const STUDENTS = 'StudentID\tFirst\tLast\tSecurityValue\tAction\n';

describe('ids and numbers that are written otherwise than the account has them', () => {
  let school: FileSchool;
  afterEach(() => school.close());
  const ids = async (type: ContactType) =>
    (await Contact.find({ type, status: 'active' }).lean()).map(({ record }) => record?.id).sort();
  const zeros = (files: Contents, from: Record<string, string>): Contents =>
    Object.fromEntries(
      Object.entries(files).map(([name, text]) => [
        name,
        Object.entries(from).reduce(
          (changed, [id, spoilt]) =>
            changed.replace(new RegExp(`(?<=^|[,\\t"])${id}(?=[,\\t"\\r\\n])`, 'gm'), spoilt),
          String(text),
        ),
      ]),
    );
  const replaced = (files: Contents): Contents =>
    zeros(files, { '11': '0011', '12': '0012', C1: 'C01', T1: 'T01', S1: '01', N11: '0111' });

  it('are those of the account, in Clever’s files, in all of them, and told once a column', async () => {
    school = await openSchool('clever-csv');
    await take(school, replaced(CLEVER_FILES));
    const before = [await ids('student'), await ids('teacher'), await ids('guardian')];
    const ties = async () =>
      (await Section.find().sort({ 'record.id': 1 }).lean()).map((each) => [
        each.record.id,
        each.status,
        each.studentIds,
        each.teacherIds,
      ]);
    const sections = await ties();
    const lines = await take(
      school,
      zeros(replaced(CLEVER_FILES), {
        '0011': '11',
        '0012': '12',
        C01: 'c1',
        T01: 'T1',
        '01': '1',
        '0111': '111',
      }),
    );
    assert.deepEqual([await ids('student'), await ids('teacher'), await ids('guardian')], before);
    assert.deepEqual(await ties(), sections);
    assert.deepEqual(await Contact.distinct('schoolId', { type: 'student' }), ['0111', 'N12']);
    for (const field of ['School_id', 'Student_id', 'Teacher_id', 'Section_id'])
      assert.ok(
        lines.some((line) => line.includes(`${field}: lost zeros`)),
        `${field}\n${lines.join('\n')}`,
      );
    assert.ok(
      lines.some((line) => line.includes('Student_number: was otherwise cell=111 became=0111')),
      lines.join('\n'),
    );
  });

  it('are those of the account in OneRoster’s files and in pickAtime’s', async () => {
    for (const [format, files, from, back] of [
      [
        'oneroster',
        ONEROSTER_FILES,
        { u1: '001', t1: '002', c1: 'C01', o1: '07', q1: '08', k1: '09', g1: '011' },
        { '001': '1', '002': '2', C01: 'C1', '07': '7', '08': '8', '09': '9', '011': '11' },
      ],
      [
        'pickatime',
        PICKATIME_FILES,
        { '1001': '01001', T1: 'T01', C1: '005', P1: '006' },
        { '01001': '1001', T01: 'T1', '005': '5', '006': '6' },
      ],
    ] as const) {
      school = await openSchool(format);
      const whole = zeros(files, from);
      const state = async () => [
        (await Contact.find().sort({ 'record.id': 1 }).lean()).map(
          ({ record, status, relations, schoolId }) => [record?.id, status, relations, schoolId],
        ),
        (await Section.find().sort({ 'record.id': 1 }).lean()).map(
          ({ record, status, term, course, studentIds, teacherIds }) => [
            record.id,
            status,
            term,
            course,
            studentIds,
            teacherIds,
          ],
        ),
      ];
      await take(school, whole);
      const before = await state();
      const lines = await take(school, zeros(whole, back));
      assert.deepEqual(await state(), before, format);
      assert.ok(lines.filter((line) => line.includes(': lost zeros')).length >= 4, lines.join('\n'));
      await school.close();
    }
  });

  it('are held where they name nobody for sure: another name, or several', async () => {
    school = await openSchool('pickatime');
    await take(school, {
      'students.txt': `${STUDENTS}00123\tAda\tMoss\n0007\tBo\tReed\n007\tCy\tLow\n08\tDi\tLou\n`,
    });
    const lines = await take(school, {
      'students.txt': `${STUDENTS}123\tEd\tFox\n7\tBo\tReed\n8\t\t\t\tdelete\n`,
    });
    assert.deepEqual(await ids('student'), ['student:0007', 'student:00123', 'student:007', 'student:08']);
    assert.match(lines.join('\n'), /2 StudentID: looks like others cell=123 like=00123$/m);
    assert.match(lines.join('\n'), /3 StudentID: looks like others cell=7 like=00?07\+00?07$/m);
    assert.match(lines.join('\n'), /4 StudentID: looks like others cell=8 like=08$/m);
    const again = await take(school, { 'students.txt': `${STUDENTS}999\t\t\t\tdelete\n` });
    assert.match(again.join('\n'), /StudentID: nobody cell=999/);
  });

  it('a Clever parent whose address went is no other one', async () => {
    school = await openSchool('clever-csv');
    await take(school, CLEVER_FILES);
    const before = await ids('guardian');
    for (const address of ['noemail@example.org', '', 'n/a']) {
      await take(school, {
        ...CLEVER_FILES,
        'students.csv': CLEVER_FILES['students.csv']
          .replaceAll('eva@example.org', address)
          .replaceAll('555-0101', ''),
      });
      assert.deepEqual(await ids('guardian'), before, address);
      assert.equal(await Contact.countDocuments({ type: 'guardian' }), before.length);
    }
  });
});
