import type { MessageKind } from '../../models/message.js';
import type { MacroValues } from './macros.js';

/**
 * What happened to a family's meeting.
 * @param bySchool for a canceled meeting: whether the school canceled it
 */
export function sayNews(news: MessageKind, school: string, bySchool = false): string {
  switch (news) {
    case 'booked':
      return `Your meeting at ${school} is booked.`;
    case 'changed':
      return `Your meeting at ${school} has a new time.`;
    case 'reminder':
      return `This is a reminder of your meeting at ${school}.`;
    case 'cancelled':
      return bySchool
        ? `${school} has canceled this meeting. You can choose another time.`
        : `Your meeting at ${school} is canceled, as you asked.`;
  }
}

/** Who meets whom, when and where, and the family's answers, each on a line. */
export function sayDetails(
  { teacher, student, when, where }: Pick<MacroValues, 'teacher' | 'student' | 'when' | 'where'>,
  answers: { label: string; text: string }[] = [],
): string {
  return [
    `Teacher: ${teacher}`,
    `For: ${student}`,
    `When: ${when}`,
    ...(where ? [`Where: ${where}`] : []),
    ...answers.map(({ label, text }) => `${label}: ${text}`),
  ].join('\n');
}
