import type { QueryFilter } from 'mongoose';
import { Class } from '../../models/class.js';
import type { RosterChange } from '../../models/roster-change.js';
import { readableRuns, runsOf, type RunPlace } from '../../runs/show/queries.js';

/**
 * The changes of a run that a reader may see: all, or of the account's part those of people in the event's classes. The rest of the
 * district is not theirs to see.
 */
export async function readableChanges(place: RunPlace): Promise<QueryFilter<RosterChange>> {
  const { event, refresh, run, wholeAccount } = place;
  if (wholeAccount || !event || !refresh)
    return { run: { $in: wholeAccount ? runsOf(place) : readableRuns(place) } };
  const inEvent = { account: event.account, event: event._id, status: 'active' as const };
  const [students, teachers] = await Promise.all([
    Class.distinct('synced.students', inEvent),
    Class.distinct('synced.teachers', inEvent),
  ]);
  return { $or: [{ run: run._id }, { run: refresh._id, target: { $in: [...students, ...teachers] } }] };
}
