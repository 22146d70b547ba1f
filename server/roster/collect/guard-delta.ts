import type { Types } from 'mongoose';
import { CONTACT_TYPES } from '../../models/contact.js';
import { mustWithhold } from '../../runs/changes/judge-removals.js';
import type { Delivery } from '../../sources/download/delivery.js';
import { NotByEvents } from '../../sources/download/read-events.js';
import { COURSES, PEOPLE, SECTIONS, TERMS, type Store } from '../mirror/stores.js';

/**
 * Checks whether the events remove so much of a kind that a person would have to look. If so, everything is read: a list that is no longer
 * shared arrives as the same deletions, and only reading it shows the difference.
 * @throws NotByEvents
 */
export async function guardDelta(
  account: Types.ObjectId,
  gone: NonNullable<Delivery['gone']>,
): Promise<void> {
  await guard(account, TERMS, {}, gone.terms);
  await guard(account, COURSES, {}, gone.courses);
  await guard(account, SECTIONS, {}, gone.sections);
  for (const type of CONTACT_TYPES) await guard(account, PEOPLE, { type }, gone.students);
}

async function guard(
  account: Types.ObjectId,
  { collection }: Pick<Store<never>, 'collection'>,
  of: object,
  ids: ReadonlySet<string> = new Set(),
): Promise<void> {
  if (ids.size === 0) return;
  const active = { account, ...of, status: 'active', 'record.kept': { $exists: false } };
  const here = await collection.countDocuments({ ...active, 'record.id': { $type: 'string' } });
  const leaving = await collection.countDocuments({
    ...active,
    'record.id': { $in: [...ids], $type: 'string' },
  });
  if (mustWithhold(leaving, here)) throw new NotByEvents({ code: 'many would leave' });
}
