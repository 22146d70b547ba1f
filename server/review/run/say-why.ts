import { sayFault } from '../../clever/explain-failure.js';
import type { FullWhy } from '../../models/roster-run.js';

const BECAUSE: Record<Exclude<FullWhy['code'], 'asked for' | 'events broke off' | 'text'>, string> = {
  'ended badly': 'the last sync didn’t end well, or somebody changed its result',
  'no event': 'there’s no earlier sync to continue from',
  'setup changed': 'the choice of what to import has changed: schools, kinds of people, or the field mapping',
  'too long ago': 'the last sync was too long ago for Clever’s list of changes',
  weekly: 'the last one was a week ago',
  'removals wait': 'removals are waiting for your review',
  'event forgotten': 'Clever no longer knows where the last sync ended',
  'no events': 'Clever doesn’t offer its list of changes (Events API) to this application',
  'event unreadable': 'one of Clever’s changes couldn’t be read',
  'too many': 'there were too many changes to follow one by one',
  'school not listed': 'Clever no longer lists a matched school',
  'list shared': 'Clever now shares a list that was empty or not shared before',
  'many would leave': 'more records would be removed than usual for one night',
};

/** That everything was read, and why. */
export function sayWhy(why: FullWhy | undefined): string {
  if (!why) return 'Full download.';
  switch (why.code) {
    case 'asked for':
      return 'Full download (requested).';
    case 'events broke off':
      return `Full download: Clever’s list of changes couldn’t be read. ${sayFault(why.fault)}`;
    case 'text':
      return `Full download: ${why.text}`;
    default:
      return `Full download: ${BECAUSE[why.code]}.`;
  }
}
