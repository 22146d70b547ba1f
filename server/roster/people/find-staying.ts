import type { Types } from 'mongoose';
import { Contact } from '../../models/contact.js';
import { withheldOf, RosterChange } from '../../models/roster-change.js';
import { judgeRemovals, readGone } from '../../runs/changes/take-removals.js';
import type { RefreshContext } from '../run/context.js';
import { IdSet, type Ids } from '../../runs/changes/id-set.js';
import { tellsAll } from '../../sources/download/download-district.js';
import { findLeaversOf } from '../mirror/take-leavers.js';
import { PEOPLE } from '../mirror/stores.js';

/**
 * Finds the students who stay although the source no longer has them: somebody decided so, it is in doubt whose id it is, or their removal
 * waits for a decision. That includes removals of this run, whose guard judges only once all lists were read; their guardians are read
 * earlier and keep their ties. A preview withholds nothing.
 * @param seen who was read so far
 * @returns the record ids
 */
export async function findStaying(context: RefreshContext, seen: Pick<Ids, 'has'>): Promise<Ids> {
  const { run, download, taken, doubts } = context;
  const staying = new IdSet();
  for (const id of doubts.tied) staying.add(id);
  for await (const id of keptStudents(run.account)) if (!seen.has(id)) staying.add(id);
  const of = { store: PEOPLE, filter: { type: 'student' }, most: taken.student };
  const { answered, removals } = await findLeaversOf(context, 'students', of, seen);
  if (!answered || !tellsAll(download.students))
    for await (const id of withheldStudents(run.account)) if (!seen.has(id)) staying.add(id);
  if (!removals || run.preview) return staying;
  const { why, waits } = await judgeRemovals(run, removals);
  if (!why) return staying;
  for await (const document of readGone(removals))
    if (waits(document)) staying.add(removals.sourceIdOf(document));
  return staying;
}

async function* keptStudents(account: Types.ObjectId): AsyncGenerator<string, void, undefined> {
  const kept = { account, type: 'student' as const, status: 'active' as const };
  const found = Contact.find({ ...kept, 'record.kept': { $exists: true } }, { record: 1 })
    .lean()
    .cursor();
  for await (const { record } of found) if (record) yield record.id;
}

/** Students whose removal earlier runs withhold. */
async function* withheldStudents(account: Types.ObjectId): AsyncGenerator<string, void, undefined> {
  const withheld = RosterChange.find({ ...withheldOf({ account }), kind: 'student' }, { sourceId: 1 });
  for await (const { sourceId } of withheld.lean().cursor()) yield sourceId;
}
