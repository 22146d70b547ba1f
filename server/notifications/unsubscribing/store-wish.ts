import type { Types } from 'mongoose';
import { recordAudit } from '../../audit/record-audit.js';
import { isDuplicateKey } from '../../models/duplicate-key.js';
import { Unsubscription } from '../../models/unsubscription.js';

interface Reader {
  account: Types.ObjectId;
  email: string;
}

/** Reminders and group emails of the account go to this address no more. Doing it twice is doing it once. */
export async function unsubscribe(reader: Reader, at: Date): Promise<void> {
  try {
    const made = await Unsubscription.create({ ...reader, at });
    await recordAudit({ account: reader.account, action: 'unsubscribe', targets: [made._id], at });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
}

/** They go there again. */
export async function subscribe(reader: Reader, at: Date): Promise<void> {
  const gone = await Unsubscription.findOneAndDelete(reader).lean();
  if (gone)
    await recordAudit({ account: reader.account, action: 'subscribe again', targets: [gone._id], at });
}
