import express, { type Response, type Router } from 'express';
import { recordAudit } from '../audit/record-audit.js';
import type { Deps } from '../deps.js';
import type { Event } from '../models/event.js';
import { actorOf } from '../web/actor.js';
import { daysInWords, shortDay, timeSpan } from '../web/format-time.js';
import { eventGuard, eventOf, staffGuard } from '../web/guards.js';
import { addressOf, pagerOf } from '../web/paging.js';
import type { PlacedEvent } from '../web/place.js';
import { parseQuery } from '../web/parse.js';
import { sightOf, type Sight } from '../web/sight.js';
import { exportReport } from './export-report.js';
import { countStates, listAppointments } from './list-appointments.js';
import { listSchedule } from './list-schedule.js';
import { CLASSES_A_PAGE, findUnbooked, listUnbooked } from './list-unbooked.js';
import { eventsToReport } from './queries.js';
import {
  APPOINTMENTS_A_PAGE,
  appointmentsSchema,
  pageSchema,
  scheduleSchema,
  TEACHERS_A_PAGE,
} from './schema.js';

/** Reports of one event, on screen, to print and as CSV. For whoever may look at its appointments. */
export function reportRoutes(deps: Deps): Router {
  const router = express.Router();
  const viewer = eventGuard('appointment viewer');

  router.get('/', staffGuard, async (req, res) => {
    const { page } = parseQuery(pageSchema, req.query);
    const actor = actorOf(res);
    const { events, pager } = await eventsToReport(actor, page);
    const rows = events.map((event) => ({
      name: event.name,
      href: pathOf(event),
      when: daysInWords(event.days, actor),
      archived: event.status === 'archived',
    }));
    res.render('reports/events', { title: 'Reports', section: 'reports', rows, pager });
  });

  router.get('/:event', viewer, async (_req, res) => {
    const event = seenIn(res);
    const [counts, { students, without }] = await Promise.all([countStates(event), findUnbooked(event)]);
    res.render('reports/event', {
      ...reportPage(event, `Reports: ${event.name}`),
      counts,
      students,
      without,
    });
  });

  router.get('/:event/schedule', viewer, async (req, res) => {
    const event = seenIn(res);
    const view = parseQuery(scheduleSchema, req.query);
    const { teachers, total, page } = await listSchedule(event, view);
    const hrefOf = (change: Partial<typeof view>) =>
      addressOf(`${pathOf(event)}/schedule`, { ...view, page: 1, ...change });
    res.render('reports/schedule', {
      ...reportPage(event, 'Schedule by teacher'),
      q: view.q,
      teachers,
      pager: {
        ...pagerOf(total, page, view.size, ['teacher', 'teachers'], (to) => hrefOf({ page: to })),
        sizes: TEACHERS_A_PAGE.map((size) => ({
          label: String(size),
          href: hrefOf({ size }),
          current: size === view.size,
        })),
      },
    });
  });

  router.get('/:event/families', viewer, async (req, res) => {
    const event = seenIn(res);
    const found = await listUnbooked(event, parseQuery(pageSchema, req.query).page);
    res.render('reports/families', {
      ...reportPage(event, 'Families without an appointment'),
      ...found,
      pager: pagerOf(
        found.total,
        found.page,
        CLASSES_A_PAGE,
        ['class', 'classes'],
        (to) => `${pathOf(event)}/families?page=${to}`,
      ),
    });
  });

  router.get('/:event/appointments', viewer, async (req, res) => {
    const event = seenIn(res);
    const view = parseQuery(appointmentsSchema, req.query);
    const list = await listAppointments(
      event,
      { state: view.state, q: '' },
      { page: view.page, size: APPOINTMENTS_A_PAGE },
    );
    const hrefOf = (change: Partial<typeof view>) =>
      addressOf(`${pathOf(event)}/appointments`, { ...view, page: 1, ...change });
    res.render('reports/appointments', {
      ...reportPage(event, 'Appointments'),
      ...list,
      state: view.state,
      hrefOf,
      pager: pagerOf(list.total, list.page, APPOINTMENTS_A_PAGE, ['appointment', 'appointments'], (to) =>
        hrefOf({ page: to }),
      ),
    });
  });

  router.get('/:event/:report.csv', viewer, async (req, res) => {
    const event = seenIn(res);
    const { report } = req.params;
    const actor = actorOf(res);
    const send = exportReport(res, event, String(report), parseQuery(appointmentsSchema, req.query).state);
    await recordAudit({
      account: event.account,
      event: event._id,
      user: actor.user,
      action: 'export report',
      detail: { report },
      at: deps.now(),
    });
    await send();
  });
  return router;
}

/** The event with what of it the actor sees. */
function seenIn(res: Response): PlacedEvent & { sight: Sight } {
  return Object.assign({ sight: sightOf(res) }, eventOf(res));
}

const pathOf = (event: Pick<Event, '_id'>): string => `/reports/${event._id.toHexString()}`;

function reportPage(event: PlacedEvent, title: string): Record<string, unknown> {
  return {
    title,
    section: 'reports',
    path: pathOf(event),
    about: `${event.name} · ${daysInWords(event.days, event)}`,
    dayOf: (day: string) => shortDay(day, event),
    spanOf: (from: Date, to: Date) => timeSpan(from, to, event),
  };
}
