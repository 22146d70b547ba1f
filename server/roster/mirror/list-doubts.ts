import type { QueryFilter, Types } from 'mongoose';
import { Contact, recordIds } from '../../models/contact.js';
import { Duplicate } from '../../models/duplicate.js';
import { isCutOff } from '../../runs/engine/find-at-work.js';
import { finishDecision } from '../people/finish-decision.js';

/** People in doubt: one of their ids or mapped numbers seems to belong to somebody else now, and nobody has decided yet. */
export interface Doubts {
  /** Open pairs of newcomers by record id, this run's included. */
  byId: Map<string, { pair: Types.ObjectId; candidate: Types.ObjectId }>;
  /** Contacts (hex ids) who stay as they are, and in their classes. */
  contacts: Set<string>;
  /** Record ids by which families are tied to these contacts. */
  tied: Set<string>;
  /** How many other pairs this run lists: contacts added because it was not certain who they are. */
  unsure: number;
  /** Record ids that a contact (hex id) is never tied to, because somebody decided so. */
  notTied: Map<string, ReadonlySet<string>>;
}

/**
 * Reads the doubts that wait for a decision. A decision that was cut off is finished first; somebody who starts to decide after the run
 * began sees the run at work and withdraws. If the contact has lost the id since, the doubt is gone.
 * @param now undefined only reads, for a preview
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

/** Removes the doubt about somebody. */
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
