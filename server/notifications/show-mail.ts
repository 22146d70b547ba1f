import type { Notification } from '../models/notification.js';
import { dayAndTimeSoon, shortDayAndTime } from '../web/format-time.js';
import type { Place } from '../web/place.js';
import type { MailRow } from './queries.js';
import { sayFault } from './show-fault.js';

interface Status {
  kind: 'ok' | 'notice' | 'danger' | 'busy' | 'off';
  word: string;
}

const KIND_WORDS: Partial<Record<string, string>> = {
  'prove e-mail': 'Confirm an address',
  'log in': 'Link to log in',
  'new password': 'New password',
  invitation: 'Invitation to log in',
  'new e-mail': 'New email address',
  'login changed': 'Login changed',
  'already registered': 'Already registered',
  'appointment booked': 'Appointment booked',
  'appointment changed': 'Appointment changed',
  'appointment cancelled': 'Appointment canceled',
  'appointment reminder': 'Reminder',
  'waitlist offer': 'Time offered from the waitlist',
  'waitlist taken back': 'Offered time taken back',
  'waitlist ended': 'Taken off the waitlist',
  'another adult': 'Another adult added',
  'household invitation': 'Invitation to book together',
  test: 'Test email',
};

function kindInWords(kind: string): string {
  return KIND_WORDS[kind] ?? kind.charAt(0).toUpperCase() + kind.slice(1);
}

export function statusOf({ state, attempts }: Pick<Notification, 'state' | 'attempts'>): Status {
  if (state === 'queued' && attempts > 0) return { kind: 'notice', word: 'Will be tried again' };
  const statuses: Record<Notification['state'], Status> = {
    queued: { kind: 'busy', word: 'Waiting' },
    sending: { kind: 'busy', word: 'Being sent' },
    sent: { kind: 'ok', word: 'Sent' },
    kept: { kind: 'off', word: 'Not sent' },
    failed: { kind: 'danger', word: 'Failed' },
  };
  return statuses[state];
}

/** A mail as a row of the list. */
export function rowOf(mail: MailRow, place: Place) {
  return {
    id: mail._id.toHexString(),
    subject: mail.subject,
    to: mail.to,
    kind: kindInWords(mail.kind),
    status: statusOf(mail),
    fault: sayFault(mail.fault),
    when: shortDayAndTime(mail.createdAt, place),
  };
}

/** The facts about one mail, beside its text. */
export function factsOf(mail: Notification, place: Place, now: Date) {
  const time = (at: Date) => dayAndTimeSoon(at, place, now);
  const waits = mail.state === 'queued' && mail.attempts > 0;
  return [
    { term: 'To', value: mail.to },
    { term: 'Kind', value: kindInWords(mail.kind) },
    { term: 'State', status: statusOf(mail) },
    ...(mail.fault ? [{ term: 'Why', value: sayFault(mail.fault) }] : []),
    ...(mail.attempts > 1 || mail.fault ? [{ term: 'Tries so far', value: String(mail.attempts) }] : []),
    ...(waits ? [{ term: 'Next try', value: time(mail.nextAt) }] : []),
    { term: 'Written', value: time(mail.createdAt) },
    ...(mail.sentAt ? [{ term: 'Sent', value: time(mail.sentAt) }] : []),
    ...(mail.ics ? [{ term: 'Attachment', value: 'A calendar file' }] : []),
  ];
}
