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
import { readFacts, tellHousehold, writeMails, type Facts } from '../meetings/tell-household.js';

/**
 * Does what follows from an appointment that was booked or has ended: cancels the one it replaces, frees claims, mails the family.
 * The deciding update left `unfinished` on it, so that a job does it where the process died; every part may be done twice.
 */
export async function finishAppointment(deps: Deps, id: Types.ObjectId): Promise<void> {
  const found = await Appointment.findOne({ _id: id, unfinished: true }).lean();
  if (found) await finishFound(deps, found);
}

/**
 * The same of one that was read, or written, just now.
 * @param before what is written together with it, such as the audit's entry of what was decided
 */
export async function finishFound(deps: Deps, found: Appointment, before: Write[] = []): Promise<void> {
  const { _id, state } = found;
  if (LIVING_STATES.includes(state)) await finishBooked(deps, found, before);
  else {
    await writeAnyway(before);
    await releaseClaims(_id, deps.now());
    if (state === 'cancelled') {
      await revokeMails(found, deps.now());
      // Of all that a move cancels they are told together.
      if (!found.canceledIn && (await isToHear(found))) await tellHousehold(deps, found, 'cancelled');
    }
    await Appointment.updateOne({ _id, state }, { $unset: { unfinished: 1 } });
    await wakeLine(deps, found);
  }
}

/** Has the time that is free again be offered to who waits for it. What was refused held nothing. */
async function wakeLine(deps: Deps, { event, resource, state, refused }: Appointment): Promise<void> {
  if (state === 'expired' && refused !== 'hold ended') return;
  if (await WaitlistEntry.exists({ resource, open: true }))
    await deps.queue.add('offer-times', lineKey({ event, resource }));
}

/** What the school cancels they hear in any case: they have seen on the page that it was booked, and did not undo it themselves. */
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
  // Of what took the place of one that they have not heard of, this is the first news.
  const isNews = !appointment.replaces || (replaced && !(await wasTold(replaced)));
  const news = isNews ? 'booked' : 'changed';
  // Of a plan or a draw all are told together, when the whole of it is done.
  const words = replaced ? { before: replaced } : {};
  const isTogether = appointment.plan ?? appointment.draw;
  const mails = isTogether ? [] : await writeMails(deps, { appointment, facts }, news, words);
  const notBefore = appointment.undoUntil;
  const settled = {
    filter: { _id: appointment._id, state: { $in: LIVING_STATES } },
    update: { $unset: { unfinished: 1 as const } },
  };
  // In this order: what is not mailed yet is not settled.
  await writeAnyway([
    ...before,
    ...mailWrites(deps, notBefore ? mails.map((mail) => ({ ...mail, notBefore })) : mails),
    ...writesTo<Appointment>(Appointment, [{ updateOne: settled }]),
  ]);
  if (mails.length > 0 && !notBefore) await wakeDelivery(deps);
}

/**
 * Notes who else sits in it now: that may have changed while it was being confirmed, and whoever changed it saw what was booked or held
 * then.
 */
async function followSlot(appointment: Appointment, { slots }: Facts): Promise<Appointment> {
  const own = slotsOf(appointment);
  const now = sitBeside(own.flatMap((id) => slots.find(({ _id }) => _id.equals(id)) ?? []));
  const { with: before = [], ...rest } = appointment;
  if (slots.length === 0 || String(before) === String(now)) return appointment;
  const sits = now.length > 0 ? { with: now } : {};
  await Appointment.updateOne({ _id: rest._id }, now.length > 0 ? { $set: sits } : { $unset: { with: 1 } });
  return { ...rest, ...sits };
}

/**
 * Makes it a problem when its class was deleted while it was being confirmed: a deletion marks the class first and then looks for what
 * is booked, so whatever it can't see there is booked already when it is looked at here.
 */
async function flagDeleted({ _id }: Appointment, { classes }: Facts): Promise<void> {
  if (!classes.some(({ status }) => status === 'deleted')) return;
  await Appointment.updateOne(
    { _id, state: 'booked', 'kept.code': { $ne: 'class deleted' } },
    { $set: { state: 'problem', problem: { code: 'class deleted' } } },
  );
}

/**
 * Has who interprets be chosen again where the family's language, or whoever was chosen, changed while it was being confirmed: what is booked
 * then is seen by whoever changes that later.
 */
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

/** Only after the new one is booked: who stops in between has both for a moment, and never neither. */
async function cancelReplaced(deps: Deps, replaced: Types.ObjectId): Promise<Appointment | null> {
  await Appointment.updateOne(
    { _id: replaced, state: { $in: LIVING_STATES } },
    { $set: { state: 'cancelled', cancelledAt: deps.now(), cancelledBy: 'change', unfinished: true } },
  );
  await finishAppointment(deps, replaced);
  return Appointment.findById(replaced).lean();
}
