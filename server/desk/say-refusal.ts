import type { Refusal } from '../models/refusal.js';

/** The subject of a refusal at the desk. */
export interface AtDesk {
  child: string;
  teacher: string;
  family: string;
}

const SENTENCES: Record<Refusal, (of: AtDesk) => string> = {
  'not open': () => 'Booking isn’t open, and this event doesn’t let staff book outside the booking window.',
  'not here': () => 'This time is no longer there.',
  'not offered': () => 'This time is unavailable. Make the slot available first, or choose another time.',
  'too late': () => 'This time has already started.',
  'not your child': ({ child, family }) => `${child} isn’t a child of ${family || 'this family'} anymore.`,
  'no class': ({ child, teacher }) => `${child} has no class with ${teacher} in this event.`,
  taken: () => 'This time has just been taken.',
  'teacher busy': ({ teacher }) => `${teacher} has another appointment at this time.`,
  'household busy': ({ family }) =>
    `${family || 'The family'} has another appointment at this time, or too close to it.`,
  'interpreter busy': () => 'No interpreter for this family’s language is free then.',
  'teacher limit': ({ child, teacher }) =>
    `${child} already has as many appointments with ${teacher} as the event allows.`,
  'class limit': ({ child }) => `${child} already has all the appointments that are allowed for this class.`,
  'student limit': ({ child }) => `${child} already has as many appointments as the event allows.`,
  'day limit': ({ teacher }) => `${teacher} has as many appointments on this day as the event allows.`,
  'household limit': ({ family }) =>
    `${family || 'The family'} already has as many appointments as the event allows.`,
  'too late to change': () => 'It’s too late to move this appointment.',
  'changed meanwhile': () => 'Somebody else is already moving this appointment.',
  'too many holds': () =>
    'There are too many times on hold. Book one of them, or wait 10 minutes until they’re released.',
  'not answered': () => 'A question isn’t answered yet. Select the time again and answer it.',
  'too long': () => 'The event no longer allows appointments of this length. Book a shorter one.',
  'next taken': () => 'The time after it isn’t free. Book a shorter appointment, or choose another time.',
  'hold ended': () => 'This time is no longer held. If it’s still free, select it again.',
};

export function sayRefusal(reason: Refusal, of: AtDesk): string {
  return SENTENCES[reason](of);
}
