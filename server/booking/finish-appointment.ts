import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { slotsOf } from '../models/appointment-slots.js';
import { lineKey, WaitlistEntry } from '../models/waitlist-entry.js';
import { writeAnyway, writesTo, type Write } from '../models/write-together.js';
import { mailWrites, wakeDelivery } from '../notifications/queue-mail.js';
import { isThere, languageFor } from './find-interpreter.js';
import { sitBeside } from '../claims/find-sitting.js';
import { markAgain } from './reconcile-interpreter.js';
import { releaseClaims } from '../claims/release-claims.js';
import { leaveSpare } from '../claims/change-length.js';
import { revokeMails, wasTold } from '../meetings/revoke-mails.js';
import { revokeReminder } from '../meetings/tell-reminder.js';
import { readFacts, tellHousehold, writeMails, type Facts } from '../meetings/tell-household.js';

/**
 * Completes what follows after an appointment was booked or has ended: cancels the one it replaces, frees claims, mails the family. The
 * deciding update leaves `unfinished` on it, so that a job does it if the process dies. Every part may be repeated.
 */
export async function finishAppointment(deps: Deps, id: Types.ObjectId): Promise<void> {
  const found = await Appointment.findOne({ _id: id, unfinished: true }).lean();
  if (found) await finishFound(deps, found);
}

/**
 * The same for an appointment that was just read or written.
 * @param before what is written together with it, such as the decision's audit entry
 */
export async function finishFound(deps: Deps, found: Appointment, before: Write[] = []): Promise<void> {
  const { _id, state } = found;
  if (LIVING_STATES.includes(state)) await finishBooked(deps, found, before);
  else {
    await writeAnyway(before);
    await releaseClaims(_id, deps.now());
    if (state === 'cancelled') {
      await revokeMails(found, deps.now());
      await revokeReminder(deps, found);
      // A move tells the family of all that it cancels in one mail.
      if (!found.canceledIn && (await isToHear(found))) await tellHousehold(deps, found, 'cancelled');
    }
    await Appointment.updateOne({ _id, state }, { $unset: { unfinished: 1 } });
    await wakeLine(deps, found);
  }
}

/** Has the freed time offered to the waitlist. A refused appointment held nothing. */
async function wakeLine(deps: Deps, { event, resource, state, refused }: Appointment): Promise<void> {
  if (state === 'expired' && refused !== 'hold ended') return;
  if (await WaitlistEntry.exists({ resource, open: true }))
    await deps.queue.add('offer-times', lineKey({ event, resource }));
}

/** Whether the family is mailed of a cancellation. The school's are always mailed: the family has seen on the page that it was booked. */
async function isToHear(cancelled: Appointment): Promise<boolean> {
  const { cancelledBy } = cancelled;
  return cancelledBy === 'school' || (cancelledBy !== 'change' && (await wasTold(cancelled)));
}

async function finishBooked(deps: Deps, found: Appointment, before: Write[]): Promise<void> {
  let facts = await readFacts(found, [found]);
  const appointment = await followSlot(found, facts);
  if (appointment !== found) facts = await readFacts(appointment, [appointment]);
  await flagDeleted(appointment, facts);
  await followInterpreter(appointment, facts);
  const replaced = appointment.replaces && (await cancelReplaced(deps, appointment.replaces));
  if (appointment.resized) await leaveSpare(appointment, deps.now());
  // If the family never heard of the replaced appointment, this is its first news.
  const isNews = !appointment.replaces || (replaced && !(await wasTold(replaced)));
  const news = isNews ? 'booked' : 'changed';
  // A plan and a draw tell the family of all meetings in one mail, at their end.
  const words = replaced ? { before: replaced } : {};
  const isTogether = appointment.plan ?? appointment.draw;
  const mails = isTogether ? [] : await writeMails(deps, { appointment, facts }, news, words);
  const notBefore = appointment.undoUntil;
  const settled = {
    filter: { _id: appointment._id, state: { $in: LIVING_STATES } },
    update: { $unset: { unfinished: 1 as const } },
  };
  // In this order: it stays unfinished until its mail is queued.
  await writeAnyway([
    ...before,
    ...mailWrites(deps, notBefore ? mails.map((mail) => ({ ...mail, notBefore })) : mails),
    ...writesTo<Appointment>(Appointment, [{ updateOne: settled }]),
  ]);
  if (mails.length > 0 && !notBefore) await wakeDelivery(deps);
}

/** Notes who else sits in the slot. Whoever changed that during the confirmation saw only what was booked or held before. */
async function followSlot(appointment: Appointment, { slots }: Facts): Promise<Appointment> {
  const own = slotsOf(appointment);
  const now = sitBeside(own.flatMap((id) => slots.find(({ _id }) => _id.equals(id)) ?? []));
  const { with: before = [], ...rest } = appointment;
  if (slots.length === 0 || String(before) === String(now)) return appointment;
  const sits = now.length > 0 ? { with: now } : {};
  await Appointment.updateOne({ _id: rest._id }, now.length > 0 ? { $set: sits } : { $unset: { with: 1 } });
  return { ...rest, ...sits };
}

/** Makes it a problem if its class was deleted during the confirmation: the deletion looked for appointments before that. */
async function flagDeleted({ _id }: Appointment, { classes }: Facts): Promise<void> {
  if (!classes.some(({ status }) => status === 'deleted')) return;
  await Appointment.updateOne(
    { _id, state: 'booked', 'kept.code': { $ne: 'class deleted' } },
    { $set: { state: 'problem', problem: { code: 'class deleted' } } },
  );
}

/** Marks it for a new choice if the family's language or the interpreter changed during the confirmation. */
async function followInterpreter(
  { _id, from, to, interpreter }: Appointment,
  { events: [event], households: [household], interpreters }: Facts,
): Promise<void> {
  if (!event || !household) return;
  const language = languageFor(event, household);
  const who = interpreters.find((one) => interpreter?.equals(one._id));
  const can =
    who?.status === 'active' &&
    language !== undefined &&
    who.languages.includes(language) &&
    isThere(who, event, { from, to });
  const isRight = interpreter ? can : !language || event.interpreting?.byHand;
  if (!isRight) await markAgain(_id);
}

/** Cancels the replaced appointment after the new one is booked: a process that dies in between leaves both for a moment, never neither. */
async function cancelReplaced(deps: Deps, replaced: Types.ObjectId): Promise<Appointment | null> {
  await Appointment.updateOne(
    { _id: replaced, state: { $in: LIVING_STATES } },
    { $set: { state: 'cancelled', cancelledAt: deps.now(), cancelledBy: 'change', unfinished: true } },
  );
  await finishAppointment(deps, replaced);
  return Appointment.findById(replaced).lean();
}
