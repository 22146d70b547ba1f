import type { KindCounts } from '../../models/run.js';

interface Words {
  one: string;
  many: string;
}

/** The kinds that a sentence speaks of, in its order; the mirror's own records say the same as the classes. */
const SPOKEN: [kind: string, words: Words][] = [
  ['student', { one: 'student', many: 'students' }],
  ['teacher', { one: 'teacher', many: 'teachers' }],
  ['staff', { one: 'member of staff', many: 'members of staff' }],
  ['guardian', { one: 'guardian', many: 'guardians' }],
  ['class', { one: 'class', many: 'classes' }],
];

/**
 * What a run did in one sentence: "3 new students, 1 student left, 1 class changed." Nothing done is said too.
 * @param parts the counts of the refresh and of the update
 */
export function summarizeRun(...parts: Record<string, KindCounts>[]): string {
  const counts = Object.fromEntries(parts.flatMap((part) => Object.entries(part)));
  const phrases = SPOKEN.flatMap(([kind, words]) =>
    counts[kind] ? phrasesFor(kind, counts[kind], words) : [],
  );
  const broken = counts.appointment?.changed ?? 0;
  if (broken > 0)
    phrases.push(`${number(broken)} ${broken === 1 ? 'appointment needs' : 'appointments need'} a look`);
  return phrases.length > 0 ? `${phrases.join(', ')}.` : 'Nothing had changed.';
}

function phrasesFor(kind: string, counts: KindCounts, words: Words): string[] {
  const { added, changed, removed, restored } = counts;
  const say = (count: number, before: string, after: string): string[] =>
    count === 0 ? [] : [`${number(count)}${before} ${count === 1 ? words.one : words.many}${after}`];
  return [
    ...say(added, ' new', ''),
    ...say(restored, '', ' came back'),
    ...say(changed, '', ' changed'),
    ...say(removed, '', kind === 'class' ? ' gone' : ' left'),
  ];
}

function number(count: number): string {
  return count.toLocaleString('en');
}
