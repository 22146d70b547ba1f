import type { Event } from '../models/event.js';
import type { Account } from '../models/account.js';
import { MAP_URL } from '../notifications/link-text.js';
import type { Style } from '../web/place.js';
import { wordsOf } from '../web/words.js';
import type { Meeting } from './name-meetings.js';

type Located = Pick<Meeting, 'kind' | 'link' | 'room' | 'school'>;
type At = Pick<Event, 'place'>;
type Of = Pick<Account, 'name'>;

/** Where a meeting is, from the room to the place; for a video meeting, how to join it. */
export function sayWhere(meeting: Located, event: At & Style, account: Of): string {
  const t = wordsOf(event);
  if (meeting.kind === 'video')
    return meeting.link ? t('mails.videoAt', { link: meeting.link }) : t('mails.videoLater');
  return partsOf(meeting, event, account).join(', ');
}

/** Room, building and place, in that order. What is unknown or repeats another part is left out. */
export function partsOf(meeting: Located, { place }: At, account: Of): string[] {
  return [meeting.room, buildingOf(meeting, account), place].filter(
    (part, index, all) => part !== '' && all.findIndex((other) => holds(other, part)) === index,
  );
}

/** The name of the school whose building it is, where the account has several schools; otherwise ''. */
export function buildingOf({ school }: Pick<Meeting, 'school'>, account: Of): string {
  return school && school.name !== account.name ? school.name : '';
}

/** The address of the meeting's school; '' where the event has a place of its own, which may be anywhere. */
export function addressOf({ school }: Pick<Meeting, 'school'>, { place }: At): string {
  return place ? '' : (school?.address ?? '');
}

/** A link to a map of where families go; '' for a video meeting, and where neither the event nor its school has an address. */
export function mapOf(meeting: Located, event: At, account: Of): string {
  if (meeting.kind === 'video') return '';
  const building = buildingOf(meeting, account) || account.name;
  const query = event.place ? [event.place, building].join(', ') : addressOf(meeting, event);
  return query ? `${MAP_URL}${encodeURIComponent(query.slice(0, 300))}` : '';
}

function holds(whole: string, part: string): boolean {
  return whole.toLowerCase().includes(part.toLowerCase());
}
