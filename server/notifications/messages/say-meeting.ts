import type { MessageKind } from '../../models/message.js';
import { ENGLISH, type Words } from '../../web/words.js';
import type { MacroValues } from './macros.js';

const NEWS: Record<MessageKind, string> = {
  booked: 'mails.newsBooked',
  changed: 'mails.newsChanged',
  reminder: 'mails.newsReminder',
  cancelled: 'mails.newsCancelled',
};

/** What happened to a family's meeting. @param bySchool whether the school canceled it, where it is canceled */
export function sayNews(news: MessageKind, school: string, bySchool = false, t: Words = ENGLISH): string {
  return t(news === 'cancelled' && bySchool ? 'mails.newsCancelledBySchool' : NEWS[news], { school });
}

/** Who meets whom, when and where, and what the family answered, each on a line. */
export function sayDetails(
  { teacher, student, when, where }: Pick<MacroValues, 'teacher' | 'student' | 'when' | 'where'>,
  answers: { label: string; text: string }[] = [],
  t: Words = ENGLISH,
): string {
  return [
    t('mails.detailTeacher', { teacher }),
    t('mails.detailFor', { student }),
    t('mails.detailWhen', { when }),
    ...(where ? [t('mails.detailWhere', { where })] : []),
    ...answers.map(({ label, text }) => `${label}: ${text}`),
  ].join('\n');
}
