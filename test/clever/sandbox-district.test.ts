import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { CleverSection, CleverUser } from '../../server/clever/schema.js';
import { startSandbox, type Sandbox } from '../../server/sandbox/start-sandbox.js';
import { clientOf, PLENTY, readAll } from '../support/clever/loopback.js';
import { runs } from '../support/seed.js';

describe('the sandbox’s district', () => {
  let sandbox: Sandbox;
  let users: CleverUser[];
  let sections: CleverSection[];
  const withRole = (role: 'student' | 'teacher' | 'contact') => users.filter(({ roles }) => roles?.[role]);
  before(async () => {
    sandbox = await startSandbox({ rateLimit: PLENTY, today: new Date('2026-03-04T05:06:07Z') });
    const client = clientOf(sandbox);
    users = await readAll(client.pages('/users'));
    sections = await readAll(client.pages('/sections'));
  });
  after(() => sandbox.close());

  it('has the size of a small real district', () => {
    const totals = sandbox.totals();
    assert.deepEqual(
      [totals.schools, totals.terms, totals.sections, totals.roles.student, totals.roles.teacher],
      [4, 3, 450, 1800, 120],
    );
    assert.ok(totals.roles.contact > 2000 && totals.roles.staff >= 8 && totals.roles.district_admin === 3);
    const ordinary = sections.slice(0, 429).map(({ students }) => students?.length ?? 0);
    assert.ok(ordinary.every((size) => size >= 20 && size <= 30));
  });

  it('counts its totals as a reader of everything does', () => {
    const totals = sandbox.totals();
    assert.equal(users.length, totals.users);
    assert.equal(withRole('contact').length, totals.roles.contact);
    assert.equal(
      sections.reduce((sum, { students }) => sum + (students?.length ?? 0), 0),
      totals.enrolments,
    );
    const perTerm = Object.values(totals.byTerm);
    assert.equal(
      perTerm.reduce((sum, { enrolments }) => sum + enrolments, 0),
      totals.enrolments,
    );
  });

  it('is in the school year of the day given', async () => {
    const terms = await readAll(clientOf(sandbox).pages('/terms'));
    assert.deepEqual(
      terms.map(({ start_date }) => start_date),
      ['2025-08-18', '2026-01-06', '2025-08-18'],
    );
  });

  it('gives each student one class a subject, and the same classes from either side', () => {
    const byStudent = new Map<string, CleverSection[]>();
    for (const section of sections.slice(0, 429)) {
      for (const id of section.students ?? []) byStudent.set(id, [...(byStudent.get(id) ?? []), section]);
    }
    const students = withRole('student');
    const counts = students.map(({ id }) => byStudent.get(id)?.length ?? 0);
    assert.deepEqual([...new Set(counts)].sort(), [0, 4, 7, 9]);
    assert.equal(counts.filter((count) => count === 0).length, 9);
    for (const { id, roles } of students) {
      assert.ok((byStudent.get(id) ?? []).every(({ school }) => school === roles?.student?.school));
    }
  });

  it('holds the pitfalls', () => {
    const ids = new Set(users.map(({ id }) => id));
    const students = withRole('student');
    const text = users.map(({ name }) => `${name?.first ?? ''} ${name?.last ?? ''}`).join('\n');
    const some: Record<string, boolean> = {
      'co-teachers': sections.some(({ teachers }) => teachers?.length === 10),
      'a section without term': sections.some((section) => !section.term_id),
      'a section with a term that is not there': sections.some(({ term_id }) =>
        term_id?.startsWith('5c8da8c6'),
      ),
      'a section without course': sections.some((section) => !section.course),
      'a section without teacher': sections.some(({ teachers }) => teachers?.length === 0),
      'a section without students': sections.some((section) => section.students?.length === 0),
      'a section without name': sections.some(({ name }) => name === null),
      'dangling students': sections.some((section) => section.students?.some((id) => !ids.has(id))),
      'dangling teachers': sections.some(({ teachers }) => teachers?.some((id) => !ids.has(id))),
      'students of several schools': students.some(({ roles }) => (roles?.student?.schools?.length ?? 0) > 1),
      'teachers of several schools': withRole('teacher').some(
        ({ roles }) => (roles?.teacher?.schools?.length ?? 0) > 1,
      ),
      'users of two roles': users.some(({ roles }) => Object.keys(roles ?? {}).length > 1),
      'students without number': students.some(({ roles }) => roles?.student?.student_number === undefined),
      'students without birth date': students.some(({ roles }) => !roles?.student?.dob),
      'unpadded and padded birth dates': ['1/', '01/'].every((month) =>
        students.some(({ roles }) => roles?.student?.dob?.startsWith(month)),
      ),
      'teachers without address': withRole('teacher').some(({ email }) => email === undefined),
      'contacts without address': withRole('contact').some(({ email }) => !email),
      'an address without @': withRole('contact').some(({ email }) => email && !email.includes('@')),
      'a shared address':
        new Set(withRole('contact').map(({ email }) => email)).size <
        withRole('contact').filter(({ email }) => email).length,
      'a whole name in one field': withRole('contact').some(
        ({ name }) => name?.first === undefined && name?.last?.includes(' '),
      ),
      markup: text.includes('<script>'),
      formula: text.includes('=HYPERLINK'),
      emoji: /\p{Extended_Pictographic}/u.test(text),
      'a long name': users.some(({ name }) => (name?.last?.length ?? 0) > 250),
      'no name at all': users.some(({ name }) => name?.first === '' && name.last === ''),
    };
    for (const script of [
      'Arabic',
      'Hebrew',
      'Han',
      'Hangul',
      'Hiragana',
      'Cyrillic',
      'Greek',
      'Devanagari',
      'Thai',
    ]) {
      some[script] = new RegExp(`\\p{Script=${script}}`, 'u').test(text);
    }
    assert.deepEqual(
      Object.keys(some).filter((pitfall) => !some[pitfall]),
      [],
    );
  });

  it('gives the demo a family with two children in different classes of one school', () => {
    const family = sandbox.sampleFamily();
    const guardian = users.find(({ id }) => id === family?.guardian.id);
    assert.equal(guardian?.email, family?.guardian.email);
    const relations = guardian?.roles?.contact?.student_relationships ?? [];
    assert.ok(
      relations.every(({ relationship, type }) => relationship === 'Parent' && type === 'Parent/Guardian'),
    );
    assert.deepEqual(
      relations.map(({ student }) => student),
      family?.children.map(({ id }) => id),
    );
    const [one, two] = family?.children ?? [];
    assert.equal(one?.schoolId, two?.schoolId);
    assert.notEqual(one?.sectionIds[0], two?.sectionIds[0]);
  });

  it('is the same for the same seed, and another for another', async () => {
    const read = async (seed: number) => {
      const other = await startSandbox({ students: 40, seed, today: new Date('2026-03-04') });
      try {
        return await readAll(clientOf(other).pages('/users'));
      } finally {
        await other.close();
      }
    };
    assert.deepEqual(await read(5), await read(5));
    const names = async (seed: number) => (await read(seed)).map(({ name }) => name);
    assert.notDeepEqual(await names(5), await names(6));
  });

  it('can be of any size: every student has a place and every family its children', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 20, max: 4000 }), async (students) => {
        const any = await startSandbox({ students });
        try {
          const totals = any.totals();
          assert.equal(totals.roles.student, students);
          assert.equal(totals.dangling, 3);
          assert.ok(totals.roles.contact > 0 && totals.enrolments > students);
          assert.ok(any.sampleFamily());
        } finally {
          await any.close();
        }
      }),
      { numRuns: runs(12) },
    );
  });
});
