import type { MessageKind } from '../../models/message.js';
import { ENGLISH, type Words } from '../../web/words.js';
import { struck } from '../link-text.js';
import type { MacroValues } from './macros.js';

const NEWS: Record<MessageKind, string> = {
  booked: 'mails.newsBooked',
  changed: 'mails.newsChanged',
  reminder: 'mails.newsReminder',
  cancelled: 'mails.newsCancelled',
  // One without others.
  plan: 'mails.newsBooked',
};

/** What happened to a family's meeting. @param bySchool whether the school canceled it, where it is canceled */
export function sayNews(news: MessageKind, school: string, bySchool = false, t: Words = ENGLISH): string {
  return t(news === 'cancelled' && bySchool ? 'mails.newsCancelledBySchool' : NEWS[news], { school });
}

/** What of a meeting is said in a line of its own; '' is left out. */
export interface Facts extends Pick<MacroValues, 'teacher' | 'student' | 'when' | 'where'> {
  class?: string;
  /** When it was before; struck out where that can be shown. */
  was?: string;
  /** Who of several adults goes. */
  goer?: string;
  /** Who interprets. */
  interpreter?: string;
  map?: string;
  note?: string;
}

/** Who meets whom, about which class, when and where, and what the family answered and noted, each on a line. */
export function sayDetails(
  {
    teacher,
    student,
    when,
    where,
    class: about = '',
    was = '',
    goer = '',
    interpreter = '',
    map = '',
    note = '',
  }: Facts,
  answers: { label: string; text: string }[] = [],
  t: Words = ENGLISH,
): string {
  return [
    t('mails.detailTeacher', { teacher }),
    t('mails.detailFor', { student }),
    ...(goer ? [t('mails.detailGoer', { name: goer })] : []),
    ...(interpreter ? [t('interpreter.is', { name: interpreter })] : []),
    ...(about ? [t('mails.detailClass', { class: about })] : []),
    t('mails.detailWhen', { when }),
    ...(was ? [t('mails.detailWas', { when: struck(was) })] : []),
    ...(where ? [t('mails.detailWhere', { where })] : []),
    ...(map ? [t('calendar.map', { link: map })] : []),
    ...answers.map(({ label, text }) => `${label}: ${text}`),
    ...(note ? [t('done.yourNote', { note })] : []),
  ].join('\n');
}
