import express, { type Request, type Response, type Router } from 'express';
import type { Deps } from '../deps.js';
import type { Event } from '../models/event.js';
import type { Resource } from '../models/resource.js';
import { eventFrame } from '../web/event-tabs.js';
import { actorOf } from '../web/actor.js';
import { changedMeanwhile, seenOf } from '../web/compare-seen.js';
import { notFound } from '../web/errors.js';
import { countOf } from '../web/format-count.js';
import { fullDay, shortDay, shortDayAndTime, timeSpan } from '../web/format-time.js';
import { eventGuard, eventOf } from '../web/guards.js';
import { addressOf } from '../web/paging.js';
import type { PlacedEvent, Style } from '../web/place.js';
import { FRESH_FORM, parseForm, parseId, parseQuery, typedValues, type Form } from '../web/parse.js';
import { refuseHere, say } from '../web/session.js';
import { changeRoom, changeSlots } from './change-slots.js';
import { refuseArchived, STATE_WORDS } from './policy.js';
import {
  countSelection,
  findResource,
  listTeachers,
  readSelection,
  slotsOf,
  type SelectedSlot,
} from './queries.js';
import { findChanged, marksOf, printOf } from './mark-slots.js';
import { removeSlots, type SlotFilter } from './remove-slots.js';
import {
  MESSAGE_MAX,
  ROOM_FIELDS,
  roomSchema,
  slotChange,
  slotsQuery,
  type PlaceForm,
  type SlotChange,
  type SlotsQuery,
} from './schema.js';
import { tellChanged, tellLost } from './tell-change.js';

/** The Slots tab: teachers with their slots, one teacher's slots, and changes of many at once. */
export function slotRoutes(deps: Deps): Router {
  const router = express.Router();
  router.use('/:event/slots', eventGuard('event administrator'));

  router.get('/:event/slots', async (req, res) => {
    await showList(req, res);
  });

  router.post('/:event/slots/changes', async (req, res) => {
    // The list's view travels along, so that the same rows are shown afterwards.
    const back = `${slotsPath(eventOf(res))}${viewOf(parseQuery(slotsQuery, req.query))}`;
    await change(deps, req, res, back, () => showList(req, res));
  });

  router.get('/:event/slots/:resource', async (req, res) => {
    await showTeacher(deps, res, await resourceOf(req, eventOf(res)), FRESH_FORM);
  });

  router.post('/:event/slots/:resource/changes', async (req, res) => {
    const resource = await resourceOf(req, eventOf(res));
    // The room stands in the same form: what is typed there is saved by these buttons, too.
    const hasRoom = (req.body as Record<string, unknown> | undefined)?.room !== undefined;
    const fault = hasRoom ? await saveRoom(deps, req, res, resource) : undefined;
    if (fault) return showTeacher(deps, res.status(422), fault.resource, fault.form);
    await change(deps, req, res, `${slotsPath(eventOf(res))}/${resource._id.toHexString()}`, async () => {
      const { ids } = typedValues(req.body);
      await showTeacher(deps, res, await resourceOf(req, eventOf(res)), { values: { ids }, errors: {} });
    });
  });

  router.post('/:event/slots/:resource/room', async (req, res) => {
    const resource = await resourceOf(req, eventOf(res));
    const fault = await saveRoom(deps, req, res, resource);
    if (fault) return showTeacher(deps, res.status(422), fault.resource, fault.form);
    const { ids } = typedValues(req.body);
    if (ids !== undefined) {
      res.locals.flash = {
        kind: 'ok',
        text: 'The room and the link are saved. The slots are still selected.',
      };
      return showTeacher(deps, res, await resourceOf(req, eventOf(res)), { values: { ids }, errors: {} });
    }
    say(req, { kind: 'ok', text: 'The room and the link are saved.' });
    res.redirect(303, `${slotsPath(eventOf(res))}/${resource._id.toHexString()}`);
  });

  return router;
}

