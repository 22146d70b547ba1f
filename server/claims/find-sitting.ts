import type { Types } from 'mongoose';
import { Contact } from '../models/contact.js';
import type { Resource } from '../models/resource.js';
import type { Slot } from '../models/slot.js';
import { distinctIds } from '../web/lists.js';
import type { Teacher } from './find-people.js';

/** The fields of a resource that say who sits in its slots. */
export type Holder = Pick<Resource, '_id' | 'contact' | 'byHand'>;
export const HOLDER = { contact: 1, byHand: 1 } as const;

/** Who sits in slots: a teacher's contact; of something made by hand its staff contact and itself, as it has its own diary. */
export async function findSitting(holders: Holder[]): Promise<Teacher[]> {
  const contacts = holders.flatMap(contactsOf);
  const found =
    contacts.length > 0 ? await Contact.find({ _id: { $in: contacts } }, { email: 1 }).lean() : [];
  return sittingOf(holders, found);
}

/** The same from contacts that have been read. One that is missing keeps their diary. */
export function sittingOf(holders: Holder[], known: Teacher[]): Teacher[] {
  return holders.flatMap((holder) => [
    ...contactsOf(holder).map((_id) => known.find((one) => one._id.equals(_id)) ?? { _id, email: '' }),
    ...(holder.byHand ? [{ _id: holder._id, email: '' }] : []),
  ]);
}

/** The contacts of a resource. */
export function contactsOf({ contact, byHand }: Pick<Holder, 'contact' | 'byHand'>) {
  return [contact, byHand?.staff].flatMap((id) => id ?? []);
}

/** The other resources that sit in a meeting: those of any of its slots. */
export function sitBeside(slots: Pick<Slot, 'with'>[]): Types.ObjectId[] {
  return distinctIds(slots.flatMap((slot) => slot.with ?? []));
}
