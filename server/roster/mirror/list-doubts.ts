import type { QueryFilter, Types } from 'mongoose';
import { Contact, recordIds } from '../../models/contact.js';
import { Duplicate } from '../../models/duplicate.js';
import { isCutOff } from '../../runs/engine/find-at-work.js';
import { finishDecision } from '../people/finish-decision.js';

/** Who is in doubt: an id or a mapped number of theirs was given to somebody else by all that is known, and nobody has decided yet. */
export interface Doubts {
  /** Open pairs of newcomers, by record id; those of this run among them. */
  byId: Map<string, { pair: Types.ObjectId; candidate: Types.ObjectId }>;
  /** Contacts (hex ids) who stay as they are, and in their classes. */
  contacts: Set<string>;
  /** Record ids by which families are tied to these. */
  tied: Set<string>;
  /** Pairs of other kinds that this run lists: contacts that were made because it was not sure who they are. */
  unsure: number;
  /** Record ids that certain contacts (hex ids) are never tied to, as somebody decided. */
  notTied: Map<string, ReadonlySet<string>>;
}

/**
 * Reads the doubts that wait for somebody. What was decided and cut off is finished first; whoever has begun to decide since the run
 * began finds it at work and takes that back. A doubt about somebody who has lost the id since is none.
 * @param now undefined: only reads, as a preview does
 */
export async function listDoubts(account: Types.ObjectId, now?: Date): Promise<Doubts> {
  const open = { account, recycled: { $in: ['id', 'number'] }, state: 'open' as const };
  const found = await Duplicate.find(open as QueryFilter<Duplicate>).lean();
  const pairs: Duplicate[] = [];
  for (const pair of found)
    if (now && pair.deciding && isCutOff(pair.deciding, now)) await finishDecision(pair);
    else pairs.push(pair);
  const doubts: Doubts = {
    byId: new Map(),
    contacts: new Set(),
    tied: new Set(),
    unsure: 0,
    notTied: await readNotTied(account),
  };
  if (pairs.length > 0) await readDoubts(account, pairs, doubts, now !== undefined);
  return doubts;
}

async function readDoubts(
  account: Types.ObjectId,
  pairs: readonly Duplicate[],
  doubts: Doubts,
  write: boolean,
): Promise<void> {
  const ids = pairs.flatMap(({ contact, candidate }) => [contact, candidate]);
  const found = await Contact.find({ account, _id: { $in: ids } }, { record: 1, status: 1 }).lean();
  const contacts = new Map(found.map((contact) => [contact._id.toHexString(), contact]));
  for (const pair of pairs) {
    const { newcomer, contact, candidate } = pair;
    const older = contacts.get(candidate.toHexString());
    const lives = newcomer
      ? older !== undefined && recordIds(older).includes(newcomer.id)
      : older !== undefined && contacts.get(contact.toHexString())?.status === 'active';
    if (!older || !lives) {
      if (newcomer && write)
        await Duplicate.deleteOne({ _id: pair._id, state: 'open', deciding: { $exists: false } });
      continue;
    }
    if (newcomer) doubts.byId.set(newcomer.id, { pair: pair._id, candidate });
    addDoubt(doubts, older);
  }
}

export function addDoubt(
  { contacts, tied }: Pick<Doubts, 'contacts' | 'tied'>,
  older: Pick<Contact, '_id' | 'record'>,
): void {
  contacts.add(older._id.toHexString());
  for (const id of recordIds(older)) tied.add(id);
}

/** Somebody is in doubt no more. */
export function dropDoubt(doubts: Doubts, id: string): void {
  const doubt = doubts.byId.get(id);
  doubts.byId.delete(id);
  doubts.tied.delete(id);
  if (doubt) doubts.contacts.delete(doubt.candidate.toHexString());
}

async function readNotTied(account: Types.ObjectId): Promise<Doubts['notTied']> {
  const found = await Contact.find({ account, notTied: { $exists: true } }, { notTied: 1 }).lean();
  return new Map(found.map(({ _id, notTied }) => [_id.toHexString(), new Set(notTied)]));
}
