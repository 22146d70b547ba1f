import type { AccessLevel } from '../models/user.js';

const LEVELS: Record<AccessLevel, { name: string; may: string }> = {
  customer: { name: 'Parent', may: 'Books meetings about their own children.' },
  'appointment viewer': {
    name: 'Viewer (appointment viewer)',
    may: 'Sees appointments but changes nothing.',
  },
  'appointment maker': {
    name: 'Front desk (appointment maker)',
    may: 'Books, moves, and cancels for parents.',
  },
  'resource administrator': {
    name: 'Teacher (resource administrator)',
    may: 'Manages their own slots and appointments.',
  },
  'event administrator': {
    name: 'Event administrator',
    may: 'Runs events: classes, slots, booking, and sync.',
  },
  administrator: { name: 'Administrator', may: 'Does everything, including Global Setup.' },
};

/** An access level in words. */
export function levelInWords(level: AccessLevel): string {
  return LEVELS[level].name;
}

/** What a level allows, in one line. */
export function levelMay(level: AccessLevel): string {
  return LEVELS[level].may;
}
