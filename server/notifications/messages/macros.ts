/** The macros of an event's mails, like {student}, and what each stands for. */
export const MACROS = {
  news: 'What happened, in a sentence',
  details:
    'Teacher, student, class, time, place, map, answers, and note, each on its own line (for several meetings, a list)',
  parent: 'The parent’s name',
  student: 'The student’s first name',
  teacher: 'The teacher’s name (for several meetings, “your 5 meetings”)',
  class: 'The class',
  when: 'Day and time',
  where: 'Room, building, and place, or the video link',
  event: 'The event’s name',
  school: 'The school’s name',
  office: 'How to reach the office, in a sentence',
  link: 'The address of the meeting’s page',
} as const;

export type Macro = keyof typeof MACROS;
export type MacroValues = Record<Macro, string>;

/** What looks like a macro: some words between braces on one line. */
const IN_BRACES = /\{([^{}\n]{1,60})\}/g;

/**
 * What stands between braces in a text but is no macro.
 * @param known the names of macros
 */
export function unknownMacros(text: string, known: object = MACROS): string[] {
  const found = [...text.matchAll(IN_BRACES)].filter(([, name = '']) => !Object.hasOwn(known, nameOf(name)));
  return [...new Set(found.map(([, name = '']) => name.trim()))];
}

/** The text with its macros filled in, once: inserted text is not searched for macros. */
export function fillMacros(text: string, values: Record<string, string>): string {
  return text.replace(IN_BRACES, (all, name: string) => {
    const known = nameOf(name);
    return Object.hasOwn(values, known) ? (values[known] ?? '') : all;
  });
}

function nameOf(written: string): string {
  return written.trim().toLowerCase();
}
