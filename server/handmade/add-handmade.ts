import type { Types } from 'mongoose';
import { recordAudit } from '../audit/record-audit.js';
import type { Deps } from '../deps.js';
import { isDuplicateKey } from '../models/duplicate-key.js';
import type { Event } from '../models/event.js';
import { Resource, type ByHand } from '../models/resource.js';
import { School } from '../models/school.js';
import { searchKey } from '../models/search-key.js';
import type { Actor } from '../web/actor.js';
import { findStaff } from './queries.js';
import type { HandmadeForm } from './schema.js';

type EventScope = Pick<Event, '_id' | 'account'>;

export interface NotSaved {
  ok: false;
  reason: 'unknown' | 'several' | 'no such school' | 'taken';
}

/** The most of these in one event. No school has as many. */
const MOST = 500;

/** Makes something that families book without a class. Sending the same form twice makes one. */
export async function addHandmade(
  deps: Pick<Deps, 'now'>,
  actor: Actor,
  event: EventScope,
  form: HandmadeForm & { id: Types.ObjectId },
): Promise<{ ok: true } | NotSaved | { ok: false; reason: 'too many' }> {
  const scope = { account: event.account, event: event._id };
  const parsed = await parseHandmade(actor, event, form);
  if (!parsed.ok) return parsed;
  const many = await Resource.countDocuments({
    ...scope,
    'byHand.kind': { $exists: true },
    status: 'active',
    _id: { $ne: form.id },
  });
  if (many >= MOST) return { ok: false, reason: 'too many' };
  try {
    await Resource.create({
      _id: form.id,
      ...scope,
      ...namesOf(form),
      status: 'active',
      byHand: { ...parsed.byHand, hidden: false },
    });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    const mine = await Resource.exists({ _id: form.id, ...scope, 'byHand.kind': { $exists: true } });
    return mine ? { ok: true } : { ok: false, reason: 'taken' };
  }
  await recordAudit({
    ...scope,
    user: actor.user,
    action: 'add bookable',
    targets: [form.id],
    detail: { kind: form.kind },
    at: deps.now(),
  });
  return { ok: true };
}

/** Whether the actor may choose among all people of the school. Somebody who runs one event only has its teachers. */
export const seesEverybody = ({ levelName }: Pick<Actor, 'levelName'>): boolean =>
  levelName === 'administrator';

/**
 * Turns a form into what is stored; its schools and its staff contact must belong to the account.
 * @param kept the present staff contact
 */
export async function parseHandmade(
  actor: Pick<Actor, 'levelName'>,
  event: EventScope,
  form: HandmadeForm,
  kept?: Types.ObjectId,
): Promise<{ ok: true; byHand: Omit<ByHand, 'hidden'> } | NotSaved> {
  const { account } = event;
  const named = [...form.schools, ...(form.school ? [form.school] : [])];
  const wanted = [...new Set(named.map(String))];
  const [staff, known] = await Promise.all([
    findStaff(event, form.staff, seesEverybody(actor), kept),
    wanted.length > 0 ? School.countDocuments({ _id: { $in: wanted }, account }) : 0,
  ]);
  if (!staff.ok) return staff;
  if (known !== wanted.length) return { ok: false, reason: 'no such school' };
  const { kind, school, schools, grades } = form;
  return {
    ok: true,
    byHand: {
      kind,
      schools,
      grades: [...new Set(grades.filter(Boolean))],
      ...(school ? { school } : {}),
      ...(staff.staff ? { staff: staff.staff } : {}),
    },
  };
}

/** Its name, with the keys by which it is found and sorted. */
export function namesOf({ name, room }: Pick<HandmadeForm, 'name' | 'room'>) {
  const key = searchKey(name);
  return { name, room, searchKey: key, sortKey: key };
}