/** The list's view as the end of an address. */
function viewOf({ q, show, page }: SlotsQuery): string {
  return addressOf('', { q, show: show === 'all' ? '' : show, page: page === 1 ? '' : page });
}

const slotsPath = (event: Pick<Event, '_id'>): string => `/events/${event._id.toHexString()}/slots`;

async function showList(req: Request, res: Response): Promise<void> {
  const event = eventOf(res);
  const query = parseQuery(slotsQuery, req.query);
  const { rows, ...list } = await listTeachers(event, query);
  const said = rows.map(({ first, last, ...row }) => ({
    ...row,
    first: first ? shortDayAndTime(first, event) : '',
    last: last ? shortDayAndTime(last, event) : '',
  }));
  const days = event.days.map((day) => ({ value: day, label: fullDay(day, event) }));
  res.render('slots/list', {
    ...slotsPage(event),
    ...query,
    ...list,
    rows: said,
    days,
    changes: `${slotsPath(event)}/changes${viewOf(query)}`,
  });
}

async function resourceOf(req: Request, event: Event): Promise<Resource> {
  const resource = await findResource(event, parseId(req.params.resource));
  if (!resource) throw notFound();
  return resource;
}

function placeOf({ room, link = '' }: Resource): PlaceForm {
  return { room, link };
}

/** Saves the room and the link. @returns the form again where that cannot be, and the teacher as stored */
async function saveRoom(
  deps: Deps,
  req: Request,
  res: Response,
  resource: Resource,
): Promise<{ resource: Resource; form: Form } | undefined> {
  const typed = typedValues(req.body);
  // A sender who names one of the two leaves the other as it is.
  const parsed = parseForm(roomSchema, { ...placeOf(resource), ...(req.body as object | undefined) });
  if (!parsed.ok) return { resource, form: parsed };
  const changed = changedMeanwhile(ROOM_FIELDS, req.body, { ...placeOf(resource) });
  if (changed) return { resource, form: { ...changed, values: { ids: typed.ids, ...changed.values } } };
  const { room, link } = placeOf(resource);
  if (parsed.value.room === room && parsed.value.link === link) return undefined;
  if (await changeRoom(actorOf(res), resource, parsed.value, deps.now())) return undefined;
  const now = await resourceOf(req, eventOf(res));
  const form = changedMeanwhile(ROOM_FIELDS, req.body, { ...placeOf(now) }, { ...placeOf(resource) });
  return { resource: now, form: form ?? { values: typed, errors: {} } };
}

async function showTeacher(deps: Deps, res: Response, resource: Resource, form: Form): Promise<void> {
  const event = eventOf(res);
  const now = deps.now();
  const found = await slotsOf(event, resource._id);
  const slots = found.map(({ slot, booked, held }) => ({
    id: slot._id.toHexString(),
    day: shortDay(slot.day, event),
    time: timeSpan(slot.from, slot.to, event),
    over: slot.from <= now,
    ...{ booked, held, capacity: slot.capacity, kind: slot.kind, state: slot.state, message: slot.message },
    word: STATE_WORDS[slot.state],
  }));
  const seen = seenOf(ROOM_FIELDS, { ...placeOf(resource) });
  const shown = marksOf(found.map(({ slot }) => slot));
  res.render('slots/teacher', { ...slotsPage(event), resource, slots, shown, seen, form });
}

function slotsPage(event: PlacedEvent) {
  return { ...eventFrame(event, 'slots', 'Slots'), home: slotsPath(event) };
}

