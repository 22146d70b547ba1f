import { Types } from 'mongoose';
import { recordAudit } from '../audit/record-audit.js';
import { ensureHousehold } from '../booking/ensure-household.js';
import type { Deps } from '../deps.js';
import { Contact } from '../models/contact.js';
import { isDuplicateKey } from '../models/duplicate-key.js';
import { Household } from '../models/household.js';
import { User } from '../models/user.js';
import type { Actor } from '../web/actor.js';
import { listAdults, tieOf } from './list-adults.js';

/**
 * The household of the adult who was chosen for a child. An adult with a login who is the child's guardian books as their own family. For
 * anybody else of the roster the school makes a household, which becomes theirs when they register with that address. Undefined if the
 * choice is no longer possible.
 */
export async function ensureFamily(
  deps: Pick<Deps, 'now'>,
  { account, user }: Pick<Actor, 'account' | 'user'>,
  child: Contact,
  key: string,
): Promise<Types.ObjectId | undefined> {
  if (key.startsWith('h')) return ownHousehold(account, child, { _id: new Types.ObjectId(key.slice(1)) });
  if (key === 'none') {
    const choices = (await listAdults(account, [child])).get(String(child._id)) ?? [];
    // The same click again: the first one made it.
    return choices.some((choice) => choice.key === key)
      ? keepFor(deps, { account, user }, child, child._id)
      : ownHousehold(account, child, { adults: child._id });
  }
  const id = new Types.ObjectId(key.slice(1));
  const adult = await Contact.findOne({ _id: id, account, status: 'active' }).lean();
  const isGuardian = adult ? tieOf(adult, child) : undefined;
  if (!adult || isGuardian === undefined) return undefined;
  const login =
    adult.email && isGuardian
      ? await User.findOne(
          { email: adult.email.toLowerCase(), emailProvenAt: { $exists: true }, 'grants.account': account },
          { _id: 1 },
        ).lean()
      : null;
  if (!login) return keepFor(deps, { account, user }, child, id);
  const household = await ensureHousehold(account, login._id, deps.now());
  return addChild(deps, { account, user }, child, household._id, login._id);
}

/** A household that already has the child. */
async function ownHousehold(
  account: Types.ObjectId,
  child: Contact,
  which: { _id: Types.ObjectId } | { adults: Types.ObjectId },
): Promise<Types.ObjectId | undefined> {
  const own = { ...which, account, 'children.student': child._id, ofSchool: { $ne: true } };
  return (await Household.findOne(own, { _id: 1 }).lean())?._id;
}

async function keepFor(
  deps: Pick<Deps, 'now'>,
  by: Pick<Actor, 'account' | 'user'>,
  child: Contact,
  keptFor: Types.ObjectId,
): Promise<Types.ObjectId | undefined> {
  const { account } = by;
  const kept = { account, adults: keptFor };
  const found = await Household.findOne(kept, { _id: 1 }).lean();
  if (found) return addChild(deps, by, child, found._id, keptFor);
  try {
    const { _id } = await Household.create({
      account,
      adults: [keptFor],
      keptFor,
      children: [],
      createdAt: deps.now(),
    });
    return await addChild(deps, by, child, _id, keptFor);
  } catch (error) {
    // Somebody else at the desk made a household for this family at the same time.
    const made = isDuplicateKey(error) && (await Household.findOne(kept, { _id: 1 }).lean());
    if (!made) throw error;
    return addChild(deps, by, child, made._id, keptFor);
  }
}

/** @returns undefined if the school took the child away from this household: only the school's own page gives it back */
async function addChild(
  deps: Pick<Deps, 'now'>,
  { account, user }: Pick<Actor, 'account' | 'user'>,
  child: Contact,
  household: Types.ObjectId,
  adult: Types.ObjectId,
): Promise<Types.ObjectId | undefined> {
  const at = deps.now();
  const added = await Household.updateOne(
    {
      _id: household,
      account,
      // Somebody who has just registered may have taken it over; they must prove what they may see.
      adults: adult,
      'children.student': { $ne: child._id },
      'removed.student': { $ne: child._id },
    },
    { $push: { children: { student: child._id, adult, by: 'school', at } } },
  );
  if (added.modifiedCount === 1) {
    await recordAudit({
      account,
      user,
      action: 'add child',
      targets: [child._id, household],
      detail: { by: 'school' },
      at,
    });
    return household;
  }
  const has = await Household.exists({
    ...{ _id: household, account, adults: adult },
    'children.student': child._id,
  });
  return has ? household : undefined;
}
