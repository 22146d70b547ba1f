import type { Refusal } from '../models/appointment.js';
import { MOST_HOLDS } from './policy.js';

/** What a parent reads. */
const SENTENCES: Record<Refusal, string> = {
  'not open': 'Booking isn’t open now.',
  'not here': 'This time is no longer offered.',
  'not offered': 'The school no longer offers this time.',
  'too late': 'It’s too late to book this time.',
  'not your child': 'Add your child first.',
  'no class': 'Your child has no class with this teacher that takes part.',
  taken: 'This time has just been taken.',
  'teacher busy': 'The teacher has another meeting at this time.',
  'household busy': 'You have another meeting at this time or too close to it.',
  'teacher limit':
    'Your child already has a meeting with this teacher, and the school allows no more. Call the office if you need your own.',
  'class limit': 'There is already a meeting for this class.',
  'household limit': 'You’ve booked as many meetings as the school allows.',
  'too late to change': 'It’s too late to change this meeting. Call the school’s office.',
  'changed meanwhile': 'This meeting is already being moved to another time.',
  'too many holds': `You have ${String(MOST_HOLDS)} times on hold. Confirm one of them, or wait ten minutes until they are released. Then select this time again.`,
  'hold ended': 'We held this time for 10 minutes. If it’s still free, you can take it again.',
};

export function sayRefusal(reason: Refusal): string {
  return SENTENCES[reason];
}
