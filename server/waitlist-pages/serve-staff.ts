import express, { type Request, type Response, type Router } from 'express';
import { Types } from 'mongoose';
import { recordAudit } from '../audit/record-audit.js';
import { confirmAppointment } from '../booking/confirm-appointment.js';
import { mayHold } from '../booking/hold-slot.js';
import type { Deps } from '../deps.js';
import type { Refusal } from '../models/refusal.js';
import { Slot } from '../models/slot.js';
import { lineKey, WaitlistEntry } from '../models/waitlist-entry.js';
import { actorOf } from '../web/actor.js';
import { notFound } from '../web/errors.js';
import { eventFrame } from '../web/event-tabs.js';
import { dayAndSpan, shortDayAndTime } from '../web/format-time.js';
import { eventOf } from '../web/guards.js';
import { addressOf, pagerOf, sliceOf } from '../web/paging.js';
import { FRESH_FORM, parseForm, parseId, parseQuery, type Form } from '../web/parse.js';
import { sayMailed } from '../web/say-mailed.js';
import { say, type Flash } from '../web/session.js';
import { endEntry } from '../waitlist/end-entry.js';
import { requestOf } from '../waitlist/find-fit.js';
import { findFree } from '../waitlist/find-free.js';
import { holdOffer, nameOffer } from '../waitlist/hold-offer.js';
import { openLine, type Line } from '../waitlist/open-line.js';
import { hasWaitlist, offerUntil } from '../waitlist/policy.js';
import { tellEnd } from '../waitlist/tell-offer.js';
import { linesQuery, offerForm } from './schema.js';
import { countLines, listLines, nameEntry, PAGE_SIZE } from './list-lines.js';

/** Who waits for which teacher; offering a time by hand, and taking a family off the list. */
export function staffPages(deps: Deps): Router {
  const router = express.Router({ mergeParams: true });

  router.get('/', async (req, res) => {
    const event = eventOf(res);
    const { teacher: id, page } = parseQuery(linesQuery, req.query);
    const teacher = id?.toHexString() ?? '';
    const { lines } = pathsOf(res);
    const all = await countLines(event);
    const counts = teacher ? all.filter((one) => one.id === teacher) : all;
    const total = counts.reduce((sum, { count }) => sum + count, 0);
    const { skip } = sliceOf(total, page, PAGE_SIZE);
    res.render('waitlist/lines', {
      ...eventFrame(event, 'overview', 'Waitlist'),
      ...pathsOf(res),
      teachers: await listLines(event, counts, skip),
      pager: pagerOf(total, page, PAGE_SIZE, ['family', 'families'], (to) =>
        addressOf(lines, { teacher, page: to }),
      ),
      ...{ all, total, teacher },
      isOn: hasWaitlist(event),
      report: `/reports/${event._id.toHexString()}/waitlist`,
    });
  });

  router.get('/:waiting/offer', async (req, res) => {
    await showTimes(deps, res, await entryAt(req, res));
  });

  router.post('/:waiting/offer', async (req, res) => {
    const entry = await entryAt(req, res);
    const parsed = parseForm(offerForm, req.body);
    if (!parsed.ok) {
      res.status(422);
      await showTimes(deps, res, entry, { values: {}, errors: { slot: 'Select a time.' } });
      return;
    }
    const offered = await offerByHand(deps, res, entry, parsed.value.slot);
    say(
      req,
      offered.ok
        ? {
            kind: 'ok',
            text: `Offered until ${shortDayAndTime(offered.until, eventOf(res))}. ${sayMailed(res, FAMILY_TOLD)}`,
          }
        : { kind: 'notice', text: offered.why },
    );
    const { lines, pathTo } = pathsOf(res);
    res.redirect(303, offered.ok ? lines : `${pathTo(entry)}/offer`);
  });

  router.post('/:waiting/booking', async (req, res) => {
    const entry = await entryAt(req, res);
    say(req, await bookForThem(deps, res, entry));
    res.redirect(303, pathsOf(res).lines);
  });

  router.get('/:waiting/removal', async (req, res) => {
    const entry = await entryAt(req, res);
    const event = eventOf(res);
    res.render('waitlist/removal', {
      ...eventFrame(event, 'overview', 'Waitlist'),
      ...pathsOf(res),
      path: pathsOf(res).pathTo(entry),
      names: await nameEntry(event, entry),
    });
  });

  router.post('/:waiting/removal', async (req, res) => {
    const entry = await entryAt(req, res);
    const actor = actorOf(res);
    const line = entry.open && (await openLine(entry.event, deps.now()));
    // The mail first: who dies in between sends none twice.
    if (line) {
      await tellEnd(deps, line, entry, 'removed');
      if (await endEntry(deps, entry, 'removed', actor.user))
        await audit(deps, actor.user, entry, 'remove from waitlist');
      await deps.queue.add('offer-times', lineKey(entry));
    }
    const { children, teacher } = await nameEntry(eventOf(res), entry);
    const told = line ? ` ${sayMailed(res, FAMILY_TOLD)}` : '';
    say(req, { kind: 'ok', text: `${children || 'The family'} is off the waitlist for ${teacher}.${told}` });
    res.redirect(303, pathsOf(res).lines);
  });
  return router;
}

