import express, { type Request, type Response, type Router } from 'express';
import type { Deps } from '../deps.js';
import type { Event } from '../models/event.js';
import { WaitlistEntry } from '../models/waitlist-entry.js';
import { actorOf } from '../web/actor.js';
import { changedMeanwhile, seenOf } from '../web/compare-seen.js';
import { notFound } from '../web/errors.js';
import { daySpan } from '../web/format-time.js';
import { zoneOptions } from '../web/format-zone.js';
import { eventGuard, eventOf, levelGuard } from '../web/guards.js';
import type { PlacedEvent } from '../web/place.js';
import { parseForm, parseQuery, typedValues, type Form } from '../web/parse.js';
import { saveSeen } from '../web/save-seen.js';
import { endStep, say } from '../web/session.js';
import { sightOf } from '../web/sight.js';
import { archiveEvent, bringBackEvent } from './archive-event.js';
import { explainRound, findRound } from './check-round.js';
import { createEvent } from './create-event.js';
import { bookingStatus, mayCreateEvents } from './policy.js';
import { parseEvent } from './parse-event.js';
import { eventCounts, listEvents, slotsByDay } from './queries.js';
import { EVENT_OPTIONS, eventFields, eventQuery, formOf, freshEvent, templateSchema } from './schema.js';
import { eventPage, pathOf, reloadEvent, settingsFrame } from './show-event.js';
import { deletionPages } from './deletion/routes.js';
import { emailPages } from './emails/routes.js';
import { questionPages } from './questions/routes.js';
import { findTemplate, templateLists, valuesFrom } from './take-template.js';
import { updateEvent } from './update-event.js';

/** The list of events, and of each its settings, archiving and deletion. Behind the staff guard. */
export function eventRoutes(deps: Deps): Router {
  const router = express.Router();
  // This comes first, because `new` would be taken for an event's id.
  settingsPages(router, deps);
  questionPages(router, deps);
  emailPages(router, deps);
  listPages(router, deps);
  archivePages(router, deps);
  deletionPages(router, deps);
  return router;
}

function listPages(router: Router, deps: Deps): void {
  router.get('/', async (req, res) => {
    const actor = actorOf(res);
    const query = parseQuery(eventQuery, req.query);
    const now = deps.now();
    const { events, counts, pager } = await listEvents(actor, query);
    const rows = events.map(({ event, slots, booked }) => ({
      name: event.name,
      place: event.place,
      slots,
      booked,
      href: pathOf(event),
      template: `/events/new?template=${event._id.toHexString()}`,
      when: daySpan(event.days, actor),
      bookingStatus: bookingStatus(event, now),
    }));
    const mayCreate = mayCreateEvents(actor);
    res.render('events/list', {
      title: 'Events',
      section: 'events',
      ...query,
      rows,
      counts,
      pager,
      mayCreate,
    });
  });
}

