/** What can stand in the texts of an event's mails, as {student}, with what each becomes. */
export const MACROS = {
  news: 'What happened, in a sentence',
  details: 'Teacher, student, time, place and answers, each on a line',
  parent: 'The parent’s name',
  student: 'The student’s first name',
  teacher: 'The teacher’s name',
  class: 'The class',
  when: 'Day and time',
  where: 'Room and place, or the video link',
  event: 'The event’s name',
  school: 'The school’s name',
  office: 'How to reach the office, in a sentence',
  link: 'The address of the parent’s page',
} as const;

export type Macro = keyof typeof MACROS;
export type MacroValues = Record<Macro, string>;

/** What looks like a macro: some words between braces on one line. */
const IN_BRACES = /\{([^{}\n]{1,60})\}/g;

/** What stands between braces in a text and is no macro. @param known macros, by their names */
export function unknownMacros(text: string, known: object = MACROS): string[] {
  const found = [...text.matchAll(IN_BRACES)].filter(([, name = '']) => !Object.hasOwn(known, nameOf(name)));
  return [...new Set(found.map(([, name = '']) => name.trim()))];
}

/** The text with its macros filled in, once: what is filled in is not looked at again. */
export function fillMacros(text: string, values: Record<string, string>): string {
  return text.replace(IN_BRACES, (all, name: string) => {
    const known = nameOf(name);
    return Object.hasOwn(values, known) ? (values[known] ?? '') : all;
  });
}

function nameOf(written: string): string {
  return written.trim().toLowerCase();
}
