import type { Types } from 'mongoose';
import { recordAudit } from '../../audit/record-audit.js';
import { Contact, personUpdate } from '../../models/contact.js';
import { personKeys } from '../../models/person-keys.js';
import { Duplicate, type IdentityDecision, type Newcomer } from '../../models/duplicate.js';
import { isDuplicateKey } from '../../models/duplicate-key.js';
import { learnFurther, swapFurther } from './keep-further.js';
import { noteAlike } from './note-alike.js';

/** The start of a placeholder id, which stands in ties to a student in doubt that were made since the doubt. It names nobody. */
const UNDECIDED = 'undecided:';

/** What a tie stores for a record id while it is in doubt whose it is. */
export function undecidedId(id: string): string {
  return `${UNDECIDED}${id}`;
}

/** Carries out a decision, unless somebody else has. It may be cut off anywhere and repeated from the start with the same result. */
export async function finishDecision(pair: Duplicate): Promise<void> {
  const { newcomer, deciding, account, contact } = pair;
  if (!newcomer || !deciding) return;
  if (deciding.as === 'same') {
    if (!(await takeChange(pair, deciding, newcomer))) return;
  } else {
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

/**
 * Writes only over the record that was read before the decision was confirmed to be still current: a sync that took the decision for cut
 * off and finished it has stored another record. A person who is also listed under their own id stays as that record says.
 * @returns whether it was still current
 */
async function takeChange(
  { _id, candidate, account }: Duplicate,
  { at }: IdentityDecision,
  { id, fields, hash, isFurther }: Newcomer,
): Promise<boolean> {
  const older = await Contact.findOne({ _id: candidate, account }).lean();
  if (!(await Duplicate.exists({ _id, state: 'open', 'deciding.at': at }))) return false;
  if (isFurther) {
    await learnFurther([{ contact: candidate, record: { id, fields, hash } }]);
    return true;
  }
  const { id: main = id, also = [] } = older?.record ?? {};
  // One of the contact's further ids takes the main one's place.
  const swapped = older && also.includes(id) ? { 'record.id': id, ...swapFurther(older, id) } : {};
  await Contact.updateOne(
    {
      _id: candidate,
      account,
      'record.id': main,
      'record.hash': older?.record?.hash,
      ...(main === id ? {} : { 'record.also': id }),
    },
    {
      $set: { ...personUpdate(fields), ...swapped, 'record.hash': hash, status: 'active' },
      $unset: { transferredAt: 1, 'record.kept': 1 },
    },
  );
  return true;
}

/**
 * The former holder of the id becomes a contact that the source does not have. A contact that had it as a further id since a merge simply
 * loses it.
 */
async function partWays({ candidate, account, deciding }: Duplicate, { id }: Newcomer): Promise<void> {
  await Contact.updateOne(
    { _id: candidate, account, 'record.id': { $ne: id }, 'record.also': id },
    { $pull: { 'record.also': id, 'record.further': { id } } },
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
      ...personKeys(fields),
    });
  } catch (error) {
    // The contact exists: an earlier try added it, or a sync did while nobody had the id.
    if (!isDuplicateKey(error)) throw error;
  }
}

/** People who were tied to the placeholder are tied to the newcomer now. */
async function tieAnew(account: Types.ObjectId, id: string): Promise<void> {
  await Contact.updateMany(
    { account, 'relations.student': undecidedId(id) },
    { $set: { 'relations.$[tie].student': id } },
    { arrayFilters: [{ 'tie.student': undecidedId(id) }] },
  );
}
