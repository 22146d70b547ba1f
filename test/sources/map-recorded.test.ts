import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Types } from 'mongoose';
import type { CleverCourse, CleverSection, CleverTerm, CleverUser } from '../../server/clever/schema.js';
import { ROOT } from '../../server/root.js';
import {
  mapCleverCourse,
  mapCleverSection,
  mapCleverTerm,
} from '../../server/sources/records/map-clever-class.js';
import { mapCleverPerson } from '../../server/sources/records/map-clever-person.js';

const ALL = { students: true, teachers: true, staff: true, contacts: true };
const RECORDED = path.join(ROOT, '../shared/clever/recorded');

describe('the recorded responses of Clever’s demo district', function () {
  before(function () {
    if (existsSync(RECORDED)) return;
    process.stdout.write('      skipped: ../shared/clever/recorded is missing\n');
    this.skip();
  });

  /** Every object of a kind in every recorded list or single answer. */
  function recorded<T extends { id: string }>(kind: RegExp): T[] {
    const found = new Map<string, T>();
    for (const name of readdirSync(RECORDED).filter((file) => kind.test(file))) {
      const { body } = JSON.parse(readFileSync(path.join(RECORDED, name), 'utf8')) as {
        body: { data: unknown };
      };
      const entries = (Array.isArray(body.data) ? body.data : [{ data: body.data }]) as { data: T }[];
      for (const { data } of entries) found.set(data.id, data);
    }
    return [...found.values()];
  }

  /** Clever's own schools, all matched. */
  const matched = () =>
    new Map(
      recorded(/^v3_0_schools(_limit_3|_starting_after)?[^_]*\.json$/).map(({ id }) => [
        id,
        new Types.ObjectId(),
      ]),
    );

  it('give every person with nothing lost', () => {
    const users = recorded<CleverUser>(/users|mycontacts|myteachers|mystudents/).filter(({ roles }) => roles);
    assert.ok(users.length > 200, `${String(users.length)} users`);
    const all = matched();
    for (const user of users) {
      const mapped = mapCleverPerson(user, ALL, all);
      if (user.roles?.district_admin && Object.keys(user.roles).length === 1) continue;
      assert.ok(mapped.ok, user.id);
      const { fields } = mapped.record;
      assert.equal(fields.lastName, user.name?.last?.trim());
      assert.equal(fields.email, user.email?.toLowerCase() ?? '');
      const { student, contact } = user.roles ?? {};
      if (student) {
        assert.equal(fields.type, 'student');
        assert.equal(fields.schoolId, student.student_number);
        assert.equal(fields.grade, student.grade);
        const [month, day, year] = (student.dob ?? '').split('/').map(Number);
        assert.deepEqual(fields.birthDate.split('-').map(Number), [year, month, day]);
        assert.equal(fields.schools.length, student.schools?.length);
      }
      assert.equal(fields.relations.length, contact?.student_relationships?.length ?? 0);
    }
  });

  it('give every section, course and term with nothing lost', () => {
    const all = matched();
    const sections = recorded<CleverSection>(/sections/).filter((section) => 'students' in section);
    assert.ok(sections.length > 100, `${String(sections.length)} sections`);
    for (const section of sections) {
      const mapped = mapCleverSection(section, all);
      assert.ok(mapped.ok, section.id);
      const { fields } = mapped.record;
      assert.deepEqual(fields.studentIds, [...(section.students ?? [])].sort());
      assert.equal(fields.teacherIds[0], section.teacher);
      assert.equal(fields.teacherIds.length, section.teachers?.length);
      assert.deepEqual(
        [fields.name, fields.term, fields.course, fields.period],
        [section.name?.trim(), section.term_id ?? '', section.course ?? '', section.period ?? ''],
      );
    }
    const courses = recorded<CleverCourse>(/^v3_0_courses/).filter((course) => 'number' in course);
    assert.ok(courses.length > 50);
    for (const course of courses) {
      const mapped = mapCleverCourse(course);
      assert.ok(mapped.ok && mapped.record.fields.name === course.name?.trim());
    }
    for (const term of recorded<CleverTerm>(/^v3_0_terms/)) {
      const mapped = mapCleverTerm(term);
      assert.ok(mapped.ok);
      assert.deepEqual(Object.values(mapped.record.fields), [term.name, term.start_date, term.end_date]);
    }
  });
});
