import { Types } from 'mongoose';
import { mayBookNow } from '../booking/policy.js';
import type { Deps } from '../deps.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import type { Event } from '../models/event.js';
import { isDuplicateKey } from '../models/duplicate-key.js';
import { WaitlistEntry, wishOf } from '../models/waitlist-entry.js';
import { findFit } from './find-fit.js';
import { findFree } from './find-free.js';
import { openLine } from './open-line.js';
import { hasWaitlist, MOST_ENTRIES, MOST_JOINED } from './policy.js';

export type Joining = Pick<WaitlistEntry, 'resource' | 'household' | 'user' | 'students'> &
  Partial<Pick<WaitlistEntry, 'days' | 'asked' | 'breaks'>> & {
    /** The adult who is to go, alone. Absent: who joins, as when somebody books. */
    goer?: Types.ObjectId | 'all';
    /** As the family sees it: for some it opens earlier. */
    event: Event;
  };

/** `free`: there is a time that they can book now, `at`. `met`: they have as many meetings there as the school allows. */
export type NotJoined = { reason: 'off' | 'not open' | 'met' | 'many' } | { reason: 'free'; at: Date };

/**
 * Puts a family in a teacher's line where nothing is free that it may have. The caller has checked that the children are the household's and
 * may meet the teacher. Who joins again keeps the place of before; new hours count, and who names none keeps theirs.
 */
export async function joinWaitlist(
  deps: Deps,
  joining: Joining,
): Promise<{ ok: true; entry: WaitlistEntry } | ({ ok: false } & NotJoined)> {
  const { event, resource, household, user, students, goer = user, days, breaks } = joining;
  const { asked = event.days } = joining;
  const line = await openLine(event._id, deps.now());
  if (!line || !hasWaitlist(line.event)) return { ok: false, reason: 'off' };
  if (!mayBookNow(event, deps.now(), 'household')) return { ok: false, reason: 'not open' };
  const entry: WaitlistEntry = {
    _id: new Types.ObjectId(),
    account: line.event.account,
    ...{ event: event._id, resource, household, user, students },
    ...(goer === 'all' ? {} : { goer }),
    days: days ?? [],
    asked,
    breaks: breaks ?? [],
    wish: wishOf(resource, students),
    state: 'waiting',
    open: true,
    joinedAt: deps.now(),
    passed: [],
    lapses: 0,
    offers: 0,
  };
  const refused = await refuseJoining(deps, line, entry);
  if (refused) return { ok: false, ...refused };
  try {
    await WaitlistEntry.create(entry);
    return { ok: true, entry };
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    const before = await changeHours(entry, {
      ...(days ? { days, asked } : {}),
      ...(breaks ? { breaks } : {}),
    });
    // It has ended this moment.
    return before ? { ok: true, entry: before } : joinWaitlist(deps, joining);
  }
}

async function refuseJoining(
  deps: Deps,
  line: NonNullable<Awaited<ReturnType<typeof openLine>>>,
  entry: WaitlistEntry,
): Promise<NotJoined | undefined> {
  const { event, resource, household, students } = entry;
  const [waiting, joined, met] = await Promise.all([
    WaitlistEntry.countDocuments({ event, household, open: true }),
    WaitlistEntry.countDocuments({ event, household }),
    Appointment.countDocuments({
      ...{ event, household, resource },
      students: { $in: students },
      state: { $in: LIVING_STATES },
    }),
  ]);
  if (waiting >= MOST_ENTRIES || joined >= MOST_JOINED) return { reason: 'many' };
  const most = line.event.booking.perStudentAndTeacher;
  if (most > 0 && met >= most * students.length) return { reason: 'met' };
  const fit = await findFit(deps, line, await findFree(resource, deps.now()), [entry]);
  return fit && { reason: 'free', at: fit.slot.from };
}

/** When a family in line can come, said anew; its place stays. What is absent stays as it was. */
export async function changeHours(
  { event, household, wish }: Pick<WaitlistEntry, 'event' | 'household' | 'wish'>,
  hours: Partial<Pick<WaitlistEntry, 'days' | 'asked' | 'breaks'>>,
): Promise<WaitlistEntry | null> {
  return WaitlistEntry.findOneAndUpdate(
    { event, household, wish, open: true },
    { $set: hours },
    { returnDocument: 'after' },
  ).lean();
}
