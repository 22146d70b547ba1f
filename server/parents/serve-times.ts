import express, { type Response, type Router } from 'express';
import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { Slot } from '../models/slot.js';
import { notFound } from '../web/errors.js';
import { parseForm, parseId, parseQuery } from '../web/parse.js';
import { wordsFor } from '../web/read-language.js';
import { refuseHere } from '../web/session.js';
import { siblingsRule } from '../booking/policy.js';
import { bookAtOnce } from '../booking/book-at-once.js';
import { holdSlot, studentsBefore } from '../booking/hold-slot.js';
import { letLineGoFirst } from '../waitlist/offer-times.js';
import { chooseStudents } from './choose-students.js';
import { goerIn } from './list-goers.js';
import { familyOf, type Family } from './load-conference.js';
import { readKept } from './keep-typed.js';
import { refusalHref, sayInPlace } from './refuse-press.js';
import { showFamily } from './show-family.js';
import { findChanged, showTimes } from './show-times.js';
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
    if (held.ok) {
      goOn(res, `${family.home}/appointments/${held.appointment._id.toHexString()}`);
      return;
    }
    const refused = { slot, student, change, kept, goer, reason: held.reason, resource: held.resource };
    const isAlone = request.students.length === 1 && !change;
    const here =
      isSentByScript(res) && isAlone && held.about
        ? await sayInPlace(deps, family, refused, held.about)
        : undefined;
    if (here && 'to' in here) {
      goOn(res, here.to);
      return;
    }
    const href = await refusalHref(res, family, refused, deps.now());
    if (here) res.status(409).json({ ...here, href });
    else goOn(res, href);
  });
  return router;
}

/** Whether the page's script has sent the press, which shows the answer itself. */
function isSentByScript({ req }: Response): boolean {
  return req.get('accept') === 'application/json';
}

/** Leads to the next page; a script that sent the press is told where that is. */
function goOn(res: Response, to: string): void {
  if (isSentByScript(res)) res.json({ to });
  else res.redirect(303, to);
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
