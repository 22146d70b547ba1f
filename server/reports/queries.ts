import { Event } from '../models/event.js';
import { atLeast } from '../models/user.js';
import type { Actor } from '../web/actor.js';
import { pagerOf, sliceOf, type Pager } from '../web/paging.js';

const EVENTS_A_PAGE = 50;

/** The events that somebody may read reports of, archived ones too, by name. */
export async function eventsToReport(actor: Actor, page: number): Promise<{ events: Event[]; pager: Pager }> {
  const granted = [...actor.eventLevels].filter(([, level]) => atLeast(level, 'appointment viewer'));
  const filter = {
    account: actor.account,
    status: { $in: ['active', 'archived'] as const },
    ...(atLeast(actor.level, 'appointment viewer') ? {} : { _id: { $in: granted.map(([event]) => event) } }),
  };
  const total = await Event.countDocuments(filter);
  const { skip } = sliceOf(total, page, EVENTS_A_PAGE);
  const events = await Event.find(filter)
    .sort({ status: 1, sortKey: 1 })
    .skip(skip)
    .limit(EVENTS_A_PAGE)
    .lean();
  return {
    events,
    pager: pagerOf(total, page, EVENTS_A_PAGE, ['event', 'events'], (to) => `/reports?page=${to}`),
  };
}
