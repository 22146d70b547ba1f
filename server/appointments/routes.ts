import express, { type Response, type Router } from 'express';
import { Types } from 'mongoose';
import { recordAudit } from '../audit/record-audit.js';
import { cancelAppointment } from '../booking/cancel-appointment.js';
import type { Deps } from '../deps.js';
import { findFamilies } from '../desk/find-families.js';
import { sayTold, sayWhoHears } from '../desk/say-told.js';
import { deskPath } from '../desk/show-frame.js';
import { countLacking } from '../interpreters/queries.js';
import type { Event } from '../models/event.js';
import { atLeast } from '../models/user.js';
import { appointments } from '../reports/definitions/appointments.js';
import { columnsOf, linesOf } from '../reports/export-report.js';
import { listAppointments } from '../reports/list-appointments.js';
import { makeReport } from '../reports/make-report.js';
import type { ReportRow } from '../reports/match-names.js';
import { sayComing } from '../sync/tab/say-coming.js';
import { eventFrame } from '../web/event-tabs.js';
import { actorOf, levelIn } from '../web/actor.js';
import { notFound } from '../web/errors.js';
import { dayAndSpan, shortDay, shortDayAndTime } from '../web/format-time.js';
import { eventGuard, eventOf } from '../web/guards.js';
import type { PlacedEvent } from '../web/place.js';
import { addressOf, pagerOf } from '../web/paging.js';
import { parseId, parseQuery } from '../web/parse.js';
import { say } from '../web/session.js';
import { sightOf, type Sight } from '../web/sight.js';
import { streamCsv } from '../web/stream-csv.js';
import { attendanceRoutes } from './attendance/routes.js';
import { keepAppointment } from './keep-appointment.js';
import { findAppointment } from './queries.js';
import { appointmentsQuery, PAGE } from './schema.js';

/** The event's appointments, and those that need a person's attention. */
export function appointmentRoutes(deps: Deps): Router {
  const router = express.Router();
  router.use('/:event/appointments', eventGuard('appointment viewer'));
  router.use('/:event/problems', eventGuard('appointment maker'));
  listPages(router, deps);
  problemPages(router, deps);
  router.use(attendanceRoutes(deps));
  return router;
}

/** How many children are offered for booking above the list. */
const FAMILIES = 5;

/** The list's file is the one of the report. */
const FILE = makeReport(appointments);

function listPages(router: Router, deps: Deps): void {
  router.get('/:event/appointments', async (req, res) => {
    const event = eventOf(res);
    const query = parseQuery(appointmentsQuery, req.query);
    const mayRepair = atLeast(levelIn(actorOf(res), event._id), 'appointment maker');
    const { rows, counts } = await listAppointments(seenIn(res), query, { page: query.page, size: PAGE });
    // Whoever looks for a family here may find that nothing is booked. Of a name that many have, the front desk lists them.
    const isNarrow = counts.all <= PAGE;
    const found = mayRepair && query.q && isNarrow ? await findFamilies(seenIn(res), query.q) : undefined;
    const path = `/events/${event._id.toHexString()}/appointments`;
    const hrefOf = (change: Record<string, string | number>) =>
      addressOf(path, { q: query.q, state: query.state, day: query.day, ...change });
    res.render('appointments/list', {
      ...eventFrame(event, 'appointments', 'Appointments'),
      ...query,
      path,
      counts,
      hrefOf,
      rows: rows.map((row) => inWords(event, row)),
      mayRepair,
      families: (found?.children ?? []).slice(0, FAMILIES),
      desk: deskPath(event),
      deskSearch: mayRepair && query.q && !isNarrow ? addressOf(deskPath(event), { q: query.q }) : '',
      days: event.days.length > 1 ? ['', ...event.days] : [],
      dayLabel: (day: string) => (day ? shortDay(day, event) : 'All days'),
      csv: addressOf(`${path}.csv`, { q: query.q, state: query.state, day: query.day }),
      pager: pagerOf(counts[query.state], query.page, PAGE, ['appointment', 'appointments'], (to) =>
        hrefOf({ page: to }),
      ),
    });
  });

  router.get('/:event/appointments.csv', eventGuard('appointment viewer'), async (req, res) => {
    const event = eventOf(res);
    const query = parseQuery(appointmentsQuery, req.query);
    const actor = actorOf(res);
    await recordAudit({
      account: event.account,
      event: event._id,
      user: actor.user,
      action: 'download appointments',
      detail: { state: query.state },
      at: deps.now(),
    });
    const seen = Object.assign({ level: levelIn(actor, event._id) }, seenIn(res));
    const lines = linesOf(FILE, seen, { ...query, show: query.state });
    await streamCsv(res, `appointments-${event.days[0] ?? ''}`, columnsOf(FILE, seen), lines);
  });
}

