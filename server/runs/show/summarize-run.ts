import type { KindCounts, RunPurpose, RunResult } from '../../models/run.js';
import { andList, number } from '../../web/format-count.js';
import type { Style } from '../../web/place.js';

interface Words {
  one: string;
  many: string;
}

const ENROLLMENTS: Words = { one: 'enrollment', many: 'enrollments' };
const ASSIGNMENTS: Words = { one: 'teaching assignment', many: 'teaching assignments' };

/** The kinds that the sentence mentions, in its order. The mirror's sections are not among them: the classes say the same. */
const SPOKEN: [kind: string, words: Words][] = [
  ['student', { one: 'student', many: 'students' }],
  ['teacher', { one: 'teacher', many: 'teachers' }],
  ['staff', { one: 'staff member', many: 'staff members' }],
  ['guardian', { one: 'guardian', many: 'guardians' }],
  ['class', { one: 'class', many: 'classes' }],
  ['classStudents', ENROLLMENTS],
  ['classTeachers', ASSIGNMENTS],
];

/** The mirror's kinds, mentioned where no event's classes were updated. */
const MIRRORED: [kind: string, words: Words][] = [
  ['sectionStudents', ENROLLMENTS],
  ['sectionTeachers', ASSIGNMENTS],
];

/** The kinds that may be withheld, the mirror's included. */
const WITHHELD: [kind: string, words: Words][] = [
  ...SPOKEN,
  ...MIRRORED,
  ['resource', { one: 'teacher with slots', many: 'teachers with slots' }],
  ['section', { one: 'section', many: 'sections' }],
  ['course', { one: 'course', many: 'courses' }],
  ['term', { one: 'term', many: 'terms' }],
];

const KEPT = ['added', 'changed', 'unchanged', 'removed', 'restored', 'withheld'] as const;

/** The stored result of a run: the numbers that sentences about it need. @param parts the counts of the refresh and of the update */
export function whatItDid(...parts: Record<string, KindCounts>[]): RunResult {
  const merged = Object.entries(Object.assign({}, ...parts) as Record<string, KindCounts>);
  return {
    code: 'did',
    counts: Object.fromEntries(merged.map(([kind, counts]) => [kind, pickKept(counts)])),
  };
}

function pickKept(counts: KindCounts): Partial<KindCounts> {
  return Object.fromEntries(KEPT.flatMap((key) => (counts[key] > 0 ? [[key, counts[key]]] : [])));
}

/**
 * One sentence about what a run did: "3 new students, 1 student removed, 1 class changed." Says so if nothing changed.
 * @param parts the counts of the refresh and of the update
 */
export function summarizeRun(
  purpose: RunPurpose,
  style: Style,
  ...parts: Record<string, Partial<KindCounts>>[]
): string {
  const counts: Record<string, Partial<KindCounts>> = Object.fromEntries(
    parts.flatMap((part) => Object.entries(part)),
  );
  if (purpose === 'reject')
    return Object.entries(counts).some(([kind, { unchanged = 0 }]) => kind !== 'appointment' && unchanged > 0)
      ? 'The reviewed records stay.'
      : NOTHING.reject;
  const verbs = purpose === 'preview' ? WOULD : DID;
  const spoken = counts.class ? SPOKEN : [...SPOKEN, ...MIRRORED];
  const phrases = spoken.flatMap(([kind, words]) =>
    counts[kind] ? phrasesFor(kind, counts[kind], words, verbs) : [],
  );
  const broken = counts.appointment?.changed ?? 0;
  if (broken > 0)
    phrases.push(
      `${number(broken)} ${broken === 1 ? `appointment ${verbs.needs}` : `appointments ${verbs.need}`} a look`,
    );
  const withheld = withheldInWords(counts, style);
  if (withheld !== '') phrases.push(`${withheld} ${verbs.withheld}`);
  return phrases.length > 0 ? `${phrases.join(', ')}.` : NOTHING[purpose];
}

const DID = {
  restored: 'came back',
  changed: 'changed',
  removed: 'removed',
  ended: 'ended',
  needs: 'needs',
  need: 'need',
  withheld: 'waiting for your review',
};
const WOULD: typeof DID = {
  restored: 'would come back',
  changed: 'would change',
  removed: 'would be removed',
  ended: 'would end',
  needs: 'would need',
  need: 'would need',
  withheld: 'would wait for your review',
};

const NOTHING: Record<RunPurpose, string> = {
  sync: 'Nothing changed.',
  preview: 'Nothing would change.',
  apply: 'There was nothing left to change.',
  accept: 'There was nothing left to remove.',
  reject: 'There was nothing left to review.',
  undo: 'There was nothing to undo.',
};

/** What waits for a person: "181 students, 2 guardians, and 4 classes"; '' if nothing does. */
export function withheldInWords(counts: Record<string, Partial<KindCounts>>, style: Style): string {
  const phrases = WITHHELD.flatMap(([kind, { one, many }]) => {
    const withheld = counts[kind]?.withheld ?? 0;
    return withheld > 0 ? [`${number(withheld)} ${withheld === 1 ? one : many}`] : [];
  });
  return andList(phrases, style);
}

/**
 * "181 students and 4 classes in Fall conferences have been missing from Clever since the sync of Mon, Dec 7. They stay until you review
 * them."
 * @param source what the roster source is called (`nameSource`)
 */
export function sayMissing(
  counts: Record<string, Partial<KindCounts>>,
  style: Style,
  source: string,
  { event, since, reviewer }: { event?: string | undefined; since?: string; reviewer?: string } = {},
): string {
  const one = WITHHELD.reduce((sum, [kind]) => sum + (counts[kind]?.withheld ?? 0), 0) === 1;
  const verb = since ? (one ? 'has been' : 'have been') : one ? 'is' : 'are';
  return `${withheldInWords(counts, style)}${event ? ` in ${event}` : ''} ${verb} missing from ${source}${since ? ` since the sync of ${since}` : ''}. ${sayStay(one, reviewer)}`;
}

/** Says that what is missing stays. @param one whether it is a single record */
export function sayStay(one: boolean, reviewer = 'you'): string {
  const review = reviewer === 'you' ? 'review' : 'reviews';
  return one ? `It stays until ${reviewer} ${review} it.` : `They stay until ${reviewer} ${review} them.`;
}

function phrasesFor(kind: string, counts: Partial<KindCounts>, words: Words, verbs: typeof DID): string[] {
  const { added = 0, changed = 0, removed = 0, restored = 0 } = counts;
  const say = (count: number, before: string, after: string): string[] =>
    count === 0 ? [] : [`${number(count)}${before} ${count === 1 ? words.one : words.many}${after}`];
  return [
    ...say(added, ' new', ''),
    ...say(restored, '', ` ${verbs.restored}`),
    ...say(changed, '', ` ${verbs.changed}`),
    ...say(removed, '', ` ${TIES.has(kind) ? verbs.ended : verbs.removed}`),
  ];
}

/** These kinds end somebody's place in a class; nobody is removed. */
const TIES: ReadonlySet<string> = new Set([
  'classStudents',
  'classTeachers',
  'sectionStudents',
  'sectionTeachers',
]);
