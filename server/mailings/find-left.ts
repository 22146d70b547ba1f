import { contentHash } from '../models/content-hash.js';
import type { MessageText } from '../models/message.js';
import type { Language } from '../web/words.js';
import { fieldsIn, type MailingForm } from './schema.js';

const markOf = ({ subject, text }: MessageText): string => contentHash([subject, text.trim()]);

/** The marks of the texts with which a form opens, as its hidden field has them: of the school's own language first, then of each other. */
export function openedWith(values: Record<string, string>, others: readonly Language[]): string {
  const names = [{ subject: 'subject', text: 'text' }, ...others.map(fieldsIn)];
  return names
    .map(({ subject, text }) => markOf({ subject: values[subject] ?? '', text: values[text] ?? '' }))
    .join(' ');
}

/** The other languages whose text is still the one with which the form opened, while the school's own was changed. */
export function languagesLeft(form: MailingForm, others: readonly Language[]): Language[] {
  const [own, ...marks] = form.opened.split(' ');
  if (own === markOf({ subject: form.subject ?? '', text: form.text ?? '' })) return [];
  return others.filter(({ code }, index) => {
    const written = form.translations[code];
    return written && markOf(written) === marks[index];
  });
}
