import type { Response } from 'express';
import { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import type { Appointment } from '../models/appointment.js';
import type { Overridable, Refusal } from '../models/refusal.js';
import { Resource } from '../models/resource.js';
import { Slot } from '../models/slot.js';
import { actorOf } from '../web/actor.js';
import { notFound } from '../web/errors.js';
import { shortDayAndSpan } from '../web/format-time.js';
import { FRESH_FORM, type Form } from '../web/parse.js';
import { checkRefusal } from './check-override.js';
import type { SeenEvent } from './find-meeting.js';
import { listFree, nearestOf } from './list-free.js';
import { mayOverride } from './policy.js';
import { deskFrame } from './show-frame.js';
import { sayRefusal } from './say-refusal.js';
import { REASON_MAX } from './schema.js';

/** A booking or a move that was refused, and how to try again. */
export interface Tried {
  refusal: Refusal;
  over: readonly Overridable[];
  slot: Types.ObjectId;
  household?: Types.ObjectId | undefined;
  /** The adult who was to go alone. */
  goer?: Types.ObjectId | undefined;
  replaces?: Pick<Appointment, '_id' | 'slot'> | undefined;
  child: string;
  family: string;
  /** The form's target, and what it sends beside the time. */
  action: string;
  fields: Record<string, string>;
  verb: 'Book' | 'Move';
  back: string;
}

/** The answer to a refused clerk: the reason, the nearest free times and, for people who may, a way to set the rule aside. */
export async function showRefusal(
  deps: Pick<Deps, 'now'>,
  res: Response,
  event: SeenEvent,
  tried: Tried,
  form: Form = FRESH_FORM,
): Promise<void> {
  const scope = { account: event.account, event: event._id, ...event.sight };
  const slot = await Slot.findOne({ _id: tried.slot, ...scope }).lean();
  const resource = slot && (await Resource.findById(slot.resource, { name: 1 }).lean());
  if (!slot || !resource) throw notFound();
  const actor = actorOf(res);
  const { household, goer, replaces } = tried;
  const looker = { user: actor.user, household, goer, replaces: replaces?._id };
  const [refused, free] = await Promise.all([
    checkRefusal(event, { ...tried, slot }),
    listFree(event, [resource._id], looker, deps.now()),
  ]);
  const others = (free.get(String(resource._id)) ?? []).filter(
    ({ slot: { _id } }) => !_id.equals(slot._id) && !tried.replaces?.slot.equals(_id),
  );
  res.status(Object.keys(form.errors).length > 0 ? 422 : 409).render('desk/refused', {
    ...deskFrame(event),
    ...tried,
    why: sayRefusal(tried.refusal, { child: tried.child, teacher: resource.name, family: tried.family }),
    clash: refused.clash,
    what: `${tried.child} with ${resource.name}, ${shortDayAndSpan(slot.from, slot.to, event)}`,
    teacher: resource.name,
    rules: refused.rule ? [...tried.over, refused.rule] : [],
    mayOverride: mayOverride(actor, event),
    reasonMax: REASON_MAX,
    slot: String(slot._id),
    nearest: nearestOf(others, slot.from).map(({ slot: one, day, time, note }) => ({
      id: String(one._id),
      label: `${day}, ${time}`,
      note,
    })),
    key: new Types.ObjectId().toHexString(),
    otherKey: new Types.ObjectId().toHexString(),
    form,
  });
}
