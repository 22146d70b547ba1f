import type { CleverSection, CleverUser } from '../../clever/schema.js';
import { cleanDate } from '../../sources/records/clean-text.js';
import { breathe, isDue } from '../../tables/breathe.js';
import { addId } from '../records/add-once.js';
import { Collected } from '../records/collect-objects.js';
import { gradeOf } from './map-oneroster.js';
import { dateOf, DISTRICT, isGone, listOf, type OneRoster } from './oneroster.js';
import { keepTeachers, keepTies, LostEnrollments } from '../records/keep-ties.js';
import { textIn } from '../records/keep-unread.js';
import { restoreIds } from '../records/restore-ids.js';
import { readTable } from '../../tables/read-table.js';
import type { Reading, Row } from '../../tables/reading.js';
import { recordId } from '../records/record-id.js';
import type { FromFile } from '../records/roster-files.js';
import { relieve, Ties } from '../records/resolve-ties.js';
import { teachIn } from '../records/teach-in.js';

const classId = (row: Row): string => recordId('class', row.of('sourcedId'));

/** Reads classes.csv and enrollments.csv as sections. @returns the sections, and whether they are all there are */
export async function readOneRosterClasses(
  part: OneRoster,
  users: Collected<CleverUser>,
): Promise<{ sections: Collected<CleverSection>; complete: boolean }> {
  const { reading, manifest } = part;
  const sections = new Collected<CleverSection>(reading);
  const schools = new Ties(reading, part.known, 'schools', part.schools, 'row');
  const rows = readTable(reading, 'classes', sections.onLeftOut(classId));
  for await (const row of rows) {
    const id = classId(row);
    const school = recordId('school', row.of('schoolSourcedId'));
    const take = () => {
      const object = sectionOf(part, row);
      sections.add(row, 'sourcedId', object);
    };
    if (isGone(row)) sections.remove(row, 'sourcedId', id);
    else schools.add(row, 'schoolSourcedId', 'school', school, take, () => sections.leftOut.add(id));
    await relieve(schools);
  }
  await schools.resolve();
  await restoreIds(reading, part.known, {
    ...{ table: 'classes', list: 'sections', kind: 'class', collected: sections, field: 'sourcedId' },
  });
  await readEnrollments(part, sections, users);
  return { sections, complete: manifest.modeOf('classes') === 'bulk' && !sections.isDoubtful };
}

function sectionOf(part: OneRoster, row: Row): FromFile<CleverSection> {
  const course = row.of('courseSourcedId');
  const [term = '', ...otherTerms] = termsOf(part, row);
  const isNowhere = isTermNowhere(part, term);
  if (isNowhere)
    part.reading.note(row, 'termSourcedIds', {
      code: 'unknown id',
      ...{ cell: row.of('termSourcedIds'), of: 'term', lost: 'term' },
    });
  return {
    id: classId(row),
    district: DISTRICT,
    school: part.schools.idOf(recordId('school', row.of('schoolSourcedId'))),
    name: row.of('title'),
    sis_id: row.of('sourcedId'),
    section_number: row.of('classCode'),
    grade: gradeOf(listOf(textIn(row, 'grades'))[0] ?? ''),
    period: listOf(row.of('periods')).join(', '),
    subject: listOf(row.of('subjects')).join(', '),
    course: course ? part.courses.idOf(recordId('course', course)) : textIn(row, 'courseSourcedId'),
    term_id: isNowhere ? '' : term,
    students: [],
    teachers: [],
    slotbell: {
      ...tiesOf(part).slotbell,
      otherTerms: isNowhere ? [] : otherTerms,
      ...(isNowhere || row.hasLost('termSourcedIds') ? { termUnread: true as const } : {}),
    },
  };
}

/** Whether a term is in no file though these hold all there are; one whose row was left out was told there. */
function isTermNowhere({ manifest, terms }: OneRoster, term: string): boolean {
  if (term === '' || terms.objects.has(term) || terms.leftOut.has(term) || terms.removed.has(term))
    return false;
  return manifest.modeOf('academicSessions') === 'bulk' && !terms.isDoubtful;
}

/** Enrollments that are changes are added to the stored ones. */
function tiesOf({ manifest }: OneRoster): Pick<FromFile<CleverSection>, 'slotbell'> {
  return manifest.modeOf('enrollments') === 'bulk'
    ? {}
    : { slotbell: { tiesChange: { without: [], teachers: true } } };
}

/**
 * The terms in which a class runs: first the one of today, else the next one, else the last one. If some of them are in the files, the
 * others do not exist.
 */
