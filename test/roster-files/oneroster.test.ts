import assert from 'node:assert/strict';
import { readFiles, shortly } from '../support/roster-files/files.js';

const manifest = (modes: Record<string, string>): string =>
  `propertyName,value\nmanifest.version,1.0\noneroster.version,1.1\n${Object.entries(modes)
    .map(([file, mode]) => `file.${file},${mode}\n`)
    .join('')}`;

const BULK = {
  orgs: 'bulk',
  academicSessions: 'bulk',
  courses: 'bulk',
  classes: 'bulk',
  users: 'bulk',
  enrollments: 'bulk',
  demographics: 'bulk',
};

const ROSTER = {
  'manifest.csv': manifest(BULK),
  'orgs.csv':
    'sourcedId,status,dateLastModified,name,type,identifier\nd1,,,District,district,\no1,,,Maple,school,10\n',
  'academicSessions.csv':
    'sourcedId,status,dateLastModified,title,type,startDate,endDate\na1,active,,Fall,term,2026-08-01,2026-12-20\n',
  'courses.csv': 'sourcedId,status,dateLastModified,title,courseCode\nk1,,,Math,MA4\n',
  'classes.csv':
    'sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,schoolSourcedId,termSourcedIds,subjects,periods\n' +
    'c1,,,Math 4,"04,05",k1,001,scheduled,o1,"a0,a1",math,"1,2"\n',
  'users.csv':
    'sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,givenName,familyName,identifier,email,phone,agentSourcedIds,grades\n' +
    'u1,,,true,o1,student,ana,Ana,García,1001,,,"g1",KG\n' +
    'u2,,,true,o1,teacher,lee,Pat,Lee,77,lee@example.org,,,\n' +
    'u3,,,true,o1,teacher,fox,Kim,Fox,78,,,,\n' +
    'g1,,,true,o1,parent,,Eva,García,,eva@example.org,555-0101,,\n' +
    'g2,,,true,o1,relative,,Rosa,Paz,,,,u1,\n' +
    'x1,,,true,o1,principal,,Sam,Head,,,,,\n',
  'enrollments.csv':
    'sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary\n' +
    'e1,,,c1,o1,u1,student,\ne2,,,c1,o1,u2,teacher,false\ne3,,,c1,o1,u3,teacher,true\n',
  'demographics.csv': 'sourcedId,status,dateLastModified,birthDate,sex\nu1,,,2015-04-05,female\n',
};

