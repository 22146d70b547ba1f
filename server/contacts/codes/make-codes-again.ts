import type { Types } from 'mongoose';
import { recordAudit } from '../../audit/record-audit.js';
import type { Deps } from '../../deps.js';
import { AuditEntry } from '../../models/audit-entry.js';
import { asRead } from '../../models/as-read.js';
import { Contact } from '../../models/contact.js';
import { hashesOf, makeCodeAgain } from '../../seal.js';

/** What a student's slip says: the code, that an earlier one still works, or that this printing's code was used or replaced since. */
export type CodeOnPaper = { code: string } | { code: ''; why: 'earlier' | 'used' | 'no number' };

/** A printing that may be requested again, for example by pressing the button twice. */
export interface Printing {
  key: Types.ObjectId;
  account: Types.ObjectId;
  event: Types.ObjectId;
  user: Types.ObjectId;
  /** Whether a new code replaces an earlier one; otherwise a student who has a code gets no new one. */
  replaces: boolean;
}

type Student = Pick<Contact, '_id' | 'code' | 'numberKey'>;

/**
 * Makes one-time codes for some students. The same printing gives the same codes however often it is requested, also after it was cut off:
 * a second press replaces no code that went out and revives none that was used.
 */
export async function makeCodesAgain(
  { now, config }: Pick<Deps, 'now' | 'config'>,
  printing: Printing,
  students: readonly Student[],
): Promise<Map<string, CodeOnPaper>> {
  const { account, event, user, replaces } = printing;
  const key = printing.key.toHexString();
  const ids = students.map(({ _id }) => _id);
  const before = await AuditEntry.find(
    { account, targets: { $in: ids }, action: 'print codes', 'detail.printing': key },
    { targets: 1 },
  ).lean();
  const printed = new Set(before.flatMap(({ targets }) => targets.map(String)));
  const codes = new Map(
    students.map(({ _id }) => {
      const of = _id.toHexString();
      const code = makeCodeAgain(key, of, config.appSecret);
      return [of, { code, ...hashesOf(code, { account, student: _id }, config.appSecret) }] as const;
    }),
  );
  const fresh = students.filter(
    ({ _id, code, numberKey }) =>
      numberKey &&
      !printed.has(_id.toHexString()) &&
      (replaces || !code) &&
      code?.hash !== codes.get(String(_id))?.hash,
  );
  const at = now();
  if (fresh.length > 0)
    await Contact.bulkWrite(
      fresh.map(({ _id, code }) => ({
        updateOne: {
          filter: {
            _id,
            account,
            type: 'student',
            status: 'active',
            ...asRead({ 'code.hash': code?.hash }),
          },
          update: {
            $set: {
              code: { hash: codes.get(String(_id))?.hash ?? '', key: codes.get(String(_id))?.key ?? '', at },
            },
          },
        },
      })),
      { ordered: false },
    );
  const stored = await Contact.find({ _id: { $in: ids }, account }, { code: 1 }).lean();
  const hashes = new Map(stored.map(({ _id, code }) => [_id.toHexString(), code?.hash]));
  const mine = ids.filter((id) => hashes.get(String(id)) === codes.get(String(id))?.hash);
  const noted = mine.filter((id) => !printed.has(id.toHexString()));
  if (noted.length > 0)
    await recordAudit({
      ...{ account, event, user, action: 'print codes', targets: noted, at },
      detail: { students: noted.length, printing: key },
    });
  return new Map(
    students.map(({ _id, numberKey }): [string, CodeOnPaper] => {
      const id = _id.toHexString();
      const made = codes.get(id);
      if (made && hashes.get(id) === made.hash) return [id, { code: made.code }];
      if (!numberKey) return [id, { code: '', why: 'no number' }];
      return [id, { code: '', why: printed.has(id) ? 'used' : 'earlier' }];
    }),
  );
}
