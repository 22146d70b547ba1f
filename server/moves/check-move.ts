import type { Types } from 'mongoose';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { Diary } from '../models/diary.js';
import type { Event } from '../models/event.js';
import { Resource } from '../models/resource.js';
import { Slot } from '../models/slot.js';
import { groupBy } from '../web/lists.js';
import { findOverlaps, type Span } from '../slots/plan-slots.js';
import { slotsElsewhere } from '../slots/prepare-slots.js';
import { utcDays } from '../booking/plan-needs.js';
import type { Planned } from './plan-move.js';

export type Booked = Pick<Appointment, '_id' | 'slot' | 'household' | 'students'>;

export interface CheckedMove {
  planned: Planned[];
  /** Of all slots of the plan, whether they can move or not. */
  appointments: Booked[];
  /** How many slots are left out for the same teacher's slots in another event. */
  elsewhere: number;
}

type EventScope = Pick<Event, '_id' | 'account'>;

/**
 * Marks what cannot move, with why, by what is there now; writes nothing. Diaries of the teachers and of the families are asked all at
 * once; a teacher who is a parent here is only found out when it moves.
 */
export async function checkMove(
  event: EventScope,
  planned: Planned[],
  mayOverlap: boolean,
): Promise<CheckedMove> {
  const slots = planned.map(({ slot }) => slot._id);
  const appointments = await Appointment.find(
    { slot: { $in: slots }, state: { $in: LIVING_STATES } },
    { slot: 1, household: 1, students: 1 },
  ).lean();
  const going = planned.flatMap(({ to }) => to ?? []);
  if (going.length === 0) return { planned, appointments, elsewhere: 0 };
  const resources = await Resource.find(
    {
      _id: { $in: [...new Set(planned.map(({ slot }) => slot.resource.toHexString()))] },
      account: event.account,
    },
    { contact: 1 },
  ).lean();
  const contactOf = new Map(
    resources.map(({ _id, contact }) => [_id.toHexString(), contact?.toHexString() ?? '']),
  );
  const days = [...new Set(going.map(({ day }) => day))];
  const [own, others, diaries] = await Promise.all([
    slotsInTheWay(planned, days),
    slotsElsewhere(
      event,
      resources,
      going.toSorted((a, b) => +a.from - +b.from),
      days,
    ),
    busyOf(planned, appointments, resources),
  ]);
  const bySlot = groupBy(appointments, ({ slot }) => slot.toHexString());
  const question = (key: string, spans: Span[] | undefined, kept: Map<string, (span: Span) => boolean>) => {
    const known = kept.get(key) ?? findOverlaps(spans ?? []);
    kept.set(key, known);
    return known;
  };
  const [ofOwn, ofOthers, ofPeople] = [new Map(), new Map(), new Map()] as Map<
    string,
    (span: Span) => boolean
  >[] as [
    Map<string, (span: Span) => boolean>,
    Map<string, (span: Span) => boolean>,
    Map<string, (span: Span) => boolean>,
  ];
  let elsewhere = 0;
  const checked = planned.map((one): Planned => {
    const { slot, to } = one;
    if (!to) return one;
    const resource = slot.resource.toHexString();
    const contact = contactOf.get(resource) ?? '';
    const held = bySlot.get(slot._id.toHexString()) ?? [];
    if (question(resource, own.get(resource), ofOwn)(to)) return { slot, why: 'overlap' };
    if (held.length > 0 && question(contact, diaries.get(contact), ofPeople)(to))
      return { slot, why: 'teacher busy' };
    if (
      held.some(({ household }) => question(String(household), diaries.get(String(household)), ofPeople)(to))
    )
      return { slot, why: 'household busy' };
    if (question(contact, others.get(contact), ofOthers)(to)) {
      elsewhere += 1;
      if (!mayOverlap) return { slot, why: 'elsewhere' };
    }
    return one;
  });
  return { planned: checked, appointments, elsewhere };
}

/** The same teachers' other slots on the days they go to, which do not move along. */
async function slotsInTheWay(planned: Planned[], days: string[]): Promise<Map<string, Slot[]>> {
  const resources = [...new Set(planned.map(({ slot }) => slot.resource.toHexString()))];
  const moving = new Set(planned.flatMap(({ slot, to }) => (to ? [slot._id.toHexString()] : [])));
  const [first] = planned;
  if (!first) return new Map();
  const there = await Slot.find(
    {
      account: first.slot.account,
      event: first.slot.event,
      day: { $in: days },
      resource: { $in: resources },
    },
    { resource: 1, from: 1, to: 1 },
  ).lean();
  return groupBy(there.filter(({ _id }) => !moving.has(_id.toHexString())) as Slot[], ({ resource }) =>
    resource.toHexString(),
  );
}

/** When teachers and families are somewhere else on the days they go to, by the person's id. */
async function busyOf(
  planned: Planned[],
  appointments: Booked[],
  resources: { contact?: Types.ObjectId }[],
): Promise<Map<string, Span[]>> {
  const people = [
    ...new Set([
      ...resources.flatMap(({ contact }) => contact?.toHexString() ?? []),
      ...appointments.map(({ household }) => household.toHexString()),
    ]),
  ];
  const days = new Set(planned.flatMap(({ to }) => (to ? utcDays(to.from, to.to) : [])));
  const ids = people.flatMap((person) => [...days].map((day) => `${person}:${day}`));
  const diaries = await Diary.find({ _id: { $in: ids } }).lean();
  const own = new Set(appointments.map(({ _id }) => _id.toHexString()));
  const entries = diaries.flatMap(({ _id, busy }) =>
    busy
      .filter(({ appointment }) => !own.has(appointment.toHexString()))
      .map((entry) => ({ ...entry, person: _id.slice(0, _id.indexOf(':')) })),
  );
  const living = await Appointment.find(
    { _id: { $in: entries.map(({ appointment }) => appointment) }, state: { $in: LIVING_STATES } },
    { _id: 1 },
  ).lean();
  const alive = new Set(living.map(({ _id }) => _id.toHexString()));
  return groupBy(
    entries.filter(({ appointment }) => alive.has(appointment.toHexString())),
    ({ person }) => person,
  );
}
