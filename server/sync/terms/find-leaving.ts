import type { Types } from 'mongoose';
import { Appointment, LIVING_STATES } from '../../models/appointment.js';
import { Class } from '../../models/class.js';
import type { Event, EventSync } from '../../models/event.js';
import { Section } from '../../models/section.js';
import { storedMirror } from '../update/mirror.js';
import { heirsOf, isSelected, selectionOf } from '../update/select-sections.js';

/** What would leave an event if its terms were others. */
export interface Leaving {
  classes: number;
  /** Coming and past appointments in these classes that are not canceled. */
  appointments: number;
}

/** Counts the event's classes whose sections are not among those that it would take. */
export async function findLeaving(
  { _id: event, account }: Pick<Event, '_id' | 'account'>,
  sync: EventSync,
): Promise<Leaving> {
  const known = await storedMirror(account).terms();
  const selection = selectionOf(sync, known);
  const heirs = heirsOf(sync, known);
  const classes = await Class.find(
    { event, status: 'active', section: { $type: 'objectId' }, kept: { $exists: false } },
    { section: 1 },
  ).lean();
  const sections = await Section.find(
    { account, _id: { $in: classes.flatMap(({ section }) => section ?? []) } },
    { status: 1, school: 1, term: 1, otherTerms: 1 },
  ).lean();
  const staying = new Set(
    sections
      .filter((section) => isSelected(section, selection) || (heirs && isSelected(section, heirs)))
      .map(({ _id }) => _id.toHexString()),
  );
  const leaving: Types.ObjectId[] = classes.flatMap(({ _id, section }) =>
    section && staying.has(section.toHexString()) ? [] : [_id],
  );
  if (leaving.length === 0) return { classes: 0, appointments: 0 };
  const appointments = await Appointment.countDocuments({
    event,
    class: { $in: leaving },
    state: { $in: LIVING_STATES },
  });
  return { classes: leaving.length, appointments };
}
