import express, { type Response, type Router } from 'express';
import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import type { Refusal } from '../models/refusal.js';
import { Slot } from '../models/slot.js';
import { notFound } from '../web/errors.js';
import { parseForm, parseId, parseQuery } from '../web/parse.js';
import { wordsFor } from '../web/read-language.js';
import { refuseHere, say } from '../web/session.js';
import { siblingsRule } from '../booking/policy.js';
import { bookAtOnce } from '../booking/book-at-once.js';
import { holdSlot, studentsBefore } from '../booking/hold-slot.js';
import { letLineGoFirst } from '../waitlist/offer-times.js';
import { chooseStudents } from './choose-students.js';
import { goerIn } from './list-goers.js';
import { familyOf, type Family } from './load-conference.js';
import { readKept } from './keep-typed.js';
import { sayRefusal } from './refuse-booking.js';
import { showFamily } from './show-family.js';
import { findChanged, showTimes, timesHref, type Asked } from './show-times.js';
import { sayWindow } from './show-opening.js';
import { holdSchema, timesQuery, type HoldForm } from './schema.js';

/** A teacher's times, and the form that picks one. */
export function timesPages(deps: Deps): Router {
  const router = express.Router({ mergeParams: true });

  router.get('/times/:resource', async (req, res) => {
    const family = await familyOf(res, deps);
    const { student, ...asked } = parseQuery(timesQuery, req.query);
    if (!student) throw notFound();
    await showTimes(deps, res, family, { ...asked, resource: parseId(req.params.resource), student });
  });

  router.post('/appointments', async (req, res) => {
    const family = await familyOf(res, deps);
    const parsed = parseForm(holdSchema, req.body, wordsFor(res));
    if (!parsed.ok) {
      refuseHere(res, parsed);
      return showFamily(deps, res, family);
    }
    const { slot, student, key, change, kept, now, goer } = parsed.value;
    const changed = change && (await findChanged(family, { student }, change));
    const chosen = changed ? undefined : await studentsFor(family, parsed.value, deps.now());
    const typed = kept && (await readKept(family, kept));
    const request = {
      event: family.event,
      slot,
      // A meeting about siblings stays about all of them.
      students: changed?.students ?? chosen ?? [student],
      household: family.household._id,
      user: family.actor.user,
      key,
      by: 'household' as const,
      goer: goerIn(goer),
      ...(change ? { replaces: change } : {}),
      ...(typed ? { typed } : {}),
    };
    // The new meeting is as long as the one it replaces.
    await letLineGoFirst(deps, family.event, slot, 1 + (changed?.more.length ?? 0));
    const held: Awaited<ReturnType<typeof bookAtOnce>> = now
      ? await bookAtOnce(deps, request)
      : await holdSlot(deps, request);
    if (held.ok) res.redirect(303, `${family.home}/appointments/${held.appointment._id.toHexString()}`);
    else
      await leadToRefusal(
        res,
        family,
        { slot, student, change, kept, goer, reason: held.reason, resource: held.resource },
        deps.now(),
      );
  });
  return router;
}

/** The students of the meeting, where siblings have the same teacher. */
async function studentsFor(
  family: Family,
  { slot, student, key, together }: Pick<HoldForm, 'slot' | 'student' | 'key' | 'together'>,
  now: Date,
): Promise<Types.ObjectId[] | undefined> {
  const { event, household } = family;
  const rule = siblingsRule(event);
  if (household.children.length < 2 || rule === 'apart' || (rule === 'choose' && !together)) return undefined;
  // The same press sent again: the siblings may have the meeting by now that it booked.
  const before = await studentsBefore({ household: household._id, key, slot });
  if (before) return before;
  const found = await Slot.findOne({ _id: slot, event: event._id }, { resource: 1 }).lean();
  if (!found) return undefined;
  const child = { id: student, name: '' };
  return (await chooseStudents(family, found.resource, child, together, now)).students;
}

interface Refused extends Omit<Asked, 'resource'> {
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
  { event, household, home }: Family,
  { reason, ...refused }: Refused,
  now: Date,
): Promise<void> {
  const { slot } = refused;
  const {
    resource = (await Slot.findOne({ _id: slot, event: event._id }, { resource: 1 }).lean())?.resource,
  } = refused;
  if (!household.children.some((one) => one.student.equals(refused.student))) throw notFound();
  if (resource && !BEFORE_CLASS.includes(reason)) {
    res.redirect(303, timesHref(home, { ...refused, resource }));
    return;
  }
  const said = reason === 'not your child' ? 'not here' : reason;
  say(res.req, { kind: 'notice', text: sayRefusal(event, said, { window: sayWindow(event, now) }) });
  res.redirect(303, home);
}
