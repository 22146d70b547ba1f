import { className, classType, type Class } from '../../models/class.js';
import type { Event } from '../../models/event.js';
import { countOf, number } from '../../web/format-count.js';
import { shorten } from '../queries.js';

/** What the roster says about a class beside what a person set; a dash means "nothing". */
export function compareEdits(
  item: Pick<Class, 'synced' | 'edits'>,
  teacherRoom: string,
): { term: string; says: string; set: string }[] {
  const { synced, edits } = item;
  const rows = [
    ['Name', synced.name || synced.course, edits.name],
    ['Type', synced.type, edits.type],
    ['Room', teacherRoom && `${teacherRoom} (the teacher’s)`, edits.room],
    ['Appointments per student', '', edits.allowed === undefined ? undefined : number(edits.allowed)],
  ] as const;
  return rows.map(([term, says, set]) => ({
    term,
    says: shorten(says, 200) || '–',
    set: shorten(set ?? '', 200) || '–',
  }));
}

/** Facts that only the roster has; absent ones are left out. */
export function rosterFacts(item: Pick<Class, 'synced'>, school: string): { term: string; value: string }[] {
  const { course, subject, term, period, grade } = item.synced;
  const facts = {
    School: school,
    Course: course,
    Subject: subject,
    Term: term,
    Period: period,
    Grade: grade,
  };
  return Object.entries(facts)
    .filter(([, value]) => value !== '')
    .map(([term, value]) => ({ term, value: shorten(value, 200) }));
}

/** The texts around the form and the head of the page. */
export function classTexts(
  item: Pick<Class, 'synced' | 'edits' | 'section'>,
  event: Pick<Event, 'booking'>,
  counts: { total: number; appointments: number; problems: number },
): { lead: string; nameHint: string; allowedHint: string } {
  const usual = countOf(event.booking.perStudentAndTeacher, 'appointment', 'appointments');
  const source = item.section ? 'the roster’s name' : 'the first name';
  const parts = [
    classType(item) === 'Hide' ? 'Hidden' : classType(item),
    countOf(counts.total, 'student', 'students'),
    countOf(counts.appointments, 'appointment', 'appointments'),
    counts.problems > 0 && countOf(counts.problems, 'problem', 'problems'),
  ];
  const original = shorten(className({ synced: item.synced, edits: {} }), 100);
  return {
    lead: parts.filter(Boolean).join(' · '),
    nameHint: `Parents see this name. Leave it empty to use ${source}: ${original}.`,
    allowedHint: `Leave it empty to use the event’s setting: ${usual} with each teacher. 0 means none.`,
  };
}
