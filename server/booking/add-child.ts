import { recordAudit } from '../audit/record-audit.js';
import type { Deps } from '../deps.js';
import { Contact, withNumber } from '../models/contact.js';
import { Household, type ChildProof } from '../models/household.js';
import { numberKey, sameSecurityValue, secondFactOf } from '../models/security-value.js';
import { User } from '../models/user.js';
import { queueMail } from '../notifications/queue-mail.js';
import type { Family } from './load-conference.js';
import { childName } from './queries.js';

/** What a parent tells to show that a student is theirs. */
export interface Proof {
  number: string;
  /** YYYY-MM-DD or ''. */
  birthDate: string;
  /** A value that the school gave out instead, or ''. */
  code: string;
}

/**
 * Adds the student with this number to the household, if the second fact is right too.
 * @returns the student, or undefined whatever was wrong: nobody learns which numbers there are.
 */
export async function addChild(deps: Deps, family: Family, proof: Proof): Promise<Contact | undefined> {
  const key = numberKey(proof.number);
  // Students without a number have none in common.
  if (key === '') return undefined;
  const students = await Contact.find({
    account: family.account._id,
    numberKey: key,
    type: 'student',
    status: 'active',
  }).lean();
  const student = withNumber(students, proof.number).find((one) => isProven(one, proof));
  if (student) await linkChild(deps, family, student, 'number and security value');
  return student;
}

/** The value that the school set counts instead of the birth date, however it is written; what stands for none proves nothing. */
export function isProven(student: Pick<Contact, 'securityValue' | 'birthDate'>, proof: Proof): boolean {
  const kept = secondFactOf(student);
  return sameSecurityValue(kept, proof.birthDate) || sameSecurityValue(kept, proof.code);
}

/** Adds a student that was shown to be theirs; other adults who have the child are told that somebody was added, not who. */
export async function linkChild(
  deps: Deps,
  { account, household, actor }: Family,
  student: Contact,
  by: ChildProof,
): Promise<void> {
  const now = deps.now();
  const result = await Household.updateOne(
    { _id: household._id, 'children.student': { $ne: student._id } },
    { $push: { children: { student: student._id, adult: actor.user, by, at: now } } },
  );
  if (result.modifiedCount === 0) return;
  await recordAudit({
    account: account._id,
    user: actor.user,
    action: 'add child',
    targets: [student._id],
    detail: { by },
    at: now,
  });
  const others = await Household.find({
    account: account._id,
    'children.student': student._id,
    _id: { $ne: household._id },
  }).lean();
  const adults = await User.find({
    _id: { $in: others.flatMap((other) => other.adults) },
    emailProvenAt: { $exists: true },
  }).lean();
  for (const adult of adults) {
    await queueMail(deps, {
      account: account._id,
      kind: 'another adult',
      to: adult.email,
      subject: `Another adult can book for ${childName(student)}`,
      text: `Hello ${adult.name},\n\nanother adult has shown ${account.name} that ${childName(student)} is theirs and can now book meetings with the teachers. Neither of you sees what the other books.\n\nIf this should not be, please call the school.\n`,
      key: `child:${student._id.toHexString()}:${household._id.toHexString()}:${adult._id.toHexString()}`,
    });
  }
}
