import { sayFault } from '../../clever/explain-failure.js';
import type { CleverFault } from '../../models/clever-fault.js';
import type { RunRemark } from '../../models/run.js';
import { andList, countOf, number } from '../../web/format-count.js';
import { longDay } from '../../web/format-time.js';
import type { Style } from '../../web/place.js';
import { withheldInWords, sayStay } from '../show/summarize-run.js';

/** Why removals wait for a person. */
export type WithheldWhy = 'doubtful' | 'many' | 'undecided' | 'emptied';

/** What a run remarks on its page: codes and numbers, which become a sentence where they are shown. */
export type Remark =
  | { code: 'withheld' | 'would be withheld'; kind: string; gone: number; here: number; why: WithheldWhy }
  | { code: 'withheld with students' | 'would be withheld with students'; kind: string; count: number }
  | { code: 'withheld besides'; counts: Record<string, number> }
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
  | { code: 'people unreadable'; count: number }
  | { code: 'no longer shared'; kind: string }
  | { code: 'never shared'; kind: string }
  | { code: 'not in the files'; kind: string };

type Code = Remark['code'];
type Of<C extends Code> = Remark & { code: C };

/** What sentences call many of a kind, by its name in counts and logs. */
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

const BECAUSE: Record<WithheldWhy, string> = {
  doubtful: 'This download may be incomplete.',
  many: 'That’s more than usual for one night.',
  undecided: 'Nobody has reviewed them yet.',
  emptied: 'Without them, these classes would have no students or no teachers.',
};

/** Said of a district that used to share its lists. */
export const SHARES_NOTHING =
  'The district no longer shares anything with Slotbell, so nothing was updated or removed. Ask the district’s Clever administrator to share your schools with Slotbell again, then select Sync now.';

const SAY: { [C in Code]: (of: Of<C>, style: Style, source: string) => string } = {
  withheld: (of, _style, source) =>
    `${partOf(of)} ${isOne(of) ? 'is' : 'are'} missing from ${source}. ${BECAUSE[of.why]} ${sayStay(isOne(of))}`,
  'would be withheld': (of) =>
    `${partOf(of)} would be removed. ${BECAUSE[of.why]} A sync keeps them until you review them.`,
  'withheld with students': ({ kind, count }, _style, source) =>
    `${countOf(count, 'guardian', many(kind))} ${count === 1 ? 'is' : 'are'} missing from ${source}. Their students stay for now. ${sayStay(count === 1)}`,
  'would be withheld with students': ({ kind, count }) =>
    `${countOf(count, 'guardian', many(kind))} would stay until you review them, because their students stay.`,
  'withheld besides': ({ counts }, style) =>
    `Not on the list you reviewed: ${withheldInWords(Object.fromEntries(Object.entries(counts).map(([kind, withheld]) => [kind, { withheld }])), style)}. ${sayStay(false)}`,
  'people not shared': ({ teachers, students }, style) =>
    `Clever doesn’t share ${andList(
      [
        ...(teachers > 0 ? [countOf(teachers, 'teacher', 'teachers')] : []),
        ...(students > 0 ? [countOf(students, 'student', 'students')] : []),
      ],
      style,
    )} of these classes. They’re left out.`,
  'done again': () =>
    'The first attempt was cut off, so this run started over. What the first attempt changed may be counted as unchanged. The log lists all of it.',
  'possible duplicates': ({ count }) =>
    `${countOf(count, 'new contact may be somebody', 'new contacts may be people')} you already have. Nothing was merged. Decide under Global Setup → Duplicates.`,
  'shares nothing': () => SHARES_NOTHING,
  'ids in doubt': ({ count }) =>
    `${countOf(count, 'ID now has a different name, and nothing else shows that it’s the same person', 'IDs now have different names, and nothing else shows that they’re the same people')}. Nothing changes for ${count === 1 ? 'the person' : 'the people'} you have until you decide under Global Setup → Duplicates.`,
  'schools not listed': ({ count }) =>
    `Clever no longer lists ${count === 1 ? 'one of the matched schools' : `${String(count)} of the matched schools`}. Check the school matching.`,
  'district paused': ({ since, asOf }, style) =>
    `The district’s own sync with Clever has been paused${since === '' ? '' : ` since ${longDay(since, style)}`}${sayAsOf(asOf, style)}.`,
  'district errors': ({ asOf }, style) =>
    `The district’s own sync with Clever is failing${sayAsOf(asOf, style)}.`,
  'list broke off': ({ kind, fault }) =>
    `The list of ${many(kind)} was cut short: ${sayFault(fault)} Additions and changes were imported. No ${many(kind)} were removed.`,
  'list unreadable': ({ kind, count }) =>
    `${countOf(count, 'record', 'records')} in the list of ${many(kind)} can’t be told apart: the ID is missing, unreadable, or used twice. Additions and changes were imported. No ${many(kind)} were removed.`,
  'classes unreadable': ({ count }) =>
    `In ${countOf(count, 'class', 'classes')}, an ID can’t be read, so nobody was removed from ${count === 1 ? 'it' : 'them'}.`,
  'terms not known': ({ count }) =>
    `${countOf(count, 'class has', 'classes have')} a term that Slotbell doesn’t know or can’t read. ${count === 1 ? 'It keeps' : 'They keep'} the term ${count === 1 ? 'it' : 'they'} had.`,
  'people unreadable': ({ count }) =>
    `The school, grade, birth date, or email of ${countOf(count, 'person', 'people')} can’t be read. ${count === 1 ? 'This person keeps' : 'They keep'} what they had.`,
  'no longer shared': ({ kind }) =>
    `Clever no longer shares ${many(kind)} with Slotbell. Nothing was removed. If that isn’t intended, ask the district’s Clever administrator.`,
  'never shared': ({ kind }) => `Clever doesn’t share ${many(kind)} with Slotbell.`,
  'not in the files': ({ kind }) => `There are no ${many(kind)} in the files. None of yours were removed.`,
};

