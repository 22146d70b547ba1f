import type { Types } from 'mongoose';
import type { PlacedEvent } from '../web/place.js';
import { shortDayAndTime } from '../web/format-time.js';
import { callOffice } from '../web/say-office.js';
import { wordsOf } from '../web/words.js';
import { linkMeeting } from './link-meeting.js';
import { nearestFree, type TimeView } from './find-times.js';
import { OF_WISH, sayRefusal } from './refuse-booking.js';

/** The head of a page about a refused time. */
export interface RefusedView {
  text: string;
  /** What to do instead, where that is not another time. */
  action?: { href: string; label: string };
  /** What the office can do, where only the office can help. */
  hint?: string;
  nearest: TimeView[];
}

interface Looking {
  event: PlacedEvent;
  resource: { name: string };
  home: string;
  times: TimeView[];
  now: Date;
}

/** Says why a time can't be booked. Judged at each load of the page, so that it is true then. */
export function explainRefusal(looking: Looking, slot: Types.ObjectId): RefusedView {
  const { event, resource, times } = looking;
  const t = wordsOf(event);
  const time = times.find((one) => one.slot._id.equals(slot));
  const teacher = resource.name;
  if (!time) return withNearest(looking, sayRefusal(event, 'not here'), times[0]?.slot.from);
  const at = shortDayAndTime(time.slot.from, event);
  if (time.state === 'free')
    return withNearest(looking, t('refusals.freeAgain', { time: at, teacher }), time.slot.from);
  const own = ownAction(looking, time);
  if (time.state === 'mine')
    return {
      text: t('refusals.mine', { time: at, teacher, child: time.meeting?.children ?? '' }),
      nearest: [],
      ...own,
    };
  const text = time.reason ?? sayRefusal(event, time.refusal ?? 'taken');
  if (time.refusal && OF_WISH.includes(time.refusal)) return { text, nearest: [], ...own };
  return { ...withNearest(looking, text, time.slot.from), ...own };
}

function withNearest(looking: Looking, text: string, at: Date | undefined): RefusedView {
  const { event, resource, times } = looking;
  const nearest = at ? nearestFree(times, at) : [];
  const hint = { teacher: resource.name, office: callOffice(event) };
  return nearest.length > 0
    ? { text, nearest }
    : { text, nearest, hint: wordsOf(event)('times.fullCall', hint) };
}

/** A link to the family's own meeting, where that is in the way. */
function ownAction(looking: Looking, { meeting }: TimeView): Pick<RefusedView, 'action'> {
  return meeting?.isHere ? { action: linkMeeting(looking, meeting) } : {};
}
