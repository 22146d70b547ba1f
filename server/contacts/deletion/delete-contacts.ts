import { recordAudit } from '../../audit/record-audit.js';
import type { Deps } from '../../deps.js';
import { Appointment } from '../../models/appointment.js';
import { Contact } from '../../models/contact.js';
import { ContactDeletion, type DeletionRefusal } from '../../models/contact-deletion.js';
import { isDuplicateKey } from '../../models/duplicate-key.js';
import { Event } from '../../models/event.js';
import { Household } from '../../models/household.js';
import type { ActiveRun } from '../../runs/engine/active-run.js';
import { TIMING, type Timing } from '../../runs/engine/timing.js';
import { RunStopped } from '../../runs/engine/run-ends.js';
import { workRun } from '../../runs/engine/work-run.js';
import { clearEvent } from './clear-events.js';
import { clearRoster } from './clear-roster.js';
import { deleteFamilies, deletePeople, stopMailings, takeChildren } from './delete-people.js';
import { deletePerson } from './delete-person.js';
import { clearAppointments, type EndAppointment } from './end-appointments.js';
import { readStaff } from './find-staying.js';
import { staysAt, typesBelow, type DeletionLevel } from './policy.js';
import { countBooked, LISTED } from './queries.js';
import { removeLogins } from './remove-logins.js';
import { findAgainst } from './start-deletion.js';

/** The steps, in order. Each may be repeated from its start, and all of them from the first. */
export const DELETION_STAGES = ['appointments', 'events', 'logins', 'roster', 'people', 'families'] as const;

/**
 * Does a requested deletion of contacts, unless another worker is doing it. If a worker dies, the next one starts over and arrives at the
 * same end.
 * @param key the deletion's id
 * @param stopping the worker has been told to end: at its next safe point the deletion goes back to the queue
 */
export async function deleteContacts(
  deps: Deps,
  key: string,
  stopping: AbortSignal,
  end: EndAppointment,
  timing: Timing = TIMING,
): Promise<void> {
  await workRun(deps, ContactDeletion, key, { stages: DELETION_STAGES, timing, stopping }, (taken, run) =>
    work(deps, taken, run, end),
  );
}

async function work(deps: Deps, taken: ContactDeletion, run: ActiveRun, end: EndAppointment): Promise<void> {
  const { by, contact, level } = taken;
  if (!run.changed) await lookOnce(taken, run);
  await leaveEntry(deps, taken);
  await run.markChanged();
  if (level) await deleteLevel(taken, level as DeletionLevel, run, end);
  else if (contact) await deletePerson(run, contact, by, end);
}

async function deleteLevel(
  taken: ContactDeletion,
  level: DeletionLevel,
  run: ActiveRun,
  end: EndAppointment,
): Promise<void> {
  const { account, by } = taken;
  const events = (await Event.find({ account }, { _id: 1 }).lean()).map(({ _id }) => _id);
  const staff = await readStaff(account, by, run.now());
  const staying = staff.filter(({ highest }) => staysAt(highest, level));
  const contacts = staying.flatMap((login) => login.contacts.map(({ _id }) => _id));
  const types = typesBelow(level);

  await takeChildren(run);
  await stopMailings(events);
  await run.begin('appointments', await Appointment.countDocuments({ event: { $in: events } }));
  for (const event of events) await clearAppointments(run, { event }, by, end);
  await run.begin('events', events.length);
  for (const event of events)
    await clearEvent(run, event, { teachersGo: types.includes('teacher'), staying: contacts });
  await run.begin('logins', (taken.planned.parentLogin ?? 0) + (taken.planned.staffLogin ?? 0));
  await removeLogins(
    run,
    level,
    staying.map(({ user }) => user),
  );
  await run.begin('roster', 0);
  await clearRoster(run);
  await run.begin('people', await Contact.countDocuments({ account, type: { $in: types } }));
  await deletePeople(run, types, contacts);
  // A request that was under way may have booked something or added a child meanwhile.
  await run.begin('families', await Household.countDocuments({ account }));
  for (const event of events) await clearAppointments(run, { event }, by, end);
  await deleteFamilies(run, events);
}

/** Checks, before anything changes, whether the deletion may still begin. */
async function lookOnce(
  { account, contact, appointments, cleared }: ContactDeletion,
  run: ActiveRun,
): Promise<void> {
  const against = cleared ? undefined : await findAgainst(account, run.now());
  if (against) await refuse(run, against);
  if (contact || appointments) return;
  const events = await Event.find({ account, status: { $in: [...LISTED] } }, { _id: 1 }).lean();
  const booked = await countBooked(
    events.map(({ _id }) => _id),
    run.now(),
  );
  if (booked.size > 0) await refuse(run, 'still booked');
}

/** Writes one audit entry per deletion, under its id, before anything is deleted. A deletion that takes several attempts has one entry. */
async function leaveEntry(deps: Deps, deletion: ContactDeletion): Promise<void> {
  const { _id, account, by, contact, level, appointments, planned } = deletion;
  try {
    await recordAudit({
      _id,
      account,
      user: by,
      ...(contact
        ? { action: 'delete contact', targets: [contact], detail: { ...planned } }
        : { action: 'delete all contacts', targets: [_id], detail: { level, appointments, ...planned } }),
      at: deps.now(),
    });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
}

/** The deletion does not begin. */
async function refuse(run: ActiveRun, refused: DeletionRefusal): Promise<never> {
  await ContactDeletion.updateOne({ _id: run.id }, { $set: { refused } });
  throw new RunStopped();
}
