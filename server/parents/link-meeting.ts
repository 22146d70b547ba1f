import { mayCancel } from '../booking/policy.js';
import type { Meeting } from '../meetings/name-meetings.js';
import type { PlacedEvent } from '../web/place.js';
import { shortDayAndTime } from '../web/format-time.js';
import { wordsOf } from '../web/words.js';

/** Whether a family may still change its own meeting. */
export function mayChange(event: PlacedEvent, { from }: Pick<Meeting, 'from'>, now: Date): boolean {
  return event.status !== 'archived' && mayCancel(event, from, now, 'household');
}

/** A link to one of the family's own meetings, to change it where that is still possible. */
export function linkMeeting(
  { event, home, now }: { event: PlacedEvent; home: string; now: Date },
  meeting: Pick<Meeting, 'id' | 'from' | 'teacher'>,
): { href: string; label: string } {
  const t = wordsOf(event);
  const values = { time: shortDayAndTime(meeting.from, event), teacher: meeting.teacher };
  const href = `${home}/appointments/${meeting.id}`;
  return mayChange(event, meeting, now)
    ? { href: `${href}/change`, label: t('times.changeOwn', values) }
    : { href, label: t('times.openOwn', values) };
}
