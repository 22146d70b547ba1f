import type { Types } from 'mongoose';
import { recordAudit } from '../../audit/record-audit.js';
import { Contact, personUpdate } from '../../models/contact.js';
import { personKeys } from '../../models/person-keys.js';
import { Duplicate, type IdentityDecision, type Newcomer } from '../../models/duplicate.js';
import { isDuplicateKey } from '../../models/duplicate-key.js';
import { learnFurther, swapFurther } from './keep-further.js';
import { noteAlike } from './note-alike.js';

/** How the ids of students in doubt begin in the ties of whoever is tied to them only since. They name nobody. */
const UNDECIDED = 'undecided:';

/** What stands in a tie for a record id while it is in doubt whose it is. */
export function undecidedId(id: string): string {
  return `${UNDECIDED}${id}`;
}

/** Carries out what was decided, unless somebody else has. Cutting it off anywhere and doing it again from the start ends the same. */
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
 * Only over the record that was read before the decision was found to be still this one's: a sync that took it for cut off, and has
 * finished it since, has written another there. Who is listed under their own id as well stays as that one tells.
 * @returns whether it still was
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
  // A further id of theirs takes the main one's place.
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

/** Who had the id is one that the source does not have; whoever had it as a further one since a merge is who they were without it. */
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
