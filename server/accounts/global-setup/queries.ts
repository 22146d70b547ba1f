import type { Types } from 'mongoose';
import { USUAL_FEE } from '../../models/account.js';
import { Event } from '../../models/event.js';
import { School } from '../../models/school.js';
import type { Style } from '../../web/place.js';
import { dollars } from '../../web/format-count.js';
import { dayOf } from '../../web/local-time.js';
import { sourceOf } from './schema.js';

/** How many schools the page lists; the total counts all. */
const LISTED = 200;

export interface Fees {
  schools: { id: string; name: string; source: string; address: string; isSynced: boolean; fee: string }[];
  count: number;
  total: string;
}

/** The account's schools, each with its fee for a year, and the sum. */
export async function listFees(account: Types.ObjectId, style: Style, schoolFee = USUAL_FEE): Promise<Fees> {
  const [schools, count] = await Promise.all([
    School.find({ account }, { name: 1, clever: 1, file: 1, address: 1, synced: 1 })
      .sort({ sortKey: 1 })
      .limit(LISTED)
      .lean(),
    School.countDocuments({ account }),
  ]);
  return {
    schools: schools.map((school) => ({
      id: school._id.toHexString(),
      name: school.name,
      source: sourceOf(school) || 'Not matched',
      address: school.address ?? school.synced?.address ?? '',
      isSynced: !school.address && school.synced !== undefined,
      fee: dollars(schoolFee, style),
    })),
    count,
    // The sum is in whole cents, because 0.1 three times is not 0.3.
    total: dollars((count * Math.round(schoolFee * 100)) / 100, style),
  };
}

/** How many future events have another time zone than the account; they keep it. */
export async function countElsewhere(account: Types.ObjectId, timeZone: string, now: Date): Promise<number> {
  return Event.countDocuments({
    account,
    status: 'active',
    timeZone: { $ne: timeZone },
    days: { $gte: dayOf(now, timeZone) },
  });
}
