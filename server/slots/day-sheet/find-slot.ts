import type { Types } from 'mongoose';
import { Appointment, LIVING_STATES, type AppointmentState } from '../../models/appointment.js';
import { inSlots } from '../../models/appointment-slots.js';
import { Contact, contactName } from '../../models/contact.js';
import type { Event } from '../../models/event.js';
import { Interpreter } from '../../models/interpreter.js';
import { Resource } from '../../models/resource.js';
import { Slot } from '../../models/slot.js';
import { inSight, type Sight } from '../../web/sight.js';
import { KIND_WORDS, kindOf } from '../../web/say-kind.js';
import { sayAnswers, sayInterpreter, type SaidAnswer } from '../../web/say-answers.js';
import { sayProblem } from '../../web/say-problem.js';

export interface SlotPage {
  slot: Slot;
  resource: Pick<Resource, '_id' | 'name' | 'room' | 'link'>;
  /** The names of the other teachers in it. */
  others: string[];
  appointments: {
    id: string;
    students: string[];
    state: AppointmentState;
    problem: string;
    note: string;
    kind: string;
    answers: SaidAnswer[];
    bookedAt?: Date;
    /** Of a meeting that also takes other slots: from when to when it lasts. */
    span?: { from: Date; to: Date };
  }[];
  /** Holds that have not run out. */
  held: number;
}

/** One slot with its appointments; null if the event has no such slot or the reader does not see it. */
export async function findSlot(
  event: Pick<Event, '_id' | 'account'> & { sight: Sight },
  id: Types.ObjectId,
  now: Date,
): Promise<SlotPage | null> {
  const scope = { account: event.account, event: event._id, ...inSight(event.sight) };
  const slot = await Slot.findOne({ _id: id, ...scope }).lean();
  const resource = slot && (await Resource.findById(slot.resource, { name: 1, room: 1, link: 1 }).lean());
  if (!slot || !resource) return null;
  const found = await Appointment.find({
    ...inSlots([slot._id]),
    state: { $in: ['pending', ...LIVING_STATES] },
  }).lean();
  const living = found.filter(({ state }) => state !== 'pending');
  const people = await Contact.find(
    { _id: { $in: living.flatMap(({ students }) => students) } },
    { firstName: 1, lastName: 1, email: 1 },
  ).lean();
  const names = new Map(people.map((person) => [person._id.toHexString(), contactName(person)]));
  const speaking = living.flatMap(({ interpreter }) => interpreter ?? []);
  const interpreters =
    speaking.length > 0 ? await Interpreter.find({ _id: { $in: speaking } }, { name: 1 }).lean() : [];
  const others = slot.with?.length
    ? await Resource.find({ _id: { $in: slot.with } }, { name: 1 })
        .sort({ sortKey: 1 })
        .lean()
    : [];
  return {
    slot,
    resource,
    others: others.map(({ name }) => name),
    appointments: living.map(
      ({
        _id: one,
        students,
        state,
        problem,
        note,
        kind,
        answers,
        interpreter,
        bookedAt,
        more,
        from,
        to,
      }) => ({
        id: one.toHexString(),
        students: students.map((student) => names.get(student.toHexString()) ?? 'No name'),
        state,
        problem: sayProblem(problem),
        note,
        kind: KIND_WORDS[kindOf(slot, kind ? { kind } : {})],
        answers: [
          ...sayAnswers(answers, 'staff'),
          ...sayInterpreter(interpreters.find((who) => interpreter?.equals(who._id))),
        ],
        ...(bookedAt ? { bookedAt } : {}),
        ...(more ? { span: { from, to } } : {}),
      }),
    ),
    held: found.filter(({ state, expiresAt }) => state === 'pending' && expiresAt && expiresAt > now).length,
  };
}
