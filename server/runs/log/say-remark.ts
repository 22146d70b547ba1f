import { sayFault } from '../../clever/explain-failure.js';
import type { CleverFault } from '../../models/clever-fault.js';
import type { RunRemark } from '../../models/run.js';
import { andList, countOf, number } from '../../web/format-count.js';
import { longDay } from '../../web/format-time.js';
import type { Style } from '../../web/place.js';
import { heldInWords } from '../show/summarize-run.js';

/** Why removals wait for a person. */
export type HeldWhy = 'doubtful' | 'many' | 'undecided' | 'emptied';

/** What a run says plainly on its page: codes and numbers, which are made a sentence where they are shown. */
export type Remark =
  | { code: 'held' | 'would be held'; kind: string; gone: number; here: number; why: HeldWhy }
  | { code: 'held with students' | 'would be held with students'; kind: string; count: number }
  | { code: 'held besides'; counts: Record<string, number> }
  | { code: 'people not shared'; teachers: number; students: number }
  | { code: 'done again' }
  | { code: 'possible duplicates'; count: number }
  | { code: 'shares nothing' }
  | { code: 'ids in doubt'; count: number }
  | { code: 'schools not listed'; count: number }
  | { code: 'district paused'; since: string; asOf: string }
  | { code: 'district errors'; asOf: string }
  | { code: 'list broke off'; kind: string; fault: CleverFault }
  | { code: 'list unreadable'; kind: string; count: number }
  | { code: 'classes unreadable'; count: number }
  | { code: 'terms not known'; count: number }
  | { code: 'no longer shared'; kind: string }
  | { code: 'never shared'; kind: string }
  | { code: 'not in the files'; kind: string };

type Code = Remark['code'];
type Of<C extends Code> = Remark & { code: C };

/** What counts and logs call a kind, as sentences call many of it. */
const MANY: Record<string, string> = {
  student: 'students',
  teacher: 'teachers',
  staff: 'staff',
  guardian: 'guardians',
  class: 'classes',
  resource: 'teachers with slots',
  section: 'sections',
  course: 'courses',
  term: 'terms',
  school: 'schools',
  sectionStudents: 'enrollments',
  classStudents: 'enrollments',
  sectionTeachers: 'teaching assignments',
  classTeachers: 'teaching assignments',
};

const BECAUSE: Record<HeldWhy, string> = {
  doubtful: 'this download may not tell all',
  many: 'that is more than a night usually brings',
  undecided: 'nobody has decided yet',
  emptied: 'no students or no teachers would be left in these classes',
};

/** Of a district that had shared its lists. */
export const SHARES_NOTHING =
  'The district shares nothing with Slotbell any more, so nothing was updated or removed. Ask the district’s Clever administrator to share your schools with Slotbell again, then select Sync now.';

