import express, { type Request, type Response, type Router } from 'express';
import type { Deps } from '../deps.js';
import type { Event } from '../models/event.js';
import type { Resource } from '../models/resource.js';
import { actorOf } from '../web/actor.js';
import { seenOf } from '../web/compare-seen.js';
import { notFound } from '../web/errors.js';
import { fullDay, shortDay, shortDayAndTime, timeSpan } from '../web/format-time.js';
import { eventGuard, eventOf } from '../web/guards.js';
import { addressOf } from '../web/paging.js';
import { FRESH_FORM, parseForm, parseId, parseQuery, typedValues, type Form } from '../web/parse.js';
import { saveSeen } from '../web/save-seen.js';
import { say } from '../web/session.js';
import { printOfList } from './bulk/read-selection.js';
import { changeRoom } from './change-slots.js';
import { marksOf } from './mark-slots.js';
import { STATE_WORDS } from './policy.js';
import { findResource, listTeachers, slotsOf } from './queries.js';
import { ROOM_FIELDS, roomSchema, slotsQuery, type PlaceForm, type SlotsQuery } from './schema.js';
import { change } from './serve-changes.js';
import { slotsPage, slotsPath } from './show-frame.js';

/** The Slots tab: teachers with their slots, one teacher's slots, and changes of many at once. */
export function slotRoutes(deps: Deps): Router {
  const router = express.Router();
  router.use('/:event/slots', eventGuard('event administrator'));

  router.get('/:event/slots', async (req, res) => {
    await showList(req, res);
  });

  router.post('/:event/slots/changes', async (req, res) => {
    // The list's filters are passed along, so that the same rows are shown afterwards.
    const back = `${slotsPath(eventOf(res))}${viewOf(parseQuery(slotsQuery, req.query))}`;
    await change(deps, req, res, {
      back,
      showAgain: () => showList(req, res),
      listed: async () => ({
        resources: (await listTeachers(eventOf(res), parseQuery(slotsQuery, req.query))).matching,
      }),
    });
  });

  router.get('/:event/slots/:resource', async (req, res) => {
    await showTeacher(deps, res, await resourceOf(req, eventOf(res)), FRESH_FORM);
  });

  router.post('/:event/slots/:resource/changes', async (req, res) => {
    const resource = await resourceOf(req, eventOf(res));
    // The room is part of the same form, so these buttons save it too.
    const hasRoom = (req.body as Record<string, unknown> | undefined)?.room !== undefined;
    const fault = hasRoom ? await saveRoom(deps, req, res, resource) : undefined;
    if (fault) return showTeacher(deps, res.status(422), fault.resource, fault.form);
    await change(deps, req, res, {
      back: `${slotsPath(eventOf(res))}/${resource._id.toHexString()}`,
      showAgain: async () => {
        const { ids } = typedValues(req.body);
        await showTeacher(deps, res, await resourceOf(req, eventOf(res)), { values: { ids }, errors: {} });
      },
      listed: async () => ({
        ids: (await slotsOf(eventOf(res), resource._id)).map(({ slot }) => slot._id),
      }),
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

/** The list's filters as the end of an address. */
function viewOf({ show, page, ...filter }: SlotsQuery): string {
  return addressOf('', { ...filter, show: show === 'all' ? '' : show, page: page === 1 ? '' : page });
}

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
    listed: printOfList(list.matching),
    emptyDays: event.days.filter((day) => !list.having.has(day)).map((day) => fullDay(day, event)),
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
  // A sender who names only one of the two leaves the other as it is.
  const parsed = parseForm(roomSchema, { ...placeOf(resource), ...(req.body as object | undefined) });
  if (!parsed.ok) return { resource, form: parsed };
  const { room, link } = placeOf(resource);
  let now = resource;
  const { form } = await saveSeen(
    { fields: ROOM_FIELDS, body: req.body, shown: { room, link } },
    async () =>
      (parsed.value.room === room && parsed.value.link === link) ||
      changeRoom(actorOf(res), resource, parsed.value, deps.now()),
    async () => {
      now = await resourceOf(req, eventOf(res));
      return { ...placeOf(now) };
    },
  );
  return form && { resource: now, form: { ...form, values: { ids: typed.ids, ...form.values } } };
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
  const listed = printOfList(found.map(({ slot }) => slot._id));
  res.render('slots/teacher', { ...slotsPage(event), resource, slots, shown, seen, form, listed });
}
