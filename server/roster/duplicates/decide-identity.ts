import type { Types } from 'mongoose';
import { recordAudit } from '../../audit/record-audit.js';
import type { Deps } from '../../deps.js';
import { Account } from '../../models/account.js';
import { Contact, contactKeys, personUpdate } from '../../models/contact.js';
import { Duplicate, type Identity, type Newcomer } from '../../models/duplicate.js';
import { isDuplicateKey } from '../../models/duplicate-key.js';
import type { Actor } from '../../web/actor.js';
import { isSyncing } from './hold-merge.js';
import { noteAlike } from './note-alike.js';

export type IdentityDecided =
  { ok: true } | { ok: false; reason: 'decided already' | 'sync is running' | 'another merge' };

/** How the ids of students in doubt begin in the ties of whoever is tied to them only since. They name nobody. */
const UNDECIDED = 'undecided:';

/** What stands in a tie for a record id while it is in doubt whose it is. */
export function undecidedId(id: string): string {
  return `${UNDECIDED}${id}`;
}

/**
 * Decides whether a newcomer is the contact whose id they have. The same: the contact takes what the source says of them. Another: they
 * become a contact of their own with the id; the one who had it is transferred and keeps logins, households and appointments, and
 * their family is never tied to the id. What is decided is noted first, so that a decision that was cut off is finished by the next sync.
 */
export async function decideIdentity(
  { now }: Pick<Deps, 'now'>,
  { account, user }: Pick<Actor, 'account' | 'user'>,
  id: Types.ObjectId,
  as: Identity,
): Promise<IdentityDecided> {
  const pair = await Duplicate.findOne({ _id: id, account, state: 'open' }).lean();
  if (!pair?.newcomer) return { ok: false, reason: 'decided already' };
  if (!pair.deciding) {
    // First: a night that has read the marks already is found at work.
    await forgetStand(account);
    if (await isSyncing(account)) return { ok: false, reason: 'sync is running' };
    if (await Contact.exists({ _id: pair.candidate, account, merging: { $exists: true } }))
      return { ok: false, reason: 'another merge' };
    const tied = await Contact.find({ account, 'relations.student': pair.newcomer.id }, { _id: 1 }).lean();
    const deciding = { as, by: user, at: now(), family: tied.map(({ _id }) => _id) };
    const claimed = await Duplicate.updateOne(
      { _id: id, state: 'open', deciding: { $exists: false }, 'newcomer.hash': pair.newcomer.hash },
      { $set: { deciding } },
    );
    if (claimed.modifiedCount === 0) return { ok: false, reason: 'decided already' };
  }
  const claimed = await Duplicate.findOne({ _id: id, account, state: 'open' }).lean();
  if (claimed?.deciding?.as !== as) return { ok: false, reason: 'decided already' };
  await finishDecision(claimed);
  return { ok: true };
}

/** The next sync reads everything and looks at all classes: what the source said of somebody in doubt was not taken. */
export async function forgetStand(account: Types.ObjectId): Promise<void> {
  await Account.updateOne(
    { _id: account, clever: { $exists: true } },
    { $unset: { 'clever.cursor': 1 }, $set: { 'clever.refreshing': 'decision' } },
  );
}

/** Carries out what was decided. Cutting it off anywhere and doing it again from the start ends the same. */
export async function finishDecision(pair: Duplicate): Promise<void> {
  const { newcomer, deciding, account, contact } = pair;
  if (!newcomer || !deciding) return;
  if (deciding.as === 'same') await takeChange(pair, newcomer);
  else {
    await partWays(pair, newcomer);
    await makeContact(pair, newcomer);
    await Contact.updateMany(
      { account, _id: { $in: deciding.family } },
      { $pull: { relations: { student: newcomer.id } }, $addToSet: { notTied: newcomer.id } },
    );
  }
  await tieAnew(account, newcomer.id);
  await noteAlike(account, newcomer, {
    contact: deciding.as === 'same' ? pair.candidate : contact,
    former: pair.candidate,
    now: deciding.at,
  });
  await recordAudit({
    account,
    user: deciding.by,
    action: deciding.as === 'same' ? 'same person' : 'different person',
    targets: deciding.as === 'same' ? [pair.candidate] : [contact, pair.candidate],
    detail: {},
    at: deciding.at,
  });
  const separate = { state: 'separate' as const, records: [{ contact, id: newcomer.id }] };
  await Duplicate.updateOne(
    { _id: pair._id, state: 'open' },
    {
      $set: {
        ...(deciding.as === 'same' ? { state: 'merged' as const } : separate),
        decidedAt: deciding.at,
        decidedBy: deciding.by,
      },
      $unset: { newcomer: 1, deciding: 1, recycled: 1 },
    },
  );
}

/** Unless a sync has written to them since. */
async function takeChange({ candidate, account }: Duplicate, { id, fields, hash }: Newcomer): Promise<void> {
  const older = await Contact.findOne({ _id: candidate, account }, { record: 1 }).lean();
  const { id: main = id, also = [] } = older?.record ?? {};
  // A further id of theirs takes the main one's place.
  const swapped = also.includes(id)
    ? { 'record.id': id, 'record.also': also.map((other) => (other === id ? main : other)) }
    : {};
  await Contact.updateOne(
    { _id: candidate, account, 'record.id': main, ...(main === id ? {} : { 'record.also': id }) },
    {
      $set: { ...personUpdate(fields), ...swapped, 'record.hash': hash, status: 'active' },
      $unset: { transferredAt: 1, 'record.kept': 1 },
    },
  );
}

/** Who had the id is one that the source does not have; whoever had it as a further one since a merge is who they were without it. */
async function partWays({ candidate, account, deciding }: Duplicate, { id }: Newcomer): Promise<void> {
  await Contact.updateOne(
    { _id: candidate, account, 'record.id': { $ne: id }, 'record.also': id },
    { $pull: { 'record.also': id } },
  );
  const left = await Contact.updateOne(
    { _id: candidate, account, 'record.id': id, status: 'active' },
    { $set: { status: 'transferred', transferredAt: deciding?.at }, $unset: { record: 1 } },
  );
  if (left.modifiedCount === 0)
    await Contact.updateOne({ _id: candidate, account, 'record.id': id }, { $unset: { record: 1 } });
}

async function makeContact({ contact, account }: Duplicate, newcomer: Newcomer): Promise<void> {
  const { id, fields, hash, source } = newcomer;
  try {
    await Contact.create({
      _id: contact,
      account,
      source,
      status: 'active',
      record: { id, hash },
      ...fields,
      ...contactKeys(fields),
    });
  } catch (error) {
    // Made by a try before, or meanwhile by a sync for the id that nobody had.
    if (!isDuplicateKey(error)) throw error;
  }
}

/** Whoever came with the newcomer is theirs now. */
async function tieAnew(account: Types.ObjectId, id: string): Promise<void> {
  await Contact.updateMany(
    { account, 'relations.student': undecidedId(id) },
    { $set: { 'relations.$[tie].student': id } },
    { arrayFilters: [{ 'tie.student': undecidedId(id) }] },
  );
}