describe('OneRoster files', () => {
  it('of version 1.1 become the whole roster', async () => {
    const read = await readFiles('oneroster', ROSTER);
    assert.deepEqual(shortly(read), []);
    assert.equal(read.ok, true);
    assert.deepEqual(read.counts, {
      schools: 1,
      terms: 1,
      courses: 1,
      sections: 1,
      students: 1,
      teachers: 2,
      staff: 1,
      contacts: 2,
    });
    assert.ok(Object.values(read.complete).every(Boolean));
    assert.deepEqual(read.roster.sections[0], {
      id: 'class:c1',
      district: 'files',
      school: 'school:o1',
      name: 'Math 4',
      sis_id: 'c1',
      section_number: '001',
      grade: '4',
      period: '1, 2',
      subject: 'math',
      course: 'course:k1',
      term_id: 'term:a1',
      students: ['user:u1'],
      teacher: 'user:u3',
      teachers: ['user:u3', 'user:u2'],
      slotbell: { otherTerms: [] },
    });
    const [ana] = read.roster.people('students');
    assert.deepEqual(ana?.roles?.student, {
      sis_id: 'u1',
      student_number: '1001',
      grade: 'Kindergarten',
      credentials: { district_username: 'ana' },
      schools: ['school:o1'],
      school: 'school:o1',
      dob: '2015-04-05',
      gender: 'F',
    });
  });

  it('tie guardians to children from either side', async () => {
    const { roster } = await readFiles('oneroster', ROSTER);
    assert.deepEqual(
      roster.people('contacts').map(({ id, roles }) => [id, roles?.contact?.student_relationships]),
      [
        ['user:g1', [{ student: 'user:u1', relationship: 'Parent', type: 'Parent/Guardian' }]],
        ['user:g2', [{ student: 'user:u1', relationship: 'Other', type: 'Family' }]],
      ],
    );
  });

  it('of version 1.2 take the roles from a file of their own, several a user', async () => {
    const users =
      'sourcedId,status,dateLastModified,enabledUser,username,givenName,familyName,identifier\n' +
      'u2,,,true,lee,Pat,Lee,77\nu9,,,true,,No,Role,\n';
    const roles =
      'sourcedId,status,dateLastModified,userSourcedId,roleType,role,orgSourcedId\n' +
      'r1,,,u2,secondary,teacher,o2\nr2,,,u2,primary,teacher,o1\nr3,,,u2,secondary,guardian,o1\nr4,,,u8,primary,student,o1\n';
    const read = await readFiles('oneroster', {
      ...ROSTER,
      'manifest.csv': manifest({ ...BULK, roles: 'bulk', enrollments: 'bulk' }),
      'users.csv': users,
      'roles.csv': roles,
      'enrollments.csv': 'classSourcedId,userSourcedId,role\nc1,u2,teacher\n',
      'demographics.csv': 'sourcedId\n',
    });
    assert.deepEqual(shortly(read), [
      'roles.csv:5 userSourcedId: unknown id cell=u8 of=user lost=role',
      'users.csv:3 sourcedId: no role cell=u9',
    ]);
    const [lee] = read.roster.people('teachers');
    assert.deepEqual(lee?.roles?.teacher?.schools, ['school:o1', 'school:o2']);
    assert.equal(lee.roles.teacher.school, 'school:o1');
    assert.equal(read.roster.people('contacts')[0]?.id, 'user:u2');
    assert.deepEqual(read.roster.leftOut.students, ['user:u9']);
  });

  it('that bring changes alone are complete in nothing, and remove only what is to be deleted', async () => {
    const read = await readFiles(
      'oneroster',
      {
        'manifest.csv': manifest({ users: 'delta', enrollments: 'delta', orgs: 'absent' }),
        'users.csv':
          'sourcedId,status,orgSourcedIds,role,givenName,familyName,agentSourcedIds\nu1,active,o1,student,Ana,G,g1\nu5,tobedeleted,o1,student,Old,One,\n',
        'enrollments.csv':
          'sourcedId,status,classSourcedId,userSourcedId,role\ne1,active,c1,u1,student\ne2,ToBeDeleted,c1,u5,student\ne3,active,c1,u2,teacher\n',
      },
      async (_list, ids) => new Set(ids),
    );
    assert.deepEqual(shortly(read), []);
    assert.equal(read.ok, true);
    assert.ok(Object.values(read.complete).every((whole) => !whole));
    assert.deepEqual(read.roster.removed.students, ['user:u5']);
    assert.deepEqual(read.roster.sections, [
      {
        id: 'class:c1',
        district: 'files',
        students: ['user:u1'],
        teachers: ['user:u2'],
        teacher: 'user:u2',
        slotbell: { onlyTies: true, tiesChange: { without: ['user:u5'], teachers: true } },
      },
    ]);
    assert.deepEqual(read.roster.people('contacts')[0]?.slotbell, {
      onlyTies: true,
      tiesChange: { without: [] },
    });
  });

  it('without the manifest, or without a file that it names, are refused', async () => {
    const { 'manifest.csv': _manifest, ...bare } = ROSTER;
    assert.deepEqual(shortly(await readFiles('oneroster', bare)), [
      'manifest.csv:0 : missing file listed=false stranger=',
    ]);
    const { 'courses.csv': _courses, ...short } = ROSTER;
    const read = await readFiles('oneroster', short);
    assert.equal(read.ok, false);
    assert.deepEqual(shortly(read), ['courses.csv:0 : missing file listed=true stranger=']);
  });

  it('with a class of a school that is nowhere leave the class out and keep it where it was known', async () => {
    const read = await readFiles('oneroster', {
      ...ROSTER,
      'classes.csv': ROSTER['classes.csv'].replace('scheduled,o1', 'scheduled,o9'),
    });
    assert.deepEqual(shortly(read), ['classes.csv:2 schoolSourcedId: unknown id cell=o9 of=school lost=row']);
    assert.deepEqual(read.roster.leftOut.sections, ['class:c1']);
  });

  it('with a role that is none leave the user out and keep who was known', async () => {
    const read = await readFiles('oneroster', {
      ...ROSTER,
      'users.csv': ROSTER['users.csv'].replace('o1,teacher,fox', 'o1,wizard,fox'),
    });
    assert.deepEqual(shortly(read), ['users.csv:4 role: unknown role cell=wizard lost=row']);
    assert.deepEqual(read.roster.leftOut.teachers, ['user:u3']);
    assert.equal(read.roster.sections[0]?.teacher, 'user:u3');
  });
});