function termsOf({ reading, terms, today }: OneRoster, row: Row): string[] {
  const ids = reading
    .counted(listOf(row.of('termSourcedIds')))
    .map((raw) => terms.idOf(recordId('term', raw)));
  const rankOf = (id: string): string => {
    const term = terms.objects.get(id);
    if (!term) return '3';
    const [start, end] = [cleanDate(term.start_date), cleanDate(term.end_date)];
    if (end !== '' && end < today) return `2${latestFirst(end)}`;
    return start !== '' && start > today ? `1${start}` : `0${end}`;
  };
  const here = ids.filter((id) => terms.objects.has(id));
  const ranked = (here.length > 0 ? here : ids).map((id) => ({ id, rank: rankOf(id) }));
  return ranked.sort((a, b) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0)).map(({ id }) => id);
}

/** A date as a text by which later dates sort first. */
function latestFirst(date: string): string {
  return date.replace(/\d/g, (digit) => String(9 - Number(digit)));
}

async function readEnrollments(
  part: OneRoster,
  sections: Collected<CleverSection>,
  users: Collected<CleverUser>,
): Promise<void> {
  const { reading, known } = part;
  const classes = new Ties(reading, known, 'sections', sections, 'enrollment');
  const people = new Ties(reading, known, 'students', users, 'enrollment');
  const teachers = new Teachers();
  const lost = new LostEnrollments();
  const isWhole = part.manifest.modeOf('enrollments') === 'bulk';
  let rows = 0;
  let slips = 0;
  // In a complete list, whoever is missing is gone anyway.
  const onLeftOut = (row?: Row) => {
    if (!row || !isWhole || !isGone(row)) slips += 1;
  };
  for await (const row of readTable(reading, 'enrollments', onLeftOut)) {
    rows += 1;
    const role = row.of('role').toLowerCase();
    if (role !== 'student' && role !== 'teacher') {
      if (!/^(administrator|proctor|aide|guardian|parent|relative)$/.test(role)) {
        slips += 1;
        reading.note(row, 'role', { code: 'unknown class role', cell: row.of('role') });
      }
      continue;
    }
    const user = recordId('user', row.of('userSourcedId'));
    const time = timeOf(part, row);
    const enrol = (id: string) => {
      if (isGone(row) || time === 'over') {
        // In a complete list, whoever is missing is removed anyway.
        addId(sectionFor(part, sections, id).slotbell?.tiesChange?.without ?? [], user);
        return;
      }
      const join = (known: string) => {
        const section = sectionFor(part, sections, id);
        if (role === 'student') addId((section.students ??= []), known);
        else teachers.add(section, known, { time, primary: isPrimary(reading, row) });
      };
      people.add(row, 'userSourcedId', 'user', user, join, () => lost.classes.add(id));
    };
    classes.add(row, 'classSourcedId', 'class', recordId('class', row.of('classSourcedId')), enrol, () => {
      lost.ofNoClass = true;
    });
    await relieve(classes, people);
  }
  await classes.resolve();
  await people.resolve();
  await teachers.resolve();
  if (isWhole && sections.objects.size > 0) reading.noteNoRows('enrollments');
  const doubted =
    slips > 0 || (isWhole && rows === 0) ? [...sections.objects.values()] : lost.in(sections.objects);
  keepTies(doubted);
  keepTeachers(doubted);
}

/** Whether the cell says yes, in the languages of spreadsheets; unknown words are noted. */
function isPrimary(reading: Reading, row: Row): boolean {
  const word = row.of('primary').toLowerCase();
  if (/^(?:true|t|yes|y|1|wahr|vrai|verdadero|vero)$/.test(word)) return true;
  if (!/^(?:false|f|no|n|0|falsch|faux|falso|)$/.test(word))
    reading.note(row, 'primary', { code: 'neither true nor false', cell: row.of('primary') });
  return false;
}

/** When an enrollment counts: its last day is included. */
type Time = 'now' | 'later' | 'over';

function timeOf({ reading, today }: OneRoster, row: Row): Time {
  const end = dateOf(reading, row, 'endDate');
  if (end !== '' && end < today) return 'over';
  return dateOf(reading, row, 'beginDate') > today ? 'later' : 'now';
}

/** The teachers of classes: current primary teachers first, then other current ones, then future ones. */
class Teachers {
  /** One list for each rank in use: an id is kept once, however many rows name it. */
  readonly #ranked = new Map<FromFile<CleverSection>, (string[] | undefined)[]>();

  add(
    section: FromFile<CleverSection>,
    id: string,
    { time, primary }: { time: Time; primary: boolean },
  ): void {
    const rank = (time === 'now' ? 0 : 2) + (primary ? 0 : 1);
    const ranks = this.#ranked.get(section) ?? [];
    this.#ranked.set(section, ranks);
    addId((ranks[rank] ??= []), id);
  }

  async resolve(): Promise<void> {
    for (const [section, ranks] of this.#ranked) {
      if (isDue()) await breathe();
      for (const ids of ranks) for (const id of ids ?? []) teachIn(section, id);
      this.#ranked.delete(section);
    }
  }
}

/** The section of an enrollment: of this upload, or a stored one of which only the people are given. */
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
