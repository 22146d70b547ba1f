import { sayFault } from '../../clever/explain-failure.js';
import type { FullWhy } from '../../models/roster-run.js';

const BECAUSE: Record<Exclude<FullWhy['code'], 'asked for' | 'events broke off' | 'text'>, string> = {
  'ended badly': 'the last sync didn’t end well, or somebody changed its result',
  'no event': 'the last sync left no event in Clever to go on from',
  'setup changed': 'what to import was changed: schools, kinds of people or the field mapping',
  'too long ago': 'Clever no longer keeps the events since the last sync',
  weekly: 'the last one was a week ago',
  'removals wait': 'removals are waiting for a decision',
  'event forgotten': 'Clever no longer knows the event that the last sync ended with',
  'no events': 'Clever’s Events API isn’t available to this application',
  'event unreadable': 'one of Clever’s events couldn’t be read',
  'too many': 'there were too many changes to follow one by one',
  'school not listed': 'Clever no longer lists a matched school',
  'list shared': 'Clever now shares a list that was empty or not shared before',
  'many would leave': 'more records would leave than usual in one night',
};

/** That everything was read, and why. */
export function sayWhy(why: FullWhy | undefined): string {
  if (!why) return 'Full download.';
  switch (why.code) {
    case 'asked for':
      return 'Full download (requested).';
    case 'events broke off':
      return `Full download: Clever’s events couldn’t be read. ${sayFault(why.fault)}`;
    case 'text':
      return `Full download: ${why.text}`;
    default:
      return `Full download: ${BECAUSE[why.code]}.`;
  }
}
