import type { Types } from 'mongoose';
import type { Appointment, AppointmentState } from '../models/appointment.js';
import { Class, className } from '../models/class.js';
import { Contact, contactName } from '../models/contact.js';
import type { Event } from '../models/event.js';
import { Household } from '../models/household.js';
import { Resource } from '../models/resource.js';
import { Slot } from '../models/slot.js';
import { User } from '../models/user.js';
import { dayOf } from '../web/local-time.js';
import { sayAnswers, type SaidAnswer } from '../web/say-answers.js';
import { kindOf } from '../web/say-kind.js';
import { sayProblem } from '../web/say-problem.js';

type Scope = Pick<Event, '_id' | 'account' | 'timeZone'>;

/** An appointment in words, as reports list it. */
export interface ReportRow {
  id: string;
  slot: string;
  /** The event's local day, YYYY-MM-DD. */
  day: string;
  from: Date;
  to: Date;
  teacher: string;
  room: string;
  students: string;
  className: string;
  /** The adults who come. */
  family: string;
  state: string;
  problem: string;
  /** 'Video', or '' for in person. */
  kind: string;
  /** What was answered at booking, as staff read it. */
  answers: SaidAnswer[];
}

export const STATE_WORDS: Record<AppointmentState, string> = {
  pending: 'On hold',
  booked: 'Booked',
  problem: 'Problem',
  cancelled: 'Canceled',
  expired: 'Expired',
};

/** Puts names to some appointments of an event, in their order: seven queries, however many there are. */
export async function matchNames(event: Scope, appointments: Appointment[]): Promise<ReportRow[]> {
  if (appointments.length === 0) return [];
  const scope = { account: event.account, event: event._id };
  const ids = (pick: (item: Appointment) => Types.ObjectId[]) => ({
    $in: distinct(appointments.flatMap(pick)),
  });
  const [resources, slots, classes, students, households] = await Promise.all([
    Resource.find({ _id: ids((item) => [item.resource]), ...scope }, { name: 1, room: 1 }).lean(),
    Slot.find({ _id: ids((item) => [item.slot]), ...scope }, { kind: 1 }).lean(),
    Class.find(
      { _id: ids((item) => (item.class ? [item.class] : [])), ...scope },
      { 'synced.students': 0, 'synced.teachers': 0 },
    ).lean(),
    Contact.find({ _id: ids((item) => item.students), account: event.account }, PERSON).lean(),
    Household.find(
      { _id: ids((item) => [item.household]), account: event.account },
      { adults: 1, ofSchool: 1 },
    ).lean(),
  ]);
  const adults = await User.find(
    { _id: { $in: distinct(households.flatMap((household) => household.adults)) } },
    { name: 1 },
  ).lean();

  const [resourceOf, slotOf, classOf, studentOf, householdOf, adultOf] = [
    byId(resources),
    byId(slots),
    byId(classes),
    byId(students),
    byId(households),
    byId(adults),
  ];
  return appointments.map((item) => {
    const resource = resourceOf(item.resource);
    const inClass = item.class && classOf(item.class);
    const household = householdOf(item.household);
    return {
      id: item._id.toHexString(),
      slot: item.slot.toHexString(),
      day: dayOf(item.from, event.timeZone),
      from: item.from,
      to: item.to,
      teacher: resource?.name ?? '',
      room: (inClass ? inClass.edits.room : undefined) ?? resource?.room ?? '',
      students: item.students.map((id) => contactName(studentOf(id) ?? {})).join(', '),
      className: inClass ? className(inClass) : '',
      family: household?.ofSchool
        ? 'Kept for the school'
        : (household?.adults ?? [])
            .map((id) => adultOf(id)?.name ?? '')
            .filter(Boolean)
            .join(', '),
      state: STATE_WORDS[item.state],
      problem: sayProblem(item.problem),
      kind: kindOf(slotOf(item.slot), item) === 'video' ? 'Video' : '',
      answers: sayAnswers(item.answers, 'staff'),
    };
  });
}

export const PERSON = { firstName: 1, lastName: 1, email: 1 } as const;

/** Looks one of some documents up by its id. */
function byId<T extends { _id: Types.ObjectId }>(items: T[]): (id: Types.ObjectId) => T | undefined {
  const map = new Map(items.map((item) => [item._id.toHexString(), item]));
  return (id) => map.get(id.toHexString());
}

function distinct(ids: Types.ObjectId[]): Types.ObjectId[] {
  return [...new Map(ids.map((id) => [id.toHexString(), id])).values()];
}
