import { recordAudit } from '../../audit/record-audit.js';
import type { Deps } from '../../deps.js';
import { Contact, contactName } from '../../models/contact.js';
import { hashesOf, makeCode } from '../../seal.js';
import type { Actor } from '../../web/actor.js';

/** One student's slip. */
export interface Slip {
  name: string;
  number: string;
  grade: string;
  code: string;
}

/**
 * Makes a one-time code for each of some students; an earlier code stops working. Only the answer contains the codes: the database stores a
 * hash under the installation's secret.
 */
export async function makeCodes(
  { now, config }: Pick<Deps, 'now' | 'config'>,
  { account, user }: Pick<Actor, 'account' | 'user'>,
  students: readonly Contact[],
): Promise<Slip[]> {
  const at = now();
  const slips = students.map((student) => ({ student, code: makeCode() }));
  await Contact.bulkWrite(
    slips.map(({ student, code }) => ({
      updateOne: {
        filter: { _id: student._id, account, type: 'student', status: 'active' },
        update: {
          $set: { code: { ...hashesOf(code, { account, student: student._id }, config.appSecret), at } },
        },
      },
    })),
    { ordered: false },
  );
  await recordAudit({
    account,
    user,
    action: 'print codes',
    targets: students.map(({ _id }) => _id),
    detail: { students: students.length },
    at,
  });
  return slips.map(({ student, code }) => ({
    name: contactName(student),
    number: student.schoolId,
    grade: student.grade,
    code,
  }));
}
