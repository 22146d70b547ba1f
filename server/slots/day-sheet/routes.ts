import express, { type Request, type Response, type Router } from 'express';
import type { Deps } from '../../deps.js';
import type { Event } from '../../models/event.js';
import type { Slot } from '../../models/slot.js';
import { atLeast } from '../../models/user.js';
import { eventFrame } from '../../web/event-tabs.js';
import { actorOf, levelIn } from '../../web/actor.js';
import { seenOf } from '../../web/compare-seen.js';
import { notFound } from '../../web/errors.js';
import { dayAndTime, fullDay, shortDay, timeSpan } from '../../web/format-time.js';
import { eventGuard, eventOf } from '../../web/guards.js';
import { dayOf } from '../../web/local-time.js';
import type { PlacedEvent } from '../../web/place.js';
import { addressOf, pagerOf } from '../../web/paging.js';
import { FRESH_FORM, parseForm, parseId, parseQuery, type Form } from '../../web/parse.js';
import { KIND_WORDS } from '../../web/say-kind.js';
import { saveSeen } from '../../web/save-seen.js';
import { say } from '../../web/session.js';
import { sightOf } from '../../web/sight.js';
import { changeLink } from '../change-link.js';
import { STATE_WORDS } from '../policy.js';
import { LINK_FIELDS, linkSchema } from '../schema.js';
import { buildSheet, type Sheet } from './build-sheet.js';
import { findSlot, type SlotPage } from './find-slot.js';
import { sheetQuery, type SheetQuery } from './schema.js';
import { splitSheet } from './split-sheet.js';

/** The most teachers on one page of the screen. */
const TEACHERS = 20;
/** More teachers than an event has: all of them are printed at once. */
const MOST_PRINTED = 2000;

/** The day sheet of an event, and one slot opened from it. */
export function daySheetRoutes(deps: Deps): Router {
  const router = express.Router();
  router.use('/:event/day-sheet', eventGuard('appointment viewer'));

  router.get('/:event/day-sheet', async (req, res) => {
    const event = eventOf(res);
    const query = parseQuery(sheetQuery, req.query);
    const { day, sheet, total } = await sheetOf(deps, res, query, TEACHERS);
    const path = sheetPath(event);
    res.render('slots/day-sheet', {
      ...sheetPage(event, 'Day Sheet'),
      path,
      ...query,
      day,
      days: event.days.map((one) => ({ day: one, label: shortDay(one, event) })),
      runs: atLeast(levelIn(actorOf(res), event._id), 'event administrator'),
      sheet: { ...sheet, label: fullDay(day, event) },
      papers: papersOf(event, day, sheet),
      print: total > 0 ? addressOf(`${path}/print`, { day, q: query.q }) : '',
      total,
      pager: pagerOf(total, query.page, TEACHERS, ['teacher', 'teachers'], (page) =>
        addressOf(path, { day, q: query.q, page }),
      ),
    });
  });

  // This route comes before the one of a slot, which would match it too.
  router.get('/:event/day-sheet/print', async (req, res) => {
    const event = eventOf(res);
    const query = parseQuery(sheetQuery, req.query);
    const { day, sheet, total } = await sheetOf(deps, res, { ...query, page: 1 }, MOST_PRINTED);
    res.render('slots/day-sheet-print', {
      ...sheetPage(event, 'Print the day sheet'),
      back: addressOf(sheetPath(event), { day, q: query.q }),
      papers: papersOf(event, day, sheet),
      total,
    });
  });

  router.get('/:event/day-sheet/:slot', async (req, res) => {
    showSlot(res, await slotOf(deps, req, res), FRESH_FORM);
  });

  router.post('/:event/day-sheet/:slot/link', eventGuard('event administrator'), async (req, res) => {
    const found = await slotOf(deps, req, res);
    const parsed = parseForm(linkSchema, req.body);
    if (!parsed.ok) {
      showSlot(res.status(422), found, parsed);
      return;
    }
    const { form } = await saveSeen(
      { fields: LINK_FIELDS, body: req.body, shown: shownOf(found.slot) },
      () => changeLink(actorOf(res), found.slot, parsed.value.link, deps.now()),
      async () => shownOf((await slotOf(deps, req, res)).slot),
    );
    if (form) {
      showSlot(res.status(422), await slotOf(deps, req, res), form);
      return;
    }
    say(req, { kind: 'ok', text: 'The video link is saved.' });
    res.redirect(303, `${sheetPath(eventOf(res))}/${found.slot._id.toHexString()}`);
  });

  return router;
}

function shownOf({ link = '' }: Pick<Slot, 'link'>): { link: string } {
  return { link };
}

async function slotOf(deps: Deps, req: Request, res: Response): Promise<SlotPage> {
  const scope = Object.assign({ sight: sightOf(res) }, eventOf(res));
  const found = await findSlot(scope, parseId(req.params.slot), deps.now());
  if (!found) throw notFound();
  return found;
}

function showSlot(res: Response, found: SlotPage, form: Form): void {
  const event = eventOf(res);
  const { slot, appointments } = found;
  const time = timeSpan(slot.from, slot.to, event);
  res.render('slots/slot', {
    ...sheetPage(event, `${time}, ${found.resource.name}`),
    ...found,
    appointments: appointments.map(({ bookedAt, span, ...one }) => ({
      ...one,
      lasts: span ? timeSpan(span.from, span.to, event) : '',
      bookedAt: bookedAt ? dayAndTime(bookedAt, event) : '',
    })),
    time,
    day: fullDay(slot.day, event),
    word: STATE_WORDS[slot.state],
    kindWord: KIND_WORDS[slot.kind],
    seen: seenOf(LINK_FIELDS, shownOf(slot)),
    form,
    back: addressOf(sheetPath(event), { day: slot.day }),
    makes: atLeast(levelIn(actorOf(res), event._id), 'appointment maker') && event.status === 'active',
    runs: atLeast(levelIn(actorOf(res), event._id), 'event administrator'),
  });
}

/** The sheet of the requested day, or else of the next day to come. */
async function sheetOf(deps: Deps, res: Response, query: SheetQuery, size: number) {
  const event = eventOf(res);
  const day = event.days.includes(query.day) ? query.day : currentDay(event, deps.now());
  const seen = Object.assign({ sight: sightOf(res) }, event);
  return { day, ...(await buildSheet(seen, { ...query, day, size }, deps.now())) };
}

function papersOf(event: PlacedEvent, day: string, sheet: Sheet) {
  return { title: event.name, day: fullDay(day, event), sheets: splitSheet(sheet) };
}

const sheetPath = (event: Event): string => `/events/${event._id.toHexString()}/day-sheet`;

/** Today, else the next day of the event, else its last. */
function currentDay(event: Event, now: Date): string {
  const today = dayOf(now, event.timeZone);
  return event.days.find((day) => day >= today) ?? event.days.at(-1) ?? today;
}

function sheetPage(event: PlacedEvent, page: string) {
  return { ...eventFrame(event, 'day-sheet', page), home: `/events/${event._id.toHexString()}` };
}
