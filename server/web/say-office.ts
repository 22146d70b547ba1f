import type { Office } from '../models/message.js';
import { styleOf } from './place.js';
import { wordsOf } from './words.js';

/** Whose office it is, and how whoever reads of it reads. */
interface Called {
  office?: Office | undefined;
  locale?: string;
}

/** What to do where only the office can help: "call the school’s office at 555-0100, or write to office@example.org". */
export function callOffice(place: Called): string {
  const t = wordsOf(styleOf(place));
  const { phone = '', email = '' } = place.office ?? {};
  if (phone === '') return email === '' ? t('office.call') : t('office.writeTo', { email });
  return email === '' ? t('office.callAt', { phone }) : t('office.callAtOrWrite', { phone, email });
}

/** A line for a mail that belongs to no event; '' where the school does not say how its office is reached. */
export function askOffice(account: Called | null | undefined): string {
  const { phone, email } = account?.office ?? {};
  if (!account || !(phone || email)) return '';
  const office = sayCallOffice(account);
  return `\n${wordsOf(styleOf(account))('office.questions', { office })}\n`;
}

/** The part of a mail that says where replies go; without it they go to the sender. */
export function answersTo(place: { office?: Office | undefined } | null | undefined): { replyTo?: string } {
  const replyTo = place?.office?.replyTo || place?.office?.email;
  return replyTo ? { replyTo } : {};
}

/** The same as a sentence. */
export function sayCallOffice(place: Called): string {
  const words = callOffice(place);
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}
