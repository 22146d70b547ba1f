import express, { type Request, type Response, type Router } from 'express';
import { recordAudit } from '../audit/record-audit.js';
import type { Deps } from '../deps.js';
import { atLeast } from '../models/user.js';
import { actorOf, levelIn } from '../web/actor.js';
import { forbidden, notFound } from '../web/errors.js';
import { daysInWords } from '../web/format-time.js';
import { eventGuard, eventOf, staffGuard } from '../web/guards.js';
import { addressOf } from '../web/paging.js';
import { parseQuery } from '../web/parse.js';
import { sightOf } from '../web/sight.js';
import { streamCsv } from '../web/stream-csv.js';
import { columnsOf, linesOf, sendXlsx } from './export-report.js';
import { REPORTS } from './list-reports.js';
import type { Report, ReportEvent } from './make-report.js';
import { printReport } from './print-report.js';
import { eventsToReport } from './queries.js';
import { pageSchema, reportQuery } from './schema.js';
import { asked, listLinks, pathOf, reportFrame, showReport } from './show-report.js';

/** Reports of one event, on screen, on paper and as files, for everybody who may see its appointments. */
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

  router.get('/:event', viewer, (_req, res) => {
    const event = seenIn(res);
    res.render('reports/event', { ...reportFrame(event, 'Reports'), links: listLinks(event, event.level) });
  });

  router.get('/:event/:report.csv', viewer, async (req, res) => {
    const { report, event, query } = askedOf(req, res);
    await noteExport(deps, res, report, 'csv');
    await streamCsv(res, fileOf(report, event), columnsOf(report, event), linesOf(report, event, query));
  });

  router.get('/:event/:report.xlsx', viewer, async (req, res) => {
    const { report, event, query } = askedOf(req, res);
    await noteExport(deps, res, report, 'xlsx');
    await sendXlsx(res, fileOf(report, event), report, event, query);
  });

  router.get('/:event/:report', viewer, async (req, res) => {
    const { report, event, query } = askedOf(req, res);
    res.render('reports/report', await showReport(report, event, query));
  });

  router.get('/:event/:report/print', viewer, async (req, res) => {
    const { report, event, query } = askedOf(req, res);
    await noteExport(deps, res, report, 'print');
    const back = addressOf(`${pathOf(event)}/${report.name}`, asked(query));
    await printReport(res, report, event, query, back);
  });
  return router;
}

/**
 * The requested report.
 * @throws 404 if there is none, 403 if the actor may not read it
 */
function askedOf(req: Request, res: Response) {
  const report = REPORTS.find(({ name }) => name === req.params.report);
  if (!report) throw notFound();
  const event = seenIn(res);
  if (!atLeast(event.level, report.least)) throw forbidden();
  return { report, event, query: parseQuery(reportQuery, req.query) };
}

/** The event with the part of it that the actor sees. */
function seenIn(res: Response): ReportEvent {
  const event = eventOf(res);
  return Object.assign({ sight: sightOf(res), level: levelIn(actorOf(res), event._id) }, event);
}

/** The name of a file, without its extension. */
function fileOf({ name }: Report, { days }: ReportEvent): string {
  return `${name}-${days[0] ?? ''}`;
}

async function noteExport(deps: Deps, res: Response, report: Report, format: string): Promise<void> {
  const event = eventOf(res);
  await recordAudit({
    account: event.account,
    event: event._id,
    user: actorOf(res).user,
    action: 'export report',
    detail: { report: report.name, format },
    at: deps.now(),
  });
}
