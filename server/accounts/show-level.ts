import type { AccessLevel } from '../models/user.js';

const LEVELS: Record<AccessLevel, { name: string; may: string }> = {
  customer: { name: 'Parent', may: 'Books meetings about their own children.' },
  'appointment viewer': { name: 'Viewer (appointment viewer)', may: 'Sees appointments, changes nothing.' },
  'appointment maker': {
    name: 'Front desk (appointment maker)',
    may: 'Books, moves and cancels for parents.',
  },
  'resource administrator': {
    name: 'Teacher (resource administrator)',
    may: 'Works with their own times and appointments.',
  },
  'event administrator': {
    name: 'Event administrator',
    may: 'Runs events: classes, times, booking, sync.',
  },
  administrator: { name: 'Administrator', may: 'Does everything, Global Setup too.' },
};

/** An access level in the reader's words. */
export function levelInWords(level: AccessLevel): string {
  return LEVELS[level].name;
}

/** What a level lets somebody do, in one line. */
export function levelMay(level: AccessLevel): string {
  return LEVELS[level].may;
}
