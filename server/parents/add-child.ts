import { recordAudit } from '../audit/record-audit.js';
import type { Deps } from '../deps.js';
import { Contact } from '../models/contact.js';
import { withNumber } from '../models/security-value.js';
import { Household, type ChildProof } from '../models/household.js';
import { numberKey, sameSecurityValue, secondFactOf } from '../models/security-value.js';
import { hashCode } from '../seal.js';
import { returnTurn, takeTurn } from './limit-guesses.js';
import type { Family } from './load-conference.js';
import { reportGuess } from './report-guess.js';
import { tellAdults } from './tell-adults.js';

/** What a parent enters to prove that a student is theirs. */
export interface Proof {
  /** '' with a printed code, which is enough alone. */
  number: string;
  /** YYYY-MM-DD or ''. */
  birthDate: string;
  /** The value that the school gave out instead, or ''. */
  code: string;
}

export type ChildAdded =
  | { ok: true; student: Contact }
  | { ok: false; reason: 'not proven' }
  | { ok: false; reason: 'wait'; waitMs: number };

/**
 * Adds the student with this number to the household if the second fact matches too. Each try compares one fact. Tries at one number wait
 * for each other, and each login that waits has a place of its own. Every failure gets the same answer, so that nobody learns which numbers
 * exist, or whose child the school took away.
 */
export async function addChild(deps: Deps, family: Family, proof: Proof): Promise<ChildAdded> {
  const account = family.account._id;
  const key = numberKey(proof.number);
  const codeKey = hashCode(proof.code.slice(0, 200), account.toHexString(), deps.config.appSecret);
  // A student without a number must not match an empty one.
  if (key === '' && proof.code === '') return { ok: false, reason: 'not proven' };
  const taken = await takeTurn(
    { account, user: family.actor.user, number: key === '' ? codeKey : proof.number },
    deps.now(),
  );
  if (!taken.ok) return { ok: false, reason: 'wait', waitMs: taken.waitMs };
  const found = await Contact.find({
    account,
    ...(key === '' ? { 'code.key': codeKey } : { numberKey: key }),
    type: 'student',
    status: 'active',
  }).lean();
  const students = key === '' ? found : withNumber(found, proof.number);
  const proven = key === '' ? undefined : students.find((one) => isProven(one, proof));
  const student = proven
    ? (await linkChild(deps, family, proven, 'number and security value')) && proven
    : await addByPrintedCode(deps, family, students, proof.code);
  if (student) {
    await returnTurn(taken.turn);
    return { ok: true, student };
  }
  const fact = proof.code ? 'code' : 'birth date';
  await reportGuess(deps, family, { students, fact, wrong: taken.turn.wrong });
  return { ok: false, reason: 'not proven' };
}

/**
 * Adds the student for whom a one-time code was printed. Of two households at once, one gets it. The code is used up only when the child is
 * added: if the process dies before that, the household enters it again, or after a while anybody with the paper. If the school took the
 * child away from the household, the code stays unused.
 */
async function addByPrintedCode(
  deps: Deps,
  family: Family,
  students: readonly Contact[],
  code: string,
): Promise<Contact | undefined> {
  if (code === '' || code.length > 200) return undefined;
  const usedBy = family.household._id;
  for (const student of students) {
    const hash = hashCode(code, student._id.toHexString(), deps.config.appSecret);
    if (student.code?.hash !== hash) continue;
    const printed = { _id: student._id, account: student.account, 'code.hash': hash };
    await endDeadClaim(student, deps.now());
    const claimed = await Contact.updateOne(
      { ...printed, 'code.usedBy': { $in: [null, usedBy] } },
      { $set: { 'code.usedBy': usedBy, 'code.usedAt': deps.now() } },
    );
    if (claimed.matchedCount === 0) continue;
    const isLinked = await linkChild(deps, family, student, 'printed code');
    await Contact.updateOne(
      { ...printed, 'code.usedBy': usedBy },
      { $unset: isLinked ? { code: 1 } : { 'code.usedBy': 1, 'code.usedAt': 1 } },
    );
    if (isLinked) return student;
  }
  return undefined;
}

/** Adding a child takes moments, so an older claim belongs to a dead process. */
const DEAD_MS = 10 * 60_000;

/** Ends the claim of a dead process on a code. If its household has the child, the code is used up; otherwise it is as new. */
async function endDeadClaim({ _id, account, code }: Contact, now: Date): Promise<void> {
  if (!code?.usedBy || !code.usedAt || now.getTime() - code.usedAt.getTime() < DEAD_MS) return;
  const { hash, usedBy, usedAt } = code;
  const isLinked = await Household.exists({ _id: usedBy, account, 'children.student': _id });
  await Contact.updateOne(
    { _id, account, 'code.hash': hash, 'code.usedBy': usedBy, 'code.usedAt': usedAt },
    { $unset: isLinked ? { code: 1 } : { 'code.usedBy': 1, 'code.usedAt': 1 } },
  );
}

/**
 * Whether the second fact matches. A value that the school set replaces the birth date, and may be written in any way; a placeholder proves
 * nothing. If both a date and a code are given, only the code is compared.
 */
export function isProven(student: Pick<Contact, 'securityValue' | 'birthDate'>, proof: Proof): boolean {
  return sameSecurityValue(secondFactOf(student), proof.code || proof.birthDate);
}

/**
 * Adds a student that was proven to be theirs. Other adults who have the child are told that somebody was added, not who.
 * @returns false if the school took this child away from them: only the school can return it
 */
export async function linkChild(
  deps: Deps,
  family: Family,
  student: Contact,
  by: ChildProof,
): Promise<boolean> {
  const { account, household, actor } = family;
  const now = deps.now();
  const result = await Household.updateOne(
    { _id: household._id, 'children.student': { $ne: student._id }, 'removed.student': { $ne: student._id } },
    {
      $push: { children: { student: student._id, adult: actor.user, by, at: now } },
      $pull: { dropped: { student: student._id } },
    },
  );
  if (result.modifiedCount === 0) {
    // Two requests at once, or a child that they have already.
    return (await Household.exists({ _id: household._id, 'children.student': student._id })) !== null;
  }
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
  await tellAdults(
    deps,
    family,
    others.flatMap((other) => other.adults),
    {
      ...{ subject: 'mails.anotherAdultSubject', text: 'mails.anotherAdult' },
      ...{ kind: 'another adult', child: student },
      key: `child:${student._id.toHexString()}:${household._id.toHexString()}`,
    },
  );
  return true;
}