function problemPages(router: Router, deps: Deps): void {
  const list = (event: Event) => `/events/${event._id.toHexString()}/problems`;

  router.get('/:event/problems', async (req, res) => {
    const event = eventOf(res);
    const query = { ...parseQuery(appointmentsQuery, req.query), state: 'problem' as const, day: '' };
    const { rows, counts } = await listAppointments(seenIn(res), query, { page: query.page, size: PAGE });
    res.render('appointments/problems', {
      ...eventFrame(event, 'problems', 'Problems'),
      ...query,
      path: list(event),
      desk: deskPath(event),
      coming: await sayComing(actorOf(res), event, deps.now()),
      lacking: await countLacking(event, deps.now()),
      rows: rows.map((row) => inWords(event, row)),
      pager: pagerOf(counts.problem, query.page, PAGE, ['problem', 'problems'], (to) =>
        addressOf(list(event), { q: query.q, page: to }),
      ),
    });
  });

  router.post('/:event/problems/:appointment/keeping', async (req, res) => {
    const event = eventOf(res);
    const id = parseId(req.params.appointment);
    if (!(await findAppointment(seenIn(res), id))) throw notFound();
    const kept = await keepAppointment(actorOf(res), event, id, deps.now());
    say(req, kept ? { kind: 'ok', text: 'The appointment is kept as it is.' } : DECIDED_ALREADY);
    res.redirect(303, list(event));
  });

  router.get('/:event/problems/:appointment/cancellation', async (req, res) => {
    const event = eventOf(res);
    const row = await findAppointment(seenIn(res), parseId(req.params.appointment));
    if (!row) throw notFound();
    res.render('appointments/cancel', {
      ...eventFrame(event, 'problems', 'Cancel appointment'),
      row: inWords(event, row),
      told: await sayWhoHears(deps, event, new Types.ObjectId(row.household)),
      path: list(event),
    });
  });

  router.post('/:event/problems/:appointment/cancellation', async (req, res) => {
    const event = eventOf(res);
    const id = parseId(req.params.appointment);
    const row = await findAppointment(seenIn(res), id);
    if (!row) throw notFound();
    const canceled = await cancelAppointment(deps, {
      appointment: { _id: id, account: event.account },
      by: 'school',
      actor: actorOf(res),
    });
    // An appointment that was moved meanwhile continues under another id.
    if (canceled.ok && canceled.before !== 'change') {
      const told = await sayTold(deps, event, new Types.ObjectId(row.household));
      say(req, { kind: 'ok', text: `The appointment is canceled and the time is free. ${told}` });
    } else say(req, DECIDED_ALREADY);
    res.redirect(303, list(event));
  });
}

/** The event with the part of it that the actor sees. */
function seenIn(res: Response): PlacedEvent & { sight: Sight } {
  return Object.assign({ sight: sightOf(res) }, eventOf(res));
}

const DECIDED_ALREADY = { kind: 'notice', text: 'Somebody has already decided this one.' } as const;

function inWords(event: PlacedEvent, row: ReportRow) {
  return {
    ...row,
    begins: shortDayAndTime(row.from, event),
    when: dayAndSpan(row.from, row.to, event),
    href: `/events/${event._id.toHexString()}/day-sheet/${row.slot}`,
  };
}
