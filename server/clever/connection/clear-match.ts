import type { Types } from 'mongoose';
import { recordAudit } from '../../audit/record-audit.js';
import type { Deps } from '../../deps.js';
import { Account } from '../../models/account.js';
import { Contact } from '../../models/contact.js';
import { School } from '../../models/school.js';
import { Section } from '../../models/section.js';
import type { Actor } from '../../web/actor.js';

export type Cleared =
  | { ok: true; name: string }
  | { ok: false; reason: 'not matched' | 'other match' }
  | { ok: false; reason: 'last match'; name: string }
  | { ok: false; reason: 'roster there'; name: string; people: number; sections: number };

/**
 * Undoes a match. If people or sections of the school were imported and Clever is on, they would leave at the next sync, so the person is
 * asked first (`sure`). The last match stays while Clever is enabled. `seen`: the match that the page showed.
 */
export async function clearMatch(
  deps: Deps,
  actor: Actor,
  id: Types.ObjectId,
  { sure, seen }: { sure: boolean; seen?: string | undefined },
): Promise<Cleared> {
  const { account } = actor;
  const matched = { account, 'clever.id': { $type: 'string' as const } };
  const school = await School.findOne({ _id: id, ...matched }).lean();
  if (!school) return { ok: false, reason: 'not matched' };
  if (seen !== undefined && seen !== school.clever?.id) return { ok: false, reason: 'other match' };
  const { name } = school;
  const connected = await Account.findById(account, { 'clever.enabled': 1 }).lean();
  if (connected?.clever?.enabled) {
    if ((await School.countDocuments(matched)) === 1) return { ok: false, reason: 'last match', name };
    const people = await Contact.countDocuments({ account, status: 'active', source: 'clever', schools: id });
    const sections = await Section.countDocuments({ account, status: 'active', school: id });
    if (!sure && people + sections > 0) return { ok: false, reason: 'roster there', name, people, sections };
  }
  const cleared = await School.updateOne(
    { _id: id, account, 'clever.id': school.clever?.id },
    { $unset: { clever: 1, synced: 1 } },
  );
  if (cleared.matchedCount === 0) return { ok: false, reason: 'not matched' };
  await recordAudit({
    account,
    user: actor.user,
    action: 'clear school match',
    targets: [id],
    detail: { cleverSchool: school.clever?.id },
    at: deps.now(),
  });
  return { ok: true, name };
}
