import { Types } from 'mongoose';
import type { Contact, RosterPerson } from '../../models/contact.js';
import { RosterRun } from '../../models/roster-run.js';
import { dropNewcomers, noteNewcomers, type FoundNewcomer } from './note-newcomers.js';
import { planNewcomers } from './plan-pairs.js';
import { refuseRecords } from '../../runs/log/log-run.js';
import type { RosterRecord } from '../../sources/records/roster-record.js';
import type { Claim } from './apply-records.js';
import { isAnother, judgeFurther, type FurtherClaim } from './keep-further.js';
import type { RefreshContext } from '../run/context.js';
import { PEOPLE_LISTS } from '../../sources/records/lists.js';
import type { Ids } from '../../runs/changes/id-set.js';
import { tellsAll } from '../../sources/download/download-district.js';
import { addDoubt, dropDoubt } from '../mirror/list-doubts.js';

/**
 * Of the records that would change the contact with their id, or are a further one of theirs, finds those that seem to be about somebody
 * else. They go on the *to decide* list, and the contact stays as it is. A contact whose doubt this batch resolves is taken off the list.
 * @returns the record ids
 */
export async function findDoubted(
  context: RefreshContext,
  kind: string,
  records: readonly RosterRecord<RosterPerson>[],
  claims: readonly Claim<RosterPerson>[],
  merged: readonly FurtherClaim[],
): Promise<ReadonlySet<string>> {
  const { run, account, doubts, source } = context;
  const found = claims.flatMap(({ record: { id, fields, hash }, document }): FoundNewcomer[] =>
    isAnother(document as unknown as Contact, id, fields)
      ? [{ newcomer: { id, fields, hash, source }, candidate: document }]
      : [],
  );
  for (const { record, contact } of await judgeFurther(run, merged)) {
    const { id, fields, hash } = record;
    found.push({ newcomer: { id, fields, hash, source, isFurther: true }, candidate: contact });
  }
  const doubted = new Set(found.map(({ newcomer }) => newcomer.id));
  const plain = records.flatMap(({ id }) => (doubts.byId.has(id) && !doubted.has(id) ? [id] : []));
  await dropDoubts(context, plain);
  const known = found.filter(({ newcomer }) => doubts.byId.has(newcomer.id)).length;
  const noted = run.preview
    ? { pairs: await planNewcomers(run, found), added: found.length - known }
    : await noteNewcomers(account._id, found, run.id, run.now());
  for (const { newcomer, candidate } of found) {
    const pair = noted.pairs.get(newcomer.id);
    if (pair) doubts.byId.set(newcomer.id, { pair, candidate: candidate._id });
    addDoubt(doubts, candidate);
  }
  if (noted.added > 0) run.count('duplicate', 'added', noted.added);
  await refuseRecords(
    run,
    kind,
    [...doubted].map((id) => ({ id, code: 'id in doubt' })),
  );
  return doubted;
}

/** Takes people off the list whom the source no longer has, and says how many wait. @param seen who is here */
export async function closeDoubts(context: RefreshContext, seen: Pick<Ids, 'has'>): Promise<void> {
  const { run, doubts, matched } = context;
  const gone = [...doubts.byId.keys()].filter((id) => !seen.has(id) && isGone(context, id));
  await dropDoubts(context, gone);
  for (const contact of doubts.contacts) matched.add(contact);
  if (run.preview) await RosterRun.updateOne({ _id: run.id }, { $set: { inDoubt: idsOf(doubts.contacts) } });
  if (doubts.contacts.size > 0) run.warn({ code: 'ids in doubt', count: doubts.contacts.size });
  if (doubts.unsure > 0) run.warn({ code: 'possible duplicates', count: doubts.unsure });
}

function idsOf(contacts: ReadonlySet<string>): Types.ObjectId[] {
  return [...contacts].map((id) => new Types.ObjectId(id));
}

async function dropDoubts({ run, account, doubts }: RefreshContext, ids: readonly string[]): Promise<void> {
  if (!run.preview) await dropNewcomers(account._id, ids);
  for (const id of ids) dropDoubt(doubts, id);
}

/** Only a complete list says so, or a list of people who left. */
function isGone({ gone, unmentioned, download }: RefreshContext, id: string): boolean {
  if (unmentioned || gone) return Object.values(gone ?? {}).some((ids) => ids.has(id));
  return PEOPLE_LISTS.every((list) => !download[list] || tellsAll(download[list]));
}