/** The remarks that say why removals wait for somebody. */
const OF_WITHHELD: ReadonlySet<string> = new Set<Code>([
  'withheld',
  'withheld with students',
  'withheld besides',
]);

/**
 * The remarks of a run, in order. Version 0.4.0 stored sentences, which are shown as they are.
 * @param source what the roster source is called (`nameSource`)
 */
export function sayRemarks(
  { remarks = [] }: { remarks?: readonly RunRemark[] },
  style: Style,
  source = 'Clever',
): string[] {
  return remarks.map((remark) => sayRemark(remark, style, source)).filter((text) => text !== '');
}

/** The remarks of a run that say why removals wait for somebody. */
export function sayWhyWithheld(
  { remarks = [] }: { remarks?: readonly RunRemark[] },
  style: Style,
  source = 'Clever',
): string[] {
  const why = remarks.filter(({ code, ofWithheld }) => OF_WITHHELD.has(code) || ofWithheld === true);
  return sayRemarks({ remarks: why }, style, source);
}

function sayRemark(remark: RunRemark, style: Style, source: string): string {
  if (remark.text !== undefined) return remark.text;
  const say = SAY[remark.code as Code] as
    ((of: RunRemark, style: Style, source: string) => string) | undefined;
  return say?.(remark, style, source) ?? '';
}

/** What sentences call many of a kind. */
export function many(kind: string): string {
  return MANY[kind] ?? kind;
}

function partOf({ kind, gone, here }: Of<'withheld' | 'would be withheld'>): string {
  if (here > 0) return `${number(gone)} of ${number(here)} ${many(kind)}`;
  // Some removals wait regardless of how many are here.
  return countOf(gone, many(kind).replace(/s$/, ''), many(kind));
}

function isOne({ gone, here }: Of<'withheld' | 'would be withheld'>): boolean {
  return gone === 1 && here <= 1;
}

function sayAsOf(day: string, style: Style): string {
  return day === '' ? '' : `: what it shares is as of ${longDay(day, style)}`;
}