/** Asks first where much changes, where slots go for good, and where parents are to read a message. */
async function change(
  deps: Deps,
  req: Request,
  res: Response,
  back: string,
  showAgain: () => Promise<void>,
): Promise<void> {
  const event = eventOf(res);
  const parsed = parseForm(slotChange(event), req.body);
  const filter = parsed.ok ? filterOf(parsed.value) : undefined;
  if (!parsed.ok || !filter) {
    const errors = parsed.ok ? { ids: 'Select at least one row first.' } : parsed.errors;
    refuseHere(res, { values: typedValues(req.body), errors });
    return showAgain();
  }
  const wish = parsed.value;
  if (wish.action === 'make') {
    // One address with every id in it would be too long for some hundred teachers; all is then the better choice anyway.
    const ids = wish.resources.slice(0, 300).map((id) => `resources=${id.toHexString()}`);
    res.redirect(303, `${slotsPath(event)}/new?${ids.join('&')}`);
    return;
  }
  refuseArchived(event);
  const slots = await readSelection(event, filter);
  const changed = wish.sure ? [] : findChanged(wish.ids, slots, wish.shown);
  if (changed.length > 0) {
    refuseHere(res, { values: typedValues(req.body), errors: { ids: tellChanged(changed, event) } });
    return showAgain();
  }
  const isAnother = wish.sure && wish.print !== '' && wish.print !== printOf(slots);
  const counts = await countSelection(slots);
  const asks = wish.action === 'remove' || wish.action === 'unavailable' || wish.resources.length > 0;
  const fault = faultOfMessage(wish);
  if (counts.slots > 0 && asks && (!wish.sure || fault || isAnother)) {
    const errors = {
      ...(wish.sure && fault ? { message: fault } : {}),
      ...(isAnother ? { _form: CHANGED_MEANWHILE } : {}),
    };
    res.status(wish.sure ? 422 : 200);
    res.render('slots/confirm', {
      ...slotsPage(event),
      ...counts,
      print: printOf(slots),
      wish: said(wish, event),
      back,
      action: req.originalUrl,
      form: { values: { message: wish.message }, errors },
    });
    return;
  }
  say(req, { kind: 'ok', text: await carryOut(deps, res, slots, wish) });
  res.redirect(303, back);
}

function faultOfMessage({ action, message }: SlotChange): string | undefined {
  if (action !== 'unavailable') return undefined;
  if (message === '') return 'Enter the message that parents see.';
  return message.length > MESSAGE_MAX ? `Use ${MESSAGE_MAX} characters at most.` : undefined;
}

function filterOf({ ids, resources, day }: SlotChange): SlotFilter | undefined {
  if (ids.length > 0) return { _id: { $in: ids } };
  return resources.length > 0 ? { resource: { $in: resources }, ...(day ? { day } : {}) } : undefined;
}

function said(wish: SlotChange, style: Style) {
  const hex = (ids: { toHexString(): string }[]) => ids.map((id) => id.toHexString());
  const fields = { action: wish.action, day: wish.day, ids: hex(wish.ids), resources: hex(wish.resources) };
  return { ...fields, on: wish.day ? fullDay(wish.day, style) : '' };
}

async function carryOut(deps: Deps, res: Response, slots: SelectedSlot[], wish: SlotChange): Promise<string> {
  const actor = actorOf(res);
  const event = eventOf(res);
  if (wish.action === 'remove') {
    const { removed, booked, held } = await removeSlots(actor, event, slots, deps.now());
    return [
      `Removed ${countOf(removed, 'slot', 'slots')}.`,
      booked.length > 0 && `${countOf(booked.length, 'booked slot stays', 'booked slots stay')}.`,
      held.length > 0 &&
        `${countOf(held.length, 'slot that a parent is booking right now stays', 'slots that parents are booking right now stay')}. Try again in a few minutes.`,
      tellLost(slots.length - removed - booked.length - held.length),
    ]
      .filter((part) => part !== false && part !== '')
      .join(' ');
  }
  const states = { show: 'visible', hide: 'hidden', unavailable: 'unavailable' } as const;
  const state = states[wish.action as keyof typeof states];
  const changed = await changeSlots(actor, event, slots, { state, message: wish.message }, deps.now());
  const now = `${countOf(changed, 'slot is', 'slots are')} now ${STATE_WORDS[state].toLowerCase()}.`;
  return [now, tellLost(slots.length - changed)].filter(Boolean).join(' ');
}

const CHANGED_MEANWHILE =
  'Somebody else changed some of these slots while you had this page open. This is how they are now. Check them, then continue.';
