import type { Office } from '../models/message.js';

/** What to do if only the office can help: "call the school’s office at 555-0100, or write to office@example.org". */
export function callOffice({ office }: { office?: Office | undefined }): string {
  const { phone = '', email = '' } = office ?? {};
  if (phone === '' && email !== '') return `write to the school’s office at ${email}`;
  const call = phone === '' ? 'call the school’s office' : `call the school’s office at ${phone}`;
  return email === '' ? call : `${call}, or write to ${email}`;
}

/** A line for a mail that belongs to no event; '' if the school does not say how to reach its office. */
export function askOffice(account: { office?: Office | undefined } | null | undefined): string {
  const { phone, email } = account?.office ?? {};
  return phone || email ? `\nQuestions? ${sayCallOffice({ office: account?.office })}\n` : '';
}

/** The part of a mail that says where replies go; without it they go to the sender. */
export function answersTo(place: { office?: Office | undefined } | null | undefined): { replyTo?: string } {
  const replyTo = place?.office?.replyTo || place?.office?.email;
  return replyTo ? { replyTo } : {};
}

/** What to do if only the office can help, as a whole sentence. */
export function sayCallOffice(event: { office?: Office | undefined }): string {
  const words = callOffice(event);
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}
