import type { Response } from 'express';
import { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { LIVING_STATES } from '../models/appointment.js';
import type { Refusal } from '../models/refusal.js';
import { Slot } from '../models/slot.js';
import { notFound } from '../web/errors.js';
import { say } from '../web/session.js';
import type { About } from '../booking/check-booking.js';
import { judgeTimes } from '../booking/check-times.js';
import { findAround } from '../booking/find-around.js';
import { wordsOf } from '../web/words.js';
import { explainRefusal } from './explain-refusal.js';
import { viewTime } from './find-times.js';
import { goerIn } from './list-goers.js';
import type { Family } from './load-conference.js';
import { sayRefusal } from './refuse-booking.js';
import { noteOf, timesHref, type Asked } from './show-times.js';
import { sayWindow } from './show-opening.js';

export interface RefusedPress extends Omit<Asked, 'resource'> {
  slot: Types.ObjectId;
  /** Absent: the slot's resource is looked up. */
  resource?: Types.ObjectId | undefined;
  reason: Refusal;
}

/** Refusals that come before it is known whether the teacher is the child's; nothing is told of the teacher then. */
const BEFORE_CLASS: Refusal[] = ['not open', 'not here', 'not your child', 'no class'];

/** Redirects to a page that says why a time was refused and what to do. That page can be loaded again and sends nothing twice. */
export async function leadToRefusal(
  res: Response,
  family: Family,
  refused: RefusedPress,
  now: Date,
): Promise<void> {
  res.redirect(303, await refusalHref(res, family, refused, now));
}

/** The address of the page that says why a time was refused. */
export async function refusalHref(
  res: Response,
  { event, household, home }: Family,
  { reason, ...refused }: RefusedPress,
  now: Date,
): Promise<string> {
  const { slot } = refused;
  const {
    resource = (await Slot.findOne({ _id: slot, event: event._id }, { resource: 1 }).lean())?.resource,
  } = refused;
  if (!household.children.some((one) => one.student.equals(refused.student))) throw notFound();
  if (resource && !BEFORE_CLASS.includes(reason)) return timesHref(home, { ...refused, resource });
  const said = reason === 'not your child' ? 'not here' : reason;
  say(res.req, { kind: 'notice', text: sayRefusal(event, said, { window: sayWindow(event, now) }) });
  return home;
}

/** Refusals of one time alone that have nothing to do with the family. */
const OF_TIME: (Refusal | undefined)[] = [undefined, 'taken', 'teacher busy', 'not offered'];

/** A refused press, for the script of the page of times (`public/js/press.js`). */
export interface SaidInPlace {
  text: string;
  /** What comes before the nearest free times. */
  lead: string;
  nearest: string[];
  /** What stands at each time that is not free, by slot. */
  gone: Record<string, string>;
  /** The key of the next press. */
  key: string;
}

/**
 * Says why a time was refused on the page that is shown, from what was read for the booking: many press at once when booking opens, and most
 * of them only have to choose another time.
 * @returns where the family's own meeting is, if that is the very one that was asked for by now, as when it was pressed in two tabs at once;
 *   undefined where the refusal needs a page of its own, because another time does not help, or it is about other meetings of the family
 */
export async function sayInPlace(
  deps: Pick<Deps, 'now'>,
  { event, household, actor, home }: Family,
  { slot, student, goer }: RefusedPress,
  about: About,
): Promise<SaidInPlace | { to: string } | undefined> {
  const { resource } = about;
  if (!resource) return undefined;
  const students = [student];
  const wish = {
    ...{ event, household, user: actor.user, wanted: [{ students, resource: resource._id }] },
    goer: goerIn(goer),
  };
  const now = deps.now();
  const around = await findAround(wish, now, about);
  const mine = [...around.holders.values()].find(
    (one) =>
      LIVING_STATES.includes(one.state) &&
      one.household.equals(household._id) &&
      one.slot.equals(slot) &&
      String(one.students) === String(students),
  );
  if (mine) return { to: `${home}/appointments/${mine._id.toHexString()}` };
  const [checked] = judgeTimes(wish, around, now);
  const looker = { ...wish, students, resource };
  const times = (checked?.times ?? []).map((time) => viewTime(looker, time, []));
  const refused = times.find((time) => time.slot._id.equals(slot));
  if (!refused || !OF_TIME.includes(refused.refusal)) return undefined;
  const { text, nearest } = explainRefusal({ event, resource, times, home, now }, slot);
  if (nearest.length === 0) return undefined;
  return {
    text,
    lead: wordsOf(event)('times.nearest', { teacher: resource.name }),
    nearest: nearest.map((time) => time.slot._id.toHexString()),
    gone: Object.fromEntries(
      times
        .filter(({ state }) => state !== 'free')
        .map((time) => [time.slot._id.toHexString(), noteOf(time, event) ?? '']),
    ),
    key: new Types.ObjectId().toHexString(),
  };
}
