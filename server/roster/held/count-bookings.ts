import type { Types } from 'mongoose';
import { Appointment, LIVING_STATES } from '../../models/appointment.js';
import { Class } from '../../models/class.js';
import { Event } from '../../models/event.js';
import { Resource } from '../../models/resource.js';
import { RosterChange } from '../../models/roster-change.js';

/** How many appointments, of all active events, there are with whom and what a run holds as gone. */
export async function countBookings(account: Types.ObjectId, run: Types.ObjectId): Promise<number> {
  const events = await Event.distinct('_id', { account, status: 'active' });
  if (events.length === 0) return 0;
  const held = async (...kinds: string[]) =>
    RosterChange.distinct('target', { run, state: 'held', kind: { $in: kinds } });
  const [people, classes, sections, resources] = await Promise.all([
    held('student', 'teacher', 'staff'),
    held('class'),
    held('section'),
    held('resource'),
  ]);
  const ofSections = await Class.distinct('_id', { event: { $in: events }, section: { $in: sections } });
  const ofTeachers = await Resource.distinct('_id', { event: { $in: events }, contact: { $in: people } });
  const living = { state: { $in: LIVING_STATES } };
  const ofEvents = { event: { $in: events }, ...living };
  const found = await Promise.all([
    Appointment.distinct('_id', { ...ofEvents, students: { $in: people } }),
    Appointment.distinct('_id', { ...ofEvents, class: { $in: [...classes, ...ofSections] } }),
    Appointment.distinct('_id', { resource: { $in: [...resources, ...ofTeachers] }, ...living }),
  ]);
  return new Set(found.flat().map((id) => id.toHexString())).size;
}
