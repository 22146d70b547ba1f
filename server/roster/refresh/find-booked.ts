import type { Types } from 'mongoose';
import { Class } from '../../models/class.js';
import { Event } from '../../models/event.js';
import { findBooked, LOOKED_CLASS, type LookedClass } from '../event-update/find-booked.js';

/** Of these sections, those whose classes have appointments in an active event (hex ids). */
export async function findBookedSections(
  account: Types.ObjectId,
  sections: Types.ObjectId[],
): Promise<Set<string>> {
  if (sections.length === 0) return new Set();
  const events = await Event.distinct('_id', { account, status: 'active' });
  const classes = await Class.find(
    { event: { $in: events }, section: { $in: sections }, status: 'active' },
    LOOKED_CLASS,
  ).lean<LookedClass[]>();
  const booked = await findBooked(classes);
  return new Set(
    classes.flatMap(({ _id, section }) => (booked.has(_id.toHexString()) ? [String(section)] : [])),
  );
}
