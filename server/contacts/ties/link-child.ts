import { recordAudit } from '../../audit/record-audit.js';
import type { AuditAction } from '../../audit/say-action.js';
import type { Deps } from '../../deps.js';
import { Contact, recordIds } from '../../models/contact.js';
import { isDeleting } from '../../runs/engine/find-at-work.js';
import type { Actor } from '../../web/actor.js';

/** The most ties of one person. A family has fewer; a mistake must not make the page endless. */
const MOST_TIES = 50;

export const RELATIONSHIPS = ['Parent', 'Guardian', 'Grandparent', 'Other'] as const;

/** A student and an adult. The page may be about either of them. */
export interface Pair {
  student: Contact;
  adult: Contact;
}

export type Linked = { ok: true } | { ok: false; reason: 'too many' | 'being deleted' | 'not here' };

type By = Pick<Actor, 'account' | 'user'>;

/** Finds which of the two is the student and which the adult; undefined where they are not one of each. */
export function pairOf(one: Contact, other: Contact): Pair | undefined {
  if (one.type === 'student') return other.type === 'student' ? undefined : { student: one, adult: other };
  return other.type === 'student' ? { student: other, adult: one } : undefined;
}

/** Ties an adult to a student by hand; no sync undoes that. Repeating it changes the relationship. */
export async function linkChild(
  { now }: Pick<Deps, 'now'>,
  { account, user }: By,
  { student, adult }: Pair,
  relationship: string,
): Promise<Linked> {
  if (await isDeleting(account)) return { ok: false, reason: 'being deleted' };
  const at = now();
  const known = await Contact.updateOne(
    { _id: adult._id, account, 'tied.student': student._id },
    { $set: { 'tied.$.relationship': relationship } },
  );
  if (known.matchedCount === 0) {
    const made = await Contact.updateOne(
      {
        _id: adult._id,
        account,
        'tied.student': { $ne: student._id },
        [`tied.${String(MOST_TIES - 1)}`]: { $exists: false },
      },
      {
        $push: { tied: { student: student._id, relationship, by: user, at } },
        $pull: { notTied: { $in: recordIds(student) } },
      },
    );
    if (made.matchedCount === 0)
      return {
        ok: false,
        reason: (await Contact.exists({ _id: adult._id, account })) ? 'too many' : 'not here',
      };
  }
  await note('link child', { account, user }, { student, adult }, at);
  return { ok: true };
}

/**
 * Unties an adult from a student, whoever tied them. If the roster has the tie, it is noted as wrong by the records' ids, so that no sync
 * ties them again. The child in the adult's login is a separate matter (`families/`).
 */
export async function unlinkChild(
  { now }: Pick<Deps, 'now'>,
  { account, user }: By,
  { student, adult }: Pair,
): Promise<boolean> {
  const ids = recordIds(student);
  const ofRoster = adult.relations.some((relation) => ids.includes(relation.student));
  const done = await Contact.updateOne(
    {
      _id: adult._id,
      account,
      $or: [{ 'tied.student': student._id }, { 'relations.student': { $in: ids } }],
    },
    {
      $pull: { tied: { student: student._id }, relations: { student: { $in: ids } } },
      ...(ofRoster ? { $addToSet: { notTied: { $each: ids } } } : {}),
    },
  );
  if (done.modifiedCount === 0) return false;
  await note('unlink child', { account, user }, { student, adult }, now());
  return true;
}

function note(action: AuditAction, { account, user }: By, { student, adult }: Pair, at: Date): Promise<void> {
  return recordAudit({ account, user, action, targets: [student._id, adult._id], at });
}
