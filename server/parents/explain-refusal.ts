import type { Types } from 'mongoose';
import type { Refusal } from '../models/appointment.js';
import type { PlacedEvent } from '../web/place.js';
import { shortDayAndTime } from '../web/format-time.js';
import { callOffice } from '../web/say-office.js';
import { wordsOf } from '../web/words.js';
import { linkMeeting } from './link-meeting.js';
import { nearestFree, type TimeView } from './find-times.js';
import { sayRefusal } from './refuse-booking.js';

/** What the page of a refused time says first. */
export interface RefusedView {
  text: string;
  /** What to do next, where it is not another time. */
  action?: { href: string; label: string };
  /** What the office can do, where nobody else can. */
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

/** No other time of this teacher helps against these. */
const OF_ALL: Refusal[] = [
  'not open',
  'teacher limit',
  'class limit',
  'student limit',
  'household limit',
  'too late to change',
  'changed meanwhile',
  'too many holds',
];

/** Why a time can't be booked as things are now: the page can be loaded again at any time, and says what is true then. */
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
  if (time.refusal && OF_ALL.includes(time.refusal)) return { text, nearest: [], ...own };
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

/** The family's own meeting, where that is in the way. */
function ownAction(looking: Looking, { meeting }: TimeView): Pick<RefusedView, 'action'> {
  return meeting?.isHere ? { action: linkMeeting(looking, meeting) } : {};
}
