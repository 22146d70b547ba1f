import type { KindCounts, RunPurpose, RunResult } from '../../models/run.js';
import { andList, number } from '../../web/format-count.js';
import type { Style } from '../../web/place.js';

interface Words {
  one: string;
  many: string;
}

const ENROLLMENTS: Words = { one: 'enrollment', many: 'enrollments' };
const ASSIGNMENTS: Words = { one: 'teaching assignment', many: 'teaching assignments' };

/** The kinds that a sentence speaks of, in its order; the mirror's own records say the same as the classes. */
const SPOKEN: [kind: string, words: Words][] = [
  ['student', { one: 'student', many: 'students' }],
  ['teacher', { one: 'teacher', many: 'teachers' }],
  ['staff', { one: 'member of staff', many: 'members of staff' }],
  ['guardian', { one: 'guardian', many: 'guardians' }],
  ['class', { one: 'class', many: 'classes' }],
  ['classStudents', ENROLLMENTS],
  ['classTeachers', ASSIGNMENTS],
];

/** What the mirror's own records say of them, where no event's classes were looked at. */
const MIRRORED: [kind: string, words: Words][] = [
  ['sectionStudents', ENROLLMENTS],
  ['sectionTeachers', ASSIGNMENTS],
];

/** What may be held, the mirror's own records too. */
const HELD: [kind: string, words: Words][] = [
  ...SPOKEN,
  ...MIRRORED,
  ['resource', { one: 'teacher with slots', many: 'teachers with slots' }],
  ['section', { one: 'section', many: 'sections' }],
  ['course', { one: 'course', many: 'courses' }],
  ['term', { one: 'term', many: 'terms' }],
];

const KEPT = ['added', 'changed', 'unchanged', 'removed', 'restored', 'held'] as const;

/** What a run did, as it is kept: the numbers of what it is told by. @param parts the counts of the refresh and of the update */
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
 * What a run did in one sentence: "3 new students, 1 student left, 1 class changed." Nothing done is said too.
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
      ? 'The records that were held stay.'
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
  const held = heldInWords(counts, style);
  if (held !== '') phrases.push(`${held} ${verbs.held} until somebody looks`);
  return phrases.length > 0 ? `${phrases.join(', ')}.` : NOTHING[purpose];
}

const DID = {
  restored: 'came back',
  changed: 'changed',
  left: 'left',
  gone: 'gone',
  ended: 'ended',
  needs: 'needs',
  need: 'need',
  held: 'held',
};
const WOULD: typeof DID = {
  restored: 'would come back',
  changed: 'would change',
  left: 'would leave',
  gone: 'would go',
  ended: 'would end',
  needs: 'would need',
  need: 'would need',
  held: 'would be held',
};

const NOTHING: Record<RunPurpose, string> = {
  sync: 'Nothing had changed.',
  preview: 'Nothing would change.',
  apply: 'Nothing had to be changed.',
  accept: 'Nothing had to be removed any more.',
  reject: 'Nothing was held any more.',
  undo: 'There was nothing to undo.',
};

/** "181 students, 2 guardians, and 4 classes": what waits for a person; '' for nothing. */
export function heldInWords(counts: Record<string, Partial<KindCounts>>, style: Style): string {
  const phrases = HELD.flatMap(([kind, { one, many }]) => {
    const held = counts[kind]?.held ?? 0;
    return held > 0 ? [`${number(held)} ${held === 1 ? one : many}`] : [];
  });
  return andList(phrases, style);
}

function phrasesFor(kind: string, counts: Partial<KindCounts>, words: Words, verbs: typeof DID): string[] {
  const { added = 0, changed = 0, removed = 0, restored = 0 } = counts;
  const say = (count: number, before: string, after: string): string[] =>
    count === 0 ? [] : [`${number(count)}${before} ${count === 1 ? words.one : words.many}${after}`];
  return [
    ...say(added, ' new', ''),
    ...say(restored, '', ` ${verbs.restored}`),
    ...say(changed, '', ` ${verbs.changed}`),
    ...say(removed, '', ` ${verbs[VERBS[kind] ?? 'left']}`),
  ];
}

const VERBS: Record<string, 'gone' | 'ended'> = {
  class: 'gone',
  classStudents: 'ended',
  classTeachers: 'ended',
  sectionStudents: 'ended',
  sectionTeachers: 'ended',
};
