import type { Actor } from '../../web/actor.js';
import { shortDayAndTime } from '../../web/format-time.js';
import { sliceOf } from '../../web/paging.js';
import { Unsubscription } from '../../models/unsubscription.js';
import { PAGE_SIZE, piece } from '../queries.js';

/** A page of the addresses that want no reminders and no group emails, by address. */
export async function listUnsubscribed(actor: Actor, { q, page }: { q: string; page: number }) {
  const filter = { account: actor.account, ...(q ? { email: piece(q) } : {}) };
  const total = await Unsubscription.countDocuments(filter);
  const found = await Unsubscription.find(filter)
    .sort({ email: 1 })
    .skip(sliceOf(total, page, PAGE_SIZE).skip)
    .limit(PAGE_SIZE)
    .lean();
  return { total, rows: found.map(({ email, at }) => ({ email, since: shortDayAndTime(at, actor) })) };
}
