import type { CleverSection, CleverUser } from '../../../clever/schema.js';
import { Collected } from './collect-objects.js';
import { LEFT_OUT, quoted } from './problem-list.js';
import { gradeOf } from './map-oneroster.js';
import { DISTRICT, isGone, listOf, type OneRoster } from './oneroster.js';
import { keepTies } from './keep-ties.js';
import { readTable } from './read-table.js';
import type { Row } from './reading.js';
import { recordId } from './record-id.js';
import type { FromFile } from './roster-files.js';
import { NOT_ENROLLED, Ties } from './settle-ties.js';

const classId = (row: Row): string => recordId('class', row.of('sourcedId'));

/** classes.csv and enrollments.csv as sections. @returns them, and whether they are all there are */
export async function readOneRosterClasses(
  part: OneRoster,
  users: Collected<CleverUser>,
): Promise<{ sections: Collected<CleverSection>; complete: boolean }> {
  const { reading, manifest } = part;
  const sections = new Collected<CleverSection>(reading);
  const schools = new Ties(reading, part.known, 'schools', part.schools, LEFT_OUT);
  const rows = readTable(reading, 'classes', sections.onLeftOut(classId));
  for await (const row of rows) {
    const id = classId(row);
    const school = recordId('school', row.of('schoolSourcedId'));
    const take = () => {
      const object = sectionOf(part, row);
      sections.add(row, 'sourcedId', id, object, () => object);
    };
    if (isGone(row)) sections.remove(row, 'sourcedId', id);
    else schools.add(row, 'schoolSourcedId', 'school', school, take, () => sections.leftOut.add(id));
  }
  await schools.settle();
  await readEnrollments(part, sections, users);
  return { sections, complete: manifest.modeOf('classes') === 'bulk' && !sections.unreadable };
}

function sectionOf(part: OneRoster, row: Row): FromFile<CleverSection> {
  const course = row.of('courseSourcedId');
  return {
    id: classId(row),
    district: DISTRICT,
    school: recordId('school', row.of('schoolSourcedId')),
    name: row.of('title'),
    sis_id: row.of('sourcedId'),
    section_number: row.of('classCode'),
    grade: gradeOf(listOf(row.of('grades'))[0] ?? ''),
    period: listOf(row.of('periods')).join(', '),
    subject: listOf(row.of('subjects')).join(', '),
    course: course ? recordId('course', course) : '',
    term_id: termOf(part, row),
    students: [],
    teachers: [],
    ...tiesOf(part),
  };
}

/** Enrolments that are changes are added to those known before. */
function tiesOf({ manifest }: OneRoster): Pick<FromFile<CleverSection>, 'slotbell'> {
  return manifest.modeOf('enrollments') === 'bulk' ? {} : { slotbell: { tiesChange: { without: [] } } };
}

/** A class may run in several terms; ours has one: the first that is in the files, else the first. */
function termOf({ terms }: OneRoster, row: Row): string {
  const ids = listOf(row.of('termSourcedIds')).map((raw) => recordId('term', raw));
  return ids.find((id) => terms.objects.has(id)) ?? ids[0] ?? '';
}

async function readEnrollments(
  part: OneRoster,
  sections: Collected<CleverSection>,
  users: Collected<CleverUser>,
): Promise<void> {
  const { reading, known } = part;
  const classes = new Ties(reading, known, 'sections', sections, NOT_ENROLLED);
  const people = new Ties(reading, known, 'students', users, NOT_ENROLLED);
  let slips = 0;
  for await (const row of readTable(reading, 'enrollments', () => (slips += 1))) {
    const role = row.of('role').toLowerCase();
    if (role !== 'student' && role !== 'teacher') {
      if (!/^(administrator|proctor|aide|guardian|parent|relative)$/.test(role))
        reading.note(
          row,
          'role',
          `role is ${quoted(row.of('role'))}, which is not a role in a class.`,
          `Use student or teacher. ${NOT_ENROLLED}`,
        );
      continue;
    }
    const user = recordId('user', row.of('userSourcedId'));
    classes.add(row, 'classSourcedId', 'class', recordId('class', row.of('classSourcedId')), (id) => {
      if (isGone(row)) {
        // In a whole list, what is gone need not be taken away.
        sectionFor(part, sections, id).slotbell?.tiesChange?.without.push(user);
        return;
      }
      people.add(row, 'userSourcedId', 'user', user, () => {
        enrol(sectionFor(part, sections, id), user, role, row.of('primary').toLowerCase() === 'true');
      });
    });
  }
  await classes.settle();
  await people.settle();
  if (slips > 0) keepTies(sections.objects.values());
}

/** The section of an enrolment: of this upload, or one known before, of which only the people are told. */
function sectionFor(
  part: OneRoster,
  sections: Collected<CleverSection>,
  id: string,
): FromFile<CleverSection> {
  const known = sections.objects.get(id);
  if (known) return known;
  const fresh: FromFile<CleverSection> = {
    id,
    district: DISTRICT,
    students: [],
    teachers: [],
    slotbell: { ...tiesOf(part).slotbell, onlyTies: true },
  };
  sections.objects.set(id, fresh);
  return fresh;
}

function enrol(section: CleverSection, user: string, role: 'student' | 'teacher', primary: boolean): void {
  if (role === 'student') {
    section.students?.push(user);
    return;
  }
  if (primary || !section.teacher) section.teacher = user;
  section.teachers = [section.teacher, ...(section.teachers ?? []).filter((id) => id !== section.teacher)];
  if (!section.teachers.includes(user)) section.teachers.push(user);
}
