import type { Appointment } from '../models/appointment.js';
import { slotsOf } from '../models/appointment-slots.js';
import { Event } from '../models/event.js';
import { Household } from '../models/household.js';
import { Interpreter } from '../models/interpreter.js';
import { Resource } from '../models/resource.js';
import { holdersOf, Slot } from '../models/slot.js';
import { findPeople, goingOf } from '../claims/find-people.js';
import { diaryOf } from './find-interpreter.js';
import { findSitting, HOLDER, sitBeside } from '../claims/find-sitting.js';
import { interpreterNeeds, planNeeds, type Need } from '../claims/plan-needs.js';

/**
 * What an appointment needs at some time of one of its slots, as far as that depends on the time: the diaries, whoever interprets included,
 * and what is counted by the day.
 * @param leadMs how long before this slot the meeting's previous slot ends; the break between them is part of the meeting
 */
export async function findNeeds(
  appointment: Appointment,
  { _id, from, to, day }: Pick<Slot, '_id' | 'from' | 'to' | 'day'>,
  leadMs = 0,
): Promise<Need[]> {
  const slots = await Slot.find({ _id: { $in: slotsOf(appointment) } }, { resource: 1, with: 1 }).lean();
  // A merge of two teachers changes the slots first. Whoever sits in one slot of a longer meeting sits in all of it.
  const resource = slots[0]?.resource ?? appointment.resource;
  const sits = slots.length > 0 ? { resource, with: sitBeside(slots) } : appointment;
  const [event, holders, found] = await Promise.all([
    Event.findById(appointment.event, { booking: 1 }).lean(),
    Resource.find({ _id: { $in: holdersOf(sits) } }, HOLDER).lean(),
    Household.findById(appointment.household).lean(),
  ]);
  if (!event || holders.length === 0) return [];
  const household = found ?? { _id: appointment.household, account: appointment.account, adults: [] };
  const { students, override, goer } = appointment;
  const people = await findPeople(goingOf(household, goer), await findSitting(holders));
  const { interpreter, interpreting } = appointment;
  const interpreters = [interpreter, interpreting?.to].flatMap((id) => id ?? []);
  const speaking =
    interpreters.length > 0
      ? await Interpreter.find({ _id: { $in: interpreters } }, { contact: 1 }).lean()
      : [];
  const at = { _id, from: new Date(from.getTime() - leadMs), to };
  const ofAll = planNeeds({
    event,
    slot: { ...at, day, capacity: Infinity },
    resource: { _id: resource },
    students,
    household: household._id,
    goer,
    people,
    // What staff set aside for the appointment stays set aside at another time.
    over: override?.rules,
  });
  return [...ofAll, ...speaking.flatMap((one) => interpreterNeeds([at], diaryOf(one)))].filter(
    (need) => need.kind === 'diary' || need.prefix.startsWith('limit-day:'),
  );
}
