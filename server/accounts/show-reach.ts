import { Types } from 'mongoose';
import { Contact, contactName } from '../models/contact.js';
import { Event } from '../models/event.js';
import type { Reach } from '../models/user.js';

const ID = /^[0-9a-f]{24}$/;

/** A reach as a form sends it: the ids of the event and the contact, or `all` in place of each. */
export function reachKey({ event, contact }: Reach): string {
  return event || contact ? `${event?.toHexString() ?? 'all'}-${contact?.toHexString() ?? 'all'}` : 'all';
}

/** @returns undefined if it is malformed; an empty value means the whole account */
export function reachOf(key: unknown): Reach | undefined {
  if (key === undefined || key === 'all') return {};
  const [event = '', contact = '', ...more] = typeof key === 'string' ? key.split('-') : [];
  if (more.length > 0 || ![event, contact].every((id) => id === 'all' || ID.test(id))) return undefined;
  return {
    ...(event === 'all' ? {} : { event: new Types.ObjectId(event) }),
    ...(contact === 'all' ? {} : { contact: new Types.ObjectId(contact) }),
  };
}

export function isSameReach(one: Reach, other: Reach): boolean {
  return reachKey(one) === reachKey(other);
}

/** Says what each of some grants of an account is for. */
export async function nameReaches(
  account: Types.ObjectId,
  reaches: Reach[],
): Promise<(reach: Reach) => string> {
  const [events, contacts] = await Promise.all([
    Event.find({ account, _id: { $in: reaches.flatMap(({ event }) => event ?? []) } }, { name: 1 }).lean(),
    Contact.find(
      { account, _id: { $in: reaches.flatMap(({ contact }) => contact ?? []) } },
      { firstName: 1, lastName: 1, email: 1 },
    ).lean(),
  ]);
  const names = new Map([
    ...events.map(({ _id, name }) => [_id.toHexString(), name] as const),
    ...contacts.map((contact) => [contact._id.toHexString(), `as ${contactName(contact)}`] as const),
  ]);
  const nameOf = (id: Types.ObjectId) => names.get(id.toHexString()) ?? 'no longer there';
  return ({ event, contact }) => {
    const parts = [...(event ? [nameOf(event)] : []), ...(contact ? [nameOf(contact)] : [])];
    return parts.length > 0 ? parts.join(', ') : 'whole school';
  };
}
