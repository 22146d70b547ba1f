import type { Types } from 'mongoose';
import { Appointment, LIVING_STATES } from '../../../server/models/appointment.js';
import { slotsOf } from '../../../server/models/appointment-slots.js';
import { Claim } from '../../../server/models/claim.js';
import { Class } from '../../../server/models/class.js';
import { Diary } from '../../../server/models/diary.js';
import { Event } from '../../../server/models/event.js';
import { Household } from '../../../server/models/household.js';
import { Notification } from '../../../server/models/notification.js';
import { Resource } from '../../../server/models/resource.js';
import { Slot } from '../../../server/models/slot.js';
import { SlotMove, SlotMoveItem } from '../../../server/models/slot-move.js';
import { User } from '../../../server/models/user.js';

/** One line a fault: everything booked is at one time in its slots and in both diaries, counted on its day, and nothing else is. */
export async function findMovingFaults(event: Types.ObjectId): Promise<string[]> {
  const faults: string[] = [];
  const [all, slots, resources, diaries, claims, { _id, days: eventDays }] = await Promise.all([
    Appointment.find({ state: { $in: LIVING_STATES } }).lean(),
    Slot.find().lean(),
    Resource.find().lean(),
    Diary.find().lean(),
    Claim.find().lean(),
    Event.findById(event).orFail().lean(),
  ]);
  const byId = <T extends { _id: Types.ObjectId }>(list: T[], id: Types.ObjectId) =>
    list.find(({ _id }) => _id.equals(id));
  const entries = diaries.flatMap(({ _id, busy }) =>
    busy.map((entry) => ({ ...entry, person: _id.slice(0, 24) })),
  );
  const shown = (at: Date) => at.toISOString().slice(5, 16);
  for (const one of all) {
    const own = slotsOf(one).flatMap((id) => byId(slots, id) ?? []);
    const [first, last] = [own[0], own.at(-1)];
    if (!first || !last || own.length !== slotsOf(one).length) {
      faults.push('a slot is missing');
      continue;
    }
    if (+first.from !== +one.from || +last.to !== +one.to)
      faults.push(`at ${shown(one.from)}, its slot ${shown(first.from)}`);
    if (!first.resource.equals(one.resource)) faults.push('with a teacher whose slot it is not');
    const contact = byId(resources, one.resource)?.contact;
    for (const person of [one.household, contact!]) {
      const theirs = entries.filter(
        (entry) => entry.person === String(person) && entry.appointment.equals(one._id),
      );
      const times = [
        ...new Set(theirs.map(({ from, to, slot }) => `${String(slot)} ${+from} ${+to}`)),
      ].sort();
      const wanted = own.map(({ _id, from, to }) => `${String(_id)} ${+from} ${+to}`).sort();
      if (times.join() !== wanted.join())
        faults.push(
          `${person.equals(one.household) ? 'family' : 'teacher'}: ${times.join()} instead of ${wanted.join()}`,
        );
    }
    const days = claims.filter(
      ({ _id, appointment }) => appointment.equals(one._id) && _id.startsWith('limit-day:'),
    );
    const prefix = `limit-day:${String(_id)}:${String(one.resource)}:${first.day}:`;
    if (days.length !== 1 || !days[0]!._id.startsWith(prefix))
      faults.push(`counted as ${days.map(({ _id }) => _id).join()}, not ${prefix}`);
    for (const other of all) {
      if (String(other._id) <= String(one._id) || +one.from >= +other.to || +other.from >= +one.to) continue;
      if (one.household.equals(other.household)) faults.push('a family at two places');
      if (one.resource.equals(other.resource)) faults.push('a teacher at two places');
    }
  }
  const lives = (id: Types.ObjectId) => byId(all, id) !== undefined;
  for (const entry of entries)
    if (!lives(entry.appointment)) faults.push(`dead in the diary of ${entry.person}`);
    else if (
      !all.some(
        (one) =>
          one._id.equals(entry.appointment) &&
          [String(one.household), String(byId(resources, one.resource)?.contact)].includes(entry.person),
      )
    )
      faults.push('in a stranger’s diary');
  for (const { _id, appointment } of claims) if (!lives(appointment)) faults.push(`dead: ${_id}`);
  for (const { state, message, day } of slots) {
    if (state === 'unavailable' && message === '') faults.push('locked');
    if (!eventDays.includes(day)) faults.push(`a slot on ${day}, which is none of the event’s days`);
  }
  return [...faults, ...(await findUntold())];
}

/** Who must have heard of where a meeting is now, or that it is no more, and who was told twice. */
async function findUntold(): Promise<string[]> {
  const faults: string[] = [];
  for (const move of await SlotMove.find().lean()) {
    const mails = await Notification.find({
      key: new RegExp(`^(changed|cancelled):${String(move._id)}:`),
    }).lean();
    const told = mails.map(({ to }) => to);
    if (new Set(told).size !== told.length) faults.push('told twice');
    if (move.state !== 'done') {
      if (told.length > 0) faults.push(`told, though it is ${move.state}`);
      continue;
    }
    for (const { slot, newFrom } of await SlotMoveItem.find({ move: move._id, state: 'told' }).lean()) {
      const moved = {
        slot,
        from: newFrom,
        state: { $in: LIVING_STATES },
        createdAt: { $lte: move.createdAt },
      };
      const found = await Appointment.find(
        move.kind === 'move' ? moved : { canceledIn: move._id, slot },
      ).lean();
      for (const { household } of found) {
        const home = await Household.findById(household).lean();
        const adults = await User.find({ _id: { $in: home?.adults ?? [] } }).lean();
        if (!adults.every(({ email }) => told.includes(email))) faults.push('not told');
      }
    }
  }
  return faults;
}

/** What the last sync says of appointments is true: a problem where student and teacher share no class, and nowhere else. */
export async function findMisjudged(event: Types.ObjectId): Promise<string[]> {
  const faults: string[] = [];
  for (const { resource, students: who, state, kept } of await Appointment.find({
    state: { $in: LIVING_STATES },
  }).lean()) {
    const { contact } = await Resource.findById(resource).orFail().lean();
    const shared = await Class.exists({
      ...{ event, status: 'active', 'synced.teachers': contact },
      'synced.students': { $all: who },
    });
    if ((state === 'booked') !== (shared !== null) && !kept)
      faults.push(`${state}, though ${shared ? '' : 'not '}together`);
  }
  return faults;
}
