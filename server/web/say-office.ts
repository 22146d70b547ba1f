import type { Event } from '../models/event.js';

/** What to do where only the office can help: "call the school’s office at 555-0100, or write to office@example.org". */
export function callOffice({ office }: Pick<Event, 'office'>): string {
  const { phone = '', email = '' } = office ?? {};
  if (phone === '' && email !== '') return `write to the school’s office at ${email}`;
  const call = phone === '' ? 'call the school’s office' : `call the school’s office at ${phone}`;
  return email === '' ? call : `${call}, or write to ${email}`;
}

/** The same as a sentence. */
export function sayCallOffice(event: Pick<Event, 'office'>): string {
  const words = callOffice(event);
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}
