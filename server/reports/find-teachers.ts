import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { BATCH } from '../models/find-together.js';
import { Resource } from '../models/resource.js';
import { inKey, searchWords } from '../models/search-key.js';
import type { Scope } from './list-appointments.js';

/** What reports need of a teacher, by name. */
export type Teacher = Pick<Resource, '_id' | 'name' | 'room' | 'status'>;

/**
 * The event's teachers by name, as far as the reader sees them: those who take part now, and those who left but still have appointments.
 * @param q words of a name, '' for everybody
 */
export async function findTeachers(event: Scope, q = ''): Promise<Teacher[]> {
  const { resource } = event.sight;
  const scope = { account: event.account, event: event._id };
  const found = await Resource.find(
    { ...scope, ...(resource ? { _id: resource } : {}) },
    { name: 1, room: 1, status: 1, searchKey: 1 },
    { batchSize: BATCH },
  )
    .sort({ sortKey: 1, _id: 1 })
    .lean();
  const gone = found.filter(({ status }) => status === 'gone').map(({ _id }) => _id);
  const booked =
    gone.length > 0
      ? await Appointment.distinct('resource', {
          ...scope,
          resource: { $in: gone },
          state: { $in: LIVING_STATES },
        })
      : [];
  const words = searchWords(q).map(inKey);
  return found.filter(
    ({ _id, status, searchKey }) =>
      (status === 'active' || booked.some((id) => id.equals(_id))) &&
      words.every((word) => word.test(searchKey)),
  );
}