const SAY: { [C in Code]: (of: Of<C>, style: Style) => string } = {
  held: (of) =>
    `${partOf(of)} ${isOne(of) ? 'is' : 'are'} missing at the source and ${isOne(of) ? 'is' : 'are'} held until somebody looks, because ${BECAUSE[of.why]}. Nothing was removed.`,
  'would be held': (of) =>
    `${partOf(of)} would leave. A sync by itself would hold them until somebody looks, because ${BECAUSE[of.why]}.`,
  'held with students': ({ kind, count }) =>
    `${countOf(count, 'guardian', many(kind))} ${count === 1 ? 'is' : 'are'} missing at the source and held until somebody looks, because the students they belong to stay for now.`,
  'would be held with students': ({ kind, count }) =>
    `${countOf(count, 'guardian', many(kind))} would be held until somebody looks, because the students they belong to stay.`,
  'held besides': ({ counts }, style) =>
    `Not on the list that was decided about, and held until somebody decides: ${heldInWords(Object.fromEntries(Object.entries(counts).map(([kind, held]) => [kind, { held }])), style)}.`,
  'people not shared': ({ teachers, students }, style) =>
    `These classes list ${andList(
      [
        ...(teachers > 0 ? [countOf(teachers, 'teacher', 'teachers')] : []),
        ...(students > 0 ? [countOf(students, 'student', 'students')] : []),
      ],
      style,
    )} whom Clever does not share; they are left out.`,
  'done again': () =>
    'Done again from the start, because its first worker was lost. What that one had done may count as unchanged; the log has all of it.',
  'possible duplicates': ({ count }) =>
    `${countOf(count, 'new contact', 'new contacts')} may be somebody who was here already. Nothing was joined: decide under Global Setup → Duplicates.`,
  'shares nothing': () => SHARES_NOTHING,
  'ids in doubt': ({ count }) =>
    `${countOf(count, 'ID now comes', 'IDs now come')} with another name and no matching second fact. Whoever had ${count === 1 ? 'it stays' : 'them stays'} as they are until you decide under Global Setup → Duplicates.`,
  'schools not listed': ({ count }) =>
    `Clever no longer lists ${count === 1 ? 'one of the matched schools' : `${String(count)} of the matched schools`}. Check the school matching.`,
  'district paused': ({ since, asOf }, style) =>
    `The district’s own sync with Clever has been paused${since === '' ? '' : ` since ${longDay(since, style)}`}${sayAsOf(asOf, style)}.`,
  'district errors': ({ asOf }, style) =>
    `The district’s own sync with Clever ends in errors${sayAsOf(asOf, style)}.`,
  'list broke off': ({ kind, fault }) =>
    `The list of ${many(kind)} broke off: ${sayFault(fault)} Additions and changes were taken; none of the ${many(kind)} were removed.`,
  'list unreadable': ({ kind, count }) =>
    `${countOf(count, 'record', 'records')} in the list of ${many(kind)} can’t be told apart: the id is missing or unreadable, or another record has the same one. Additions and changes were taken; none of the ${many(kind)} were removed.`,
  'classes unreadable': ({ count }) =>
    `In the lists of ${countOf(count, 'class', 'classes')} an id can’t be read, so nobody was taken out of ${count === 1 ? 'it' : 'them'}.`,
  'terms not known': ({ count }) =>
    `${countOf(count, 'class names', 'classes name')} a term that isn’t known or can’t be read. ${count === 1 ? 'It keeps' : 'They keep'} the term ${count === 1 ? 'it' : 'they'} had.`,
  'no longer shared': ({ kind }) =>
    `Clever no longer shares ${many(kind)} with Slotbell. Nothing was removed. Ask the district’s Clever administrator whether that is meant.`,
  'never shared': ({ kind }) => `Clever does not share ${many(kind)} with Slotbell.`,
  'not in the files': ({ kind }) =>
    `The files list no ${many(kind)} at all. None of those who are here were removed.`,
};

/** Those that say why removals wait for somebody. */
const OF_HELD: ReadonlySet<string> = new Set<Code>(['held', 'held with students', 'held besides']);

/** What a run says on its page, in order. Version 0.4.0 stored sentences, which are shown as they are. */
export function sayRemarks({ remarks = [] }: { remarks?: readonly RunRemark[] }, style: Style): string[] {
  return remarks.map((remark) => sayRemark(remark, style)).filter((text) => text !== '');
}

/** Of what a run says, why removals wait for somebody. */
export function sayWhyHeld({ remarks = [] }: { remarks?: readonly RunRemark[] }, style: Style): string[] {
  const why = remarks.filter(({ code, ofHeld }) => OF_HELD.has(code) || ofHeld === true);
  return sayRemarks({ remarks: why }, style);
}

function sayRemark(remark: RunRemark, style: Style): string {
  if (remark.text !== undefined) return remark.text;
  const say = SAY[remark.code as Code] as ((of: RunRemark, style: Style) => string) | undefined;
  return say?.(remark, style) ?? '';
}

/** What sentences call many of a kind. */
export function many(kind: string): string {
  return MANY[kind] ?? kind;
}

function partOf({ kind, gone, here }: Of<'held' | 'would be held'>): string {
  if (here > 0) return `${number(gone)} of ${number(here)} ${many(kind)}`;
  // Some wait whatever else is here.
  return countOf(gone, many(kind).replace(/s$/, ''), many(kind));
}

function isOne({ gone, here }: Of<'held' | 'would be held'>): boolean {
  return gone === 1 && here <= 1;
}

function sayAsOf(day: string, style: Style): string {
  return day === '' ? '' : `: what it shares is as of ${longDay(day, style)}`;
}
