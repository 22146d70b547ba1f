import type { Types } from 'mongoose';
import { withNames, type Meeting } from '../meetings/name-meetings.js';
import { childrenWithTeachers, type ChildView } from '../booking/queries.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { Contact } from '../models/contact.js';
import { documentsOf, findTogether } from '../models/find-together.js';
import type { PlacedEvent } from '../web/place.js';
import type { Sight } from '../web/sight.js';
import { findInEvent } from './find-in-event.js';

export interface DeskChild {
  contact: Contact;
  view: ChildView;
  /** All of the child's appointments here, whoever booked them. */
  meetings: Meeting[];
}

/** A child of the event, with whom it may meet and its appointments; undefined for a child that the reader does not see. */
export async function loadChild(
  event: PlacedEvent & { sight: Sight },
  id: Types.ObjectId,
): Promise<DeskChild | undefined> {
  const { account, sight } = event;
  const {
    contacts: [contact],
    all,
  } = await findTogether({
    contacts: documentsOf(Contact, { _id: id, account, type: 'student' }),
    all: documentsOf(
      Appointment,
      {
        account,
        event: event._id,
        ...sight,
        students: id,
        state: { $in: [...LIVING_STATES, 'cancelled'] },
      },
      { sort: { from: 1 } },
    ),
  });
  if (!contact) return undefined;
  // An appointment says it too, and is read already.
  if (all.length === 0 && !(await findInEvent(event, [id])).has(String(id))) return undefined;
  const found = all.filter(({ state }) => LIVING_STATES.includes(state));
  const meetings = found.length > 0 ? await withNames(found, event) : [];
  const [view] = await childrenWithTeachers(event, [{ student: id }], meetings, 'school');
  if (!view) return undefined;
  const own = sight.resource?.$in.map(String);
  const teachers = view.teachers.filter((teacher) => !own || own.includes(teacher.id));
  return { contact, view: { ...view, teachers }, meetings };
}
