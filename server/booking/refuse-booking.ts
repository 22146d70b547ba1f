import type { Refusal } from '../models/appointment.js';
import { callOffice } from '../web/say-office.js';
import { MOST_HOLDS } from './policy.js';

/** What a refusal is about, where it is known. */
export interface Refused {
  child: string;
  teacher: string;
  /** The time that was wanted, in words. */
  time: string;
  /** How many meetings a student may have with one teacher. */
  most: number;
  /** What to do where only the office can help, as in `callOffice`. */
  office: string;
  /** The family’s other meeting, as a sentence; '' where none is known. */
  clash: string;
}

const UNKNOWN: Refused = {
  child: 'Your child',
  teacher: 'this teacher',
  time: 'this time',
  most: 1,
  office: callOffice({}),
  clash: '',
};

/** What a parent reads. */
const SENTENCES: Record<Refusal, string | ((of: Refused) => string)> = {
  'not open': 'Booking isn’t open now.',
  'not here': 'This time is no longer offered.',
  'not offered': 'The school no longer offers this time.',
  'too late': 'It’s too late to book this time.',
  'not your child': 'Add your child first.',
  'no class': ({ child, teacher }) => `${child} has no class with ${teacher} in this event.`,
  taken: 'This time has just been taken.',
  'teacher busy': 'The teacher has another meeting at this time.',
  'household busy': ({ clash }) => clash || 'You have another meeting at this time or too close to it.',
  'teacher limit': ({ child, teacher, most, office }) =>
    `${child} already has ${most === 1 ? 'a meeting' : `${String(most)} meetings`} with ${teacher}. The school allows ${most === 1 ? 'one' : 'no more'}. If you need your own, ${office}.`,
  'class limit': ({ child, office }) =>
    `${child} already has all the meetings that the school allows for this class. If you need your own, ${office}.`,
  'student limit': ({ child }) => `${child} already has as many meetings as the school allows.`,
  'day limit': ({ teacher, office }) =>
    `${teacher} has as many meetings on this day as the school allows. Choose another day, or ${office}.`,
  'household limit': 'You’ve booked as many meetings as the school allows.',
  'too late to change': ({ office }) => `It’s too late to change this meeting here. To change it, ${office}.`,
  'changed meanwhile': 'This meeting is already being moved to another time.',
  'too many holds': `You have ${String(MOST_HOLDS)} times on hold. Confirm one of them, or wait 10 minutes until they’re released. Then select this time again.`,
  'not answered': 'The school asks a question that isn’t answered yet. Select this time again to answer it.',
  'too long': 'The school no longer offers meetings of this length. You can book a shorter one.',
  'next taken':
    'The time right after it isn’t free anymore. You can book a shorter meeting, or choose another time.',
  'hold ended': ({ time }) => `We held ${time} for 10 minutes. If it’s still free, you can take it again.`,
};

export function sayRefusal(reason: Refusal, of: Partial<Refused> = {}): string {
  const sentence = SENTENCES[reason];
  return typeof sentence === 'string' ? sentence : sentence({ ...UNKNOWN, ...of });
}
