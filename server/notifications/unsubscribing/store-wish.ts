import type { Types } from 'mongoose';
import { recordAudit } from '../../audit/record-audit.js';
import { isDuplicateKey } from '../../models/duplicate-key.js';
import { Unsubscription } from '../../models/unsubscription.js';

interface Reader {
  account: Types.ObjectId;
  email: string;
}

/** Stops the account's reminders and group emails to this address. Doing it twice changes nothing. */
export async function unsubscribe(reader: Reader, at: Date): Promise<void> {
  try {
    const made = await Unsubscription.create({ ...reader, at });
    await recordAudit({ account: reader.account, action: 'unsubscribe', targets: [made._id], at });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
}

/** Sends them to this address again. */
export async function subscribe(reader: Reader, at: Date): Promise<void> {
  const gone = await Unsubscription.findOneAndDelete(reader).lean();
  if (gone)
    await recordAudit({ account: reader.account, action: 'subscribe again', targets: [gone._id], at });
}