function settingsPages(router: Router, deps: Deps): void {
  const create = levelGuard('event administrator');

  router.get('/new', create, async (req, res) => {
    const { template } = parseQuery(templateSchema, req.query);
    const past = template && (await findTemplate(actorOf(res), template));
    if (template && !past) throw notFound();
    const values = past ? valuesFrom(past, deps.now()) : freshEvent(actorOf(res).timeZone);
    newPage(res, { values, errors: {} }, past);
  });

  router.post('/', create, async (req, res) => {
    const parsed = parseEvent(req.body, { now: deps.now(), locale: actorOf(res).locale });
    const asked = parseForm(templateSchema, req.body);
    const template = asked.ok ? asked.value.template : undefined;
    const past = template && (await findTemplate(actorOf(res), template));
    if (!parsed.ok || !asked.ok || (template && !past)) {
      const isGone = !asked.ok || (template && !past);
      const errors: Record<string, string> = {
        ...(isGone ? { _form: TEMPLATE_GONE } : {}),
        ...(parsed.ok ? {} : parsed.errors),
      };
      newPage(res.status(422), { values: typedValues(req.body), errors }, past);
      return;
    }
    const event = await createEvent(actorOf(res), parsed.value, deps.now(), past);
    say(req, {
      kind: 'ok',
      text: 'The event is created. The list below shows what it needs before booking opens.',
    });
    res.redirect(303, pathOf(event));
  });

  router.get('/:event/settings', eventGuard('event administrator'), (_req, res) => {
    settingsPage(res, { values: formOf(eventOf(res)), errors: {} });
  });

  router.post('/:event/settings', eventGuard('event administrator'), async (req, res) => {
    const event = eventOf(res);
    const context = { now: deps.now(), locale: event.locale, event, slotsByDay: await slotsByDay(event) };
    const parsed = parseEvent(req.body, context);
    if (!parsed.ok) {
      res.status(422);
      settingsPage(res, parsed);
      return;
    }
    const soonest = await findRound(event, parsed.value.booking);
    if (soonest) {
      const errors = { opensAt: explainRound(soonest, event) };
      settingsPage(res.status(422), { values: typedValues(req.body), errors });
      return;
    }
    const { form } = await saveSeen(
      { fields: eventFields(event), body: req.body, shown: formOf(event) },
      () => updateEvent(actorOf(res), event, parsed.value, deps.now()),
      async () => formOf(await reloadEvent(res)),
    );
    if (form) {
      settingsPage(res.status(422), form);
      return;
    }
    say(req, { kind: 'ok', text: 'The settings are saved.' });
    res.redirect(303, `${pathOf(event)}/settings`);
  });
}

/** Whether the settings' form was sent along with something in it that is not saved. */
function isTyped(req: Request, event: PlacedEvent): boolean {
  const sent = typedValues(req.body);
  return (
    sent.seen !== undefined &&
    changedMeanwhile(eventFields(event), { seen: sent.seen }, sent, formOf(event)) !== undefined
  );
}

const TEMPLATE_GONE =
  'The event that you started from is gone. Create this one without it, or select another template.';

function newPage(res: Response, form: Form, past?: Event): void {
  const template = past && { id: past._id.toHexString(), ...templateLists(past) };
  res.render('events/new', {
    ...{ title: 'New event', section: 'events', form, template },
    zones: zoneOptions(),
    ...EVENT_OPTIONS,
  });
}

function settingsPage(res: Response, form: Form): void {
  const event = eventOf(res);
  const zones = zoneOptions(event.timeZone);
  const seen = seenOf(eventFields(event), formOf(event));
  res.render('events/settings', {
    ...settingsFrame(event, 'event'),
    zones,
    ...EVENT_OPTIONS,
    form,
    seen,
    mayCreate: mayCreateEvents(actorOf(res)),
  });
}

function archivePages(router: Router, deps: Deps): void {
  const guard = eventGuard('event administrator', { archived: true });

  router.get('/:event/archive', guard, async (_req, res) => {
    const event = eventOf(res);
    const [counts, waiting] = await Promise.all([
      eventCounts(event, sightOf(res)),
      WaitlistEntry.countDocuments({ event: event._id, open: true }),
    ]);
    res.render('events/archive', { ...eventPage(event, 'settings'), counts, waiting });
  });

  router.post('/:event/archive', guard, async (req, res) => {
    const event = eventOf(res);
    await archiveEvent(deps, actorOf(res), event);
    say(req, { kind: 'ok', text: `${event.name} is archived.` });
    res.redirect(303, '/events');
  });

  router.post('/:event/return', guard, async (req, res) => {
    const event = eventOf(res);
    await bringBackEvent(actorOf(res), event, deps.now());
    const text = 'The event is back. Its booking and its nightly sync are still off.';
    const isLeft = isTyped(req, event);
    await endStep(req, res, {
      flash: { kind: 'ok', text: isLeft ? `${text} What you typed here isn’t saved yet.` : text },
      next: pathOf(event),
      showAgain: isLeft
        ? async () => {
            await reloadEvent(res);
            settingsPage(res, { values: typedValues(req.body), errors: {} });
          }
        : undefined,
    });
  });
}
