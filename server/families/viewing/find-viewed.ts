import { Types } from 'mongoose';
import { actorIn } from '../../accounts/load-actor.js';
import { findLinkedChildren } from '../../parents/find-linked-children.js';
import { familySince } from '../../parents/find-times.js';
import type { Family } from '../../parents/load-conference.js';
import { sourceOf, type Account } from '../../models/account.js';
import { Appointment, LIVING_STATES } from '../../models/appointment.js';
import { Class } from '../../models/class.js';
import { Contact, contactName, type Contact as Person } from '../../models/contact.js';
import { Household, type HouseholdChild } from '../../models/household.js';
import { User } from '../../models/user.js';
import { atLeast } from '../../models/user.js';
import type { Actor } from '../../web/actor.js';
import { styleOf, type PlacedEvent } from '../../web/place.js';
import { listOnlookers } from './queries.js';

/** The person whose pages are viewed. */
export interface Asked {
  event: PlacedEvent;
  account: Account;
  child: Person;
  /** An adult's login or guardian, or `none`: a family that has added only this child. */
  adult: string;
  /** The person who views the pages. */
  staff: Actor;
  now: Date;
}

type Seen = Pick<Family, 'actor' | 'household' | 'inSight'>;

/**
 * The family of a child as one of its adults sees it; nothing is created for it. Somebody who runs only this event sees the part that is in
 * this event.
 * @returns undefined if the adult does not belong to this child
 */
export async function findViewed(asked: Asked): Promise<Seen | undefined> {
  const seen = await findSeen(asked);
  return seen && !atLeast(asked.staff.level, 'event administrator') ? withinEvent(asked, seen) : seen;
}

async function findSeen({ account, child, adult, now }: Asked): Promise<Seen | undefined> {
  const stranger = actorOfNobody(account);
  const held = { student: child._id, adult: stranger.user, by: 'school' as const, at: now };
  const alone = householdOf(account, stranger, [held], now);
  if (adult === 'none') return { actor: stranger, household: alone };
  const onlooker = (await listOnlookers(child)).find(({ id }) => id === adult);
  if (!onlooker) return undefined;
  if (onlooker.hasLogin) {
    const [user, household] = await Promise.all([
      User.findById(adult).lean(),
      Household.findOne({ account: account._id, adults: adult }).lean(),
    ]);
    return user && household ? { actor: actorIn(user, account), household } : undefined;
  }
  const guardian = await Contact.findOne({ _id: adult, account: account._id }).orFail().lean();
  const actor = { ...stranger, name: contactName(guardian), email: guardian.email, emailProven: true };
  const empty = householdOf(account, actor, [], now);
  const linked = await findLinkedChildren({ account, household: empty, actor });
  const children = linked.map(({ _id }) => ({ ...held, student: _id }));
  return { actor, household: householdOf(account, actor, children.length > 0 ? children : [held], now) };
}

function actorOfNobody(account: Account): Actor {
  return {
    ...{ user: new Types.ObjectId(), name: 'A parent', email: '', emailProven: true },
    ...{ account: account._id, accountName: account.name, timeZone: account.timeZone, ...styleOf(account) },
    source: sourceOf(account),
    ...{ level: 'customer', levelName: 'customer', grants: [], eventLevels: new Map(), contacts: [] },
  };
}

function householdOf(
  { _id: account }: Account,
  { user }: Actor,
  children: HouseholdChild[],
  now: Date,
): Household {
  return { _id: new Types.ObjectId(), account, adults: [user], children, createdAt: now };
}

/** Limits the family to children in the event's classes; if some are in another event, none of its meetings are shown. */
async function withinEvent({ event, account, now }: Asked, { actor, household }: Seen): Promise<Seen> {
  const linked = await findLinkedChildren({ account, household, actor });
  const ids = [...household.children.map(({ student }) => student), ...linked.map(({ _id }) => _id)];
  const [here, elsewhere] = await Promise.all([
    Class.distinct('synced.students', {
      event: event._id,
      'synced.students': { $in: ids },
      status: 'active',
    }),
    Appointment.exists({
      household: household._id,
      event: { $ne: event._id },
      state: { $in: LIVING_STATES },
      from: { $gt: familySince(now) },
    }),
  ]);
  const inSight = new Set(here.map(String));
  const children = household.children.filter(({ student }) => inSight.has(student.toHexString()));
  const seen = Object.assign({}, household, { children });
  if (elsewhere) Object.assign(seen, { _id: new Types.ObjectId() });
  return { actor, household: seen, inSight };
}
