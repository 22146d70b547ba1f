import type { RosterChanges } from './change-roster.js';
import type { District } from './district.js';
import { generateContact } from './generate-contact.js';
import { generateStudent, homeOf } from './generate-student.js';
import { CONTACTS_PER_FAMILY, schoolsOfBlock } from './group-families.js';
import type { GradePlan } from './lay-out-district.js';
import { gradeOfStudent, sectionIndex } from './place-students.js';
import { contactsOfStudent, sectionsOfUser } from './relate.js';
import type { SampleFamily } from './sample-family.js';
import { SUBJECTS } from './subjects.js';

/** The ids that a night changed. */
export interface NightReport {
  night: number;
  left: string[];
  arrived: string[];
  returned: string[];
  movedSchool: string[];
  changedClass: string[];
  sectionGone: string | null;
  sectionRenamed: string | null;
  teacherChanged: string | null;
  /** A contact whose changed address gives it a new id: [old, new]. */
  contactReplaced: [string, string] | null;
}

/** The most people who leave or arrive in a night, however large the district, so that the changes stay few. */
const MOST_A_NIGHT = 60;

/** Lets nights pass over a district: the same nights always bring the same changes. The sample family is never changed. */
export function createNights(
  district: District,
  changes: RosterChanges,
  family: () => SampleFamily | null,
): () => NightReport {
  const { world } = district;
  const { plan, draw, ids } = world;
  let spared = new Set<string>();
  let leftLastNight: string[] = [];

  /** Draws places until `count` suitable ones are found that were not changed this night. */
  function choose(
    count: number,
    bound: number,
    question: string,
    idAt: (index: number) => string | null,
  ): string[] {
    const found: string[] = [];
    for (let tries = 0; found.length < count && tries < 40 * count && bound > 0; tries += 1) {
      const id = idAt(draw.below(bound, question, district.night * 100_000 + tries));
      if (id !== null && !spared.has(id) && !touched.has(id)) found.push(id);
      if (id !== null) touched.add(id);
    }
    return found;
  }
  let touched = new Set<string>();

  const studentAt = (index: number) => district.at('student', index)?.id ?? null;
  const sectionAt = (index: number) =>
    district.at('section', index)?.teacher ? ids.idOf('section', index) : null;

  function arrive(): string {
    const index = plan.students + district.arrivals;
    district.arrivals += 1;
    const student = generateStudent(world, index);
    district.create(student);
    for (let place = 0; place < CONTACTS_PER_FAMILY; place += 1) {
      const contact = generateContact(world, index * CONTACTS_PER_FAMILY + place);
      if (contact) district.create(contact);
    }
    changes.enrol(student.id, sectionsOfGroup(homeOf(world, index), index));
    return student.id;
  }

  function sectionsOfGroup(grade: GradePlan, group: number): string[] {
    return SUBJECTS[grade.school.level].map((_, subject) =>
      ids.idOf('section', sectionIndex(grade, subject, group % grade.groups)),
    );
  }

  /** Moves a student from one elementary school of the block to the same grade of the other. */
  function moveSchool(id: string): void {
    const index = ids.parse(id)?.index ?? 0;
    const from = gradeOfStudent(plan, index);
    const [first, second] = schoolsOfBlock(plan, from.school);
    const to = (from.school === first ? second : first).grades[from.place];
    if (!to || to.groups === 0) return;
    changes.withdraw(
      id,
      sectionsOfUser(district, id).map((section) => section.id),
    );
    const school = ids.idOf('school', to.school.index);
    district.change(id, { roles: { student: { school, schools: [school] } } });
    changes.enrol(id, sectionsOfGroup(to, index));
  }

  /** Moves a student to the parallel class; in elementary schools with all its subjects. */
  function changeClass(id: string): void {
    const grade = gradeOfStudent(plan, ids.parse(id)?.index ?? 0);
    const sections = sectionsOfUser(district, id).map((section) => section.id);
    const group = (ids.parse(sections[0] ?? '')?.index ?? -1) - grade.firstSection;
    // A student who moved to another school is in none of the first classes of this grade.
    if (group < 0 || group >= grade.groups) return;
    const target = sectionsOfGroup(grade, group + 1).slice(
      0,
      grade.school.level === 'elementary' ? undefined : 1,
    );
    changes.withdraw(id, sections.slice(0, target.length));
    changes.enrol(id, target);
  }

  function changeTeacher(id: string): void {
    const section = district.section(id);
    const taken = ids.parse(section?.teacher ?? '')?.index ?? 0;
    const next = district.at('teacher', taken + 1) ?? district.at('teacher', taken - 1);
    const others = section?.teachers?.slice(1).filter((other) => other !== next?.id) ?? [];
    if (next) district.change(id, { teacher: next.id, teachers: [next.id, ...others] });
  }

  function replaceContact(studentId: string | undefined): [string, string] | null {
    const old = studentId === undefined ? undefined : contactsOfStudent(district, studentId)[0];
    const place = ids.parse(old?.id ?? '');
    if (!old?.email || place?.kind !== 'contact') return null;
    const id = ids.idOf(
      'contact',
      place.index - (place.index % CONTACTS_PER_FAMILY) + CONTACTS_PER_FAMILY - 1,
    );
    if (old.id === id || district.get(id) || district.removed.has(id)) return null;
    district.remove(old.id);
    district.create({ ...old, id, email: `new.${old.email}`, last_modified: district.now() });
    return [old.id, id];
  }

  return () => {
    district.night += 1;
    touched = new Set();
    spared = new Set(family()?.children.flatMap(({ id, sectionIds }) => [id, ...sectionIds]));
    const many = Math.min(MOST_A_NIGHT, Math.max(2, Math.round(plan.students * 0.006)));
    const returned = leftLastNight.slice(0, 1).filter((id) => district.removed.has(id));
    returned.forEach((id) => {
      changes.restore(id);
      touched.add(id);
    });
    const left = choose(many, plan.students, 'leaver', studentAt);
    left.forEach((id) => {
      changes.removeStudent(id);
    });
    leftLastNight = left;
    const elementary = (index: number) =>
      homeOf(world, index).school.level === 'elementary' ? studentAt(index) : null;
    const movedSchool = choose(2, plan.students, 'mover', elementary);
    movedSchool.forEach(moveSchool);
    const changedClass = choose(3, plan.students, 'class changer', (index) =>
      homeOf(world, index).groups > 1 ? studentAt(index) : null,
    );
    changedClass.forEach(changeClass);
    const arrived = Array.from({ length: many }, arrive);
    const [sectionGone, sectionRenamed, teacherChanged] = choose(3, plan.timetabled, 'class', sectionAt);
    if (sectionGone !== undefined) district.remove(sectionGone);
    if (sectionRenamed !== undefined)
      district.change(sectionRenamed, { name: `${district.section(sectionRenamed)?.name ?? ''} (Honors)` });
    if (teacherChanged !== undefined) changeTeacher(teacherChanged);
    const contactReplaced = replaceContact(choose(1, plan.students, 'new address', studentAt)[0]);
    district.change(world.districtId, { last_sync: district.now() });
    return {
      night: district.night,
      left,
      arrived,
      returned,
      movedSchool,
      changedClass,
      sectionGone: sectionGone ?? null,
      sectionRenamed: sectionRenamed ?? null,
      teacherChanged: teacherChanged ?? null,
      contactReplaced,
    };
  };
}
