import type { Types } from 'mongoose';
import { USUAL_FEE } from '../../models/account.js';
import { Event } from '../../models/event.js';
import { School } from '../../models/school.js';
import type { Style } from '../../web/place.js';
import { dollars } from '../../web/format-count.js';
import { dayOf } from '../../web/local-time.js';
import { addressOf, pagerOf, sliceOf, type Pager } from '../../web/paging.js';
import { addressSource, sourceOf } from './schema.js';

/** How many schools a page lists; the total counts all. */
const LISTED = 200;

const LIST = '/global-setup';
const addressOfPage = (page: number) => `${addressOf(LIST, page > 1 ? { page } : {})}#schools`;

export interface Fees {
  /** `from` is who said the address, if the office did not. */
  schools: { id: string; name: string; source: string; address: string; from: string; fee: string }[];
  count: number;
  total: string;
  /** Absent where one page lists all. */
  pager?: Pager;
}

/** The account's schools, page by page, each with its fee for a year, and the sum of all. */
export async function listFees(
  account: Types.ObjectId,
  style: Style,
  schoolFee = USUAL_FEE,
  page = 1,
): Promise<Fees> {
  const count = await School.countDocuments({ account });
  const schools = await School.find({ account }, { name: 1, clever: 1, file: 1, address: 1, synced: 1 })
    .sort({ sortKey: 1, _id: 1 })
    .skip(sliceOf(count, page, LISTED).skip)
    .limit(LISTED)
    .lean();
  return {
    ...(count > LISTED ? { pager: pagerOf(count, page, LISTED, ['school', 'schools'], addressOfPage) } : {}),
    schools: schools.map((school) => ({
      id: school._id.toHexString(),
      name: school.name,
      source: sourceOf(school) || 'Not matched',
      address: school.address ?? school.synced?.address ?? '',
      from: school.address ? '' : addressSource(school),
      fee: dollars(schoolFee, style),
    })),
    count,
    // The sum is in whole cents, because 0.1 three times is not 0.3.
    total: dollars((count * Math.round(schoolFee * 100)) / 100, style),
  };
}

/** Where the list has a school. */
export async function placeInList({
  account,
  sortKey,
}: Pick<School, 'account' | 'sortKey'>): Promise<string> {
  const before = await School.countDocuments({ account, sortKey: { $lt: sortKey } });
  return addressOfPage(Math.floor(before / LISTED) + 1);
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
