import type { Types } from 'mongoose';
import { Account } from '../../models/account.js';
import { mappingOf } from '../../models/field-mapping.js';
import type { Newcomer } from '../../models/duplicate.js';
import { findAlike } from './decide-matches.js';
import { findCandidates } from './match-people.js';
import { noteDuplicates } from './note-duplicates.js';

/**
 * Lists contacts on *to decide* that may be the person who now has an id: they may have been here under another id, and their appointments
 * stay with that contact until somebody merges the two.
 * @param contact who has the id now
 * @param former who had it
 */
export async function noteAlike(
  account: Types.ObjectId,
  { id, fields, hash }: Newcomer,
  { contact, former, now }: { contact: Types.ObjectId; former: Types.ObjectId; now: Date },
): Promise<void> {
  const mapping = mappingOf(await Account.findById(account, { mapping: 1 }).orFail().lean());
  const found = await findCandidates(account, [{ id, fields, hash }], mapping);
  const others = new Map(found.map((one) => [one._id.toHexString(), { ...one, logins: [] }]));
  for (const known of [contact, former]) others.delete(known.toHexString());
  const alike = findAlike({ id, fields }, [...others.values()], new Set(), { mapping });
  if (!alike) return;
  const { candidates, reason } = alike;
  await noteDuplicates(
    account,
    candidates.map((candidate) => ({ contact, candidate, reason })),
    now,
  );
}