const FAMILY_TOLD = 'The family gets an email, if its address is confirmed.';

function pathsOf(res: Response) {
  const home = `/events/${eventOf(res)._id.toHexString()}`;
  const lines = `${home}/waitlist`;
  return { home, lines, pathTo: ({ _id }: WaitlistEntry) => `${lines}/${_id.toHexString()}` };
}

async function entryAt(req: Request<{ waiting: string }>, res: Response): Promise<WaitlistEntry> {
  const event = eventOf(res);
  const found = await WaitlistEntry.findOne({
    _id: parseId(req.params.waiting),
    event: event._id,
    account: event.account,
  }).lean();
  if (!found) throw notFound();
  return found;
}

const TOO_LATE = 'It’s too late to offer this time: nobody could answer before booking ends.';

const WHY: Partial<Record<Refusal, string>> = {
  'not open': 'Booking isn’t open now, so the family couldn’t accept.',
  'household busy': 'The family has another appointment or hold then, or too close to it.',
  'teacher limit': 'The student already has as many appointments with this teacher as the event allows.',
  taken: 'Somebody else has taken this time.',
  'hold ended': 'This time isn’t kept for the family anymore.',
  'too late': TOO_LATE,
  'no class': 'The student has no class with this teacher now.',
};

/** Accepts what is kept for a family that phones: no second hold is made, so that the time is nobody else's for a moment. */
async function bookForThem(deps: Deps, res: Response, entry: WaitlistEntry): Promise<Flash> {
  const event = eventOf(res);
  if (!entry.offer) return { kind: 'notice', text: 'This family has no offer now.' };
  const booked = await confirmAppointment(deps, {
    event,
    appointment: entry.offer.appointment,
    household: entry.household,
    user: actorOf(res).user,
    by: 'school',
    note: '',
  });
  if (!booked.ok)
    return {
      kind: 'notice',
      text: WHY[booked.reason] ?? 'The event’s rules don’t let this family book this time.',
    };
  await endEntry(deps, entry, 'booked');
  return { kind: 'ok', text: 'Booked.' };
}

async function offerByHand(
  deps: Deps,
  res: Response,
  entry: WaitlistEntry,
  id: Types.ObjectId,
): Promise<{ ok: true; until: Date } | { ok: false; why: string }> {
  const line = await openLine(entry.event, deps.now());
  const slot = await Slot.findOne({ _id: id, event: entry.event, resource: entry.resource }).lean();
  if (!line || !slot) throw notFound();
  if (!hasWaitlist(line.event)) return { ok: false, why: 'This event has no waitlist.' };
  const until = offerUntil(line.event, slot, deps.now(), line.timeZone);
  if (!until) return { ok: false, why: TOO_LATE };
  const asked = await asks(deps, line, entry, slot, until);
  if (asked) return { ok: false, why: asked };
  const user = actorOf(res).user;
  const named = await nameOffer(deps, entry, slot, until, user);
  if (!named) return { ok: false, why: 'This family isn’t waiting anymore, or has an offer already.' };
  await audit(deps, user, entry, 'offer time');
  const isHeld = await holdOffer(deps, line, named);
  return isHeld ? { ok: true, until } : { ok: false, why: 'Somebody else has taken this time.' };
}

/** @returns why the family can't have it */
async function asks(
  deps: Deps,
  { event }: Line,
  entry: WaitlistEntry,
  slot: Slot,
  until: Date,
): Promise<string | undefined> {
  const offer = { appointment: new Types.ObjectId(), slot: slot._id, until };
  const asked = await mayHold(deps, requestOf(event, entry, offer));
  if (asked.ok) return undefined;
  return WHY[asked.reason] ?? 'The event’s rules don’t let this family book this time.';
}

async function audit(
  deps: Deps,
  user: Types.ObjectId,
  { _id, account, event }: WaitlistEntry,
  action: 'offer time' | 'remove from waitlist',
): Promise<void> {
  await recordAudit({ account, event, user, action, targets: [_id], detail: {}, at: deps.now() });
}

async function showTimes(
  deps: Deps,
  res: Response,
  entry: WaitlistEntry,
  form: Form = FRESH_FORM,
): Promise<void> {
  const event = eventOf(res);
  const free = await findFree(entry.resource, deps.now());
  res.render('waitlist/offer-by-hand', {
    ...eventFrame(event, 'overview', 'Waitlist'),
    ...pathsOf(res),
    path: pathsOf(res).pathTo(entry),
    names: await nameEntry(event, entry),
    form,
    resource: String(entry.resource),
    isWaiting: entry.state === 'waiting',
    times: free.map((slot) => ({
      value: slot._id.toHexString(),
      label: dayAndSpan(slot.from, slot.to, event),
    })),
  });
}
