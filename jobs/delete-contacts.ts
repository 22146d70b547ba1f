import { endAppointment } from '../server/booking/end-appointment.js';
import { deleteContacts } from '../server/contacts/deletion/delete-contacts.js';
import type { OneShot } from './job.js';

/** Deletes contacts that somebody asked to delete. */
export const deleteContactsJob: OneShot = (deps, key, stopping) =>
  deleteContacts(deps, key, stopping, endAppointment(deps));
