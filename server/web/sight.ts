import type { Response } from 'express';
import type { Types } from 'mongoose';
import { Contact } from '../models/contact.js';
import { Resource } from '../models/resource.js';
import { atLeast, type AccessLevel } from '../models/user.js';
import type { Actor } from './actor.js';

/** A part of filters: which slots and appointments of an event somebody sees, all or only those of their own resources. */
export interface Sight {
  resource?: { $in: Types.ObjectId[] };
}

/** The part of a filter for slots or appointments that leaves what somebody sees, including slots of others in which they sit. */
export interface InSight {
  $and?: { $or: ({ resource: { $in: Types.ObjectId[] } } | { with: { $in: Types.ObjectId[] } })[] }[];
}

export function inSight({ resource }: Sight): InSight {
  return resource ? { $and: [{ $or: [{ resource }, { with: resource }] }] } : {};
}

/** Everything is visible. */
const WHOLE_EVENT: Sight = {};
const NOTHING: Sight = { resource: { $in: [] } };

/** Without a level in an event, people see what is their own. */
const OWN_ALONE: AccessLevel = 'resource administrator';

/** What the actor sees of an event. */
export async function sightIn(actor: Actor, event: Types.ObjectId): Promise<Sight> {
  return (await sightsIn(actor, [event])).get(event.toHexString()) ?? NOTHING;
}

/** What the actor sees of some events, by their ids. Several levels add up: a teacher at the front desk sees everything. */
export async function sightsIn(actor: Actor, events: Types.ObjectId[]): Promise<Map<string, Sight>> {
  const seesAll = (event: Types.ObjectId) =>
    levelsIn(actor, event).some((level) => level !== OWN_ALONE && atLeast(level, 'appointment viewer'));
  const partly = events.filter((event) => !seesAll(event) && levelsIn(actor, event).includes(OWN_ALONE));
  const contacts = partly.length > 0 ? await ownContacts(actor) : [];
  const own =
    contacts.length > 0
      ? await Resource.find(
          {
            $or: [
              // The partial index answers only a filter that names the type.
              {
                account: actor.account,
                event: { $in: partly },
                contact: { $in: contacts, $type: 'objectId' },
              },
              {
                account: actor.account,
                event: { $in: partly },
                'byHand.staff': { $in: contacts, $exists: true },
              },
            ],
          },
          { event: 1 },
        ).lean()
      : [];
  const sightOfOne = (event: Types.ObjectId): Sight =>
    seesAll(event)
      ? WHOLE_EVENT
      : { resource: { $in: own.filter((one) => one.event.equals(event)).map(({ _id }) => _id) } };
  return new Map(events.map((event) => [event.toHexString(), sightOfOne(event)]));
}

function levelsIn(actor: Actor, event: Types.ObjectId): AccessLevel[] {
  return actor.grants.filter((grant) => !grant.event || grant.event.equals(event)).map(({ level }) => level);
}

/**
 * Who the actor is on the roster: the person named in their access, otherwise the only teacher or staff member with their proven address.
 * An address that several people share matches nobody.
 */
async function ownContacts(actor: Actor): Promise<Types.ObjectId[]> {
  if (actor.contacts.length > 0) return actor.contacts;
  if (!actor.emailProven || actor.email === '') return [];
  const found = await Contact.find(
    { account: actor.account, email: actor.email, type: { $in: ['teacher', 'staff'] }, status: 'active' },
    { _id: 1 },
  )
    .limit(2)
    .lean();
  return found.length === 1 ? found.map(({ _id }) => _id) : [];
}

/** What the actor of a request behind `eventGuard` sees of its event. */
export function sightOf(res: Response): Sight {
  const sight = res.locals.sight as Sight | undefined;
  if (!sight) throw new Error('This route is not behind an event guard.');
  return sight;
}
