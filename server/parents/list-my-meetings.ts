import type { Types } from 'mongoose';
import { withNames } from '../meetings/name-meetings.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { shortDayAndTime } from '../web/format-time.js';
import type { PlacedEvent, Style } from '../web/place.js';
import { linkMeeting, mayChange } from './link-meeting.js';

/** No family has more meetings to come. */
const MOST = 100;

/** A meeting in a parent's list of conferences. */
export interface MyMeeting {
  time: string;
  teacher: string;
  children: string;
  href: string;
  /** Whether it can still be changed or canceled. */
  mayChange: boolean;
  /** The text of the link that changes it. */
  change: string;
}

/** Some households' meetings to come, by their events' ids and by time. */
export async function myMeetings(
  households: Types.ObjectId[],
  style: Style,
  now: Date,
): Promise<(event: PlacedEvent) => MyMeeting[]> {
  const found = await Appointment.find({
    household: { $in: households },
    state: { $in: LIVING_STATES },
    from: { $gt: now },
  })
    .sort({ from: 1 })
    .limit(MOST)
    .lean();
  const named = await withNames(found, style);
  return (event) => {
    const looking = { event, home: `/e/${event.link}`, now };
    return named.flatMap((meeting, n): MyMeeting[] =>
      found[n]?.event.equals(event._id)
        ? [
            {
              time: shortDayAndTime(meeting.from, event),
              teacher: meeting.teacher,
              children: meeting.children,
              href: `${looking.home}/appointments/${meeting.id}`,
              mayChange: mayChange(event, meeting, now),
              change: linkMeeting(looking, meeting).label,
            },
          ]
        : [],
    );
  };
}
