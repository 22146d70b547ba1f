import type { Types } from 'mongoose';
import { recordAudit } from '../../audit/record-audit.js';
import type { Deps } from '../../deps.js';
import { Account } from '../../models/account.js';
import { isDuplicateKey } from '../../models/duplicate-key.js';
import { School } from '../../models/school.js';
import type { Actor } from '../../web/actor.js';

export type Matched =
  { ok: true } | { ok: false; reason: 'no such school' | 'already matched' | 'taken by another school' };

/** Matches one of our schools to one of Clever's. Each school has at most one match, which the unique index enforces. */
export async function matchSchool(
  deps: Deps,
  actor: Actor,
  school: Types.ObjectId,
  cleverSchool: string,
): Promise<Matched> {
  const theirs = await findCleverSchool(actor.account, cleverSchool);
  if (!theirs) return { ok: false, reason: 'no such school' };
  try {
    const saved = await School.updateOne(
      { _id: school, account: actor.account, clever: { $exists: false } },
      { $set: { clever: { id: theirs.id, name: theirs.name } } },
    );
    if (saved.matchedCount === 0) {
      const there = await School.exists({ _id: school, account: actor.account });
      return { ok: false, reason: there ? 'already matched' : 'no such school' };
    }
  } catch (error) {
    if (isDuplicateKey(error)) return { ok: false, reason: 'taken by another school' };
    throw error;
  }
  await recordAudit({
    account: actor.account,
    user: actor.user,
    action: 'match school',
    targets: [school],
    detail: { cleverSchool: theirs.id },
    at: deps.now(),
  });
  return { ok: true };
}

async function findCleverSchool(
  account: Types.ObjectId,
  id: string,
): Promise<{ id: string; name: string } | undefined> {
  const found = await Account.findById(account, { 'clever.schools': 1 }).lean();
  return found?.clever?.schools.find((school) => school.id === id);
}
