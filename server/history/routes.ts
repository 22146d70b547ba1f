import express, { type Request, type Response, type Router } from 'express';
import { recordAudit } from '../audit/record-audit.js';
import { ACTIONS } from '../audit/say-action.js';
import type { Deps } from '../deps.js';
import { pathOf, settingsFrame } from '../events/show-event.js';
import type { AuditEntry } from '../models/audit-entry.js';
import { actorOf } from '../web/actor.js';
import { SETUP_TABS } from '../web/event-tabs.js';
import { eventGuard, eventOf } from '../web/guards.js';
import { addressOf } from '../web/paging.js';
import { parseQuery } from '../web/parse.js';
import type { Place } from '../web/place.js';
import { streamCsv } from '../web/stream-csv.js';
import { eventChoices, everyEntry, filtersOf, findEntries, staffChoices } from './queries.js';
import { auditQuery, cursorText, type AuditQuery, type AuditScope } from './schema.js';
import { showEntries, type AuditRow } from './show-entries.js';

const PAGE_SIZE = 50;
const HOME = '/global-setup/audit';

/** Who did what in the whole account. Mounted behind the administrator's guard. */
export function auditRoutes(deps: Deps): Router {
  const router = express.Router();
  router.get('/', async (req, res) => {
    const actor = actorOf(res);
    await showAudit(req, res, {
      scope: actor,
      place: actor,
      home: HOME,
      view: 'history/account',
      frame: { title: 'Audit', section: 'global-setup', setupTabs: SETUP_TABS, tab: 'audit' },
      events: await eventChoices(actor.account),
    });
  });
  router.get('/audit.csv', async (req, res) => {
    await sendAudit(deps, req, res, { scope: actorOf(res), place: actorOf(res) });
  });
  return router;
}

/** Who did what in one event, for people who run it. Mounted at its settings. */
export function eventAuditRoutes(deps: Deps): Router {
  const router = express.Router({ mergeParams: true });
  const guard = eventGuard('event administrator', { archived: true });
  const scopeOf = (res: Response) => {
    const event = eventOf(res);
    return { scope: { account: event.account, event: event._id, timeZone: event.timeZone }, place: event };
  };
  router.get('/', guard, async (req, res) => {
    const event = eventOf(res);
    await showAudit(req, res, {
      ...scopeOf(res),
      home: `${pathOf(event)}/settings/audit`,
      view: 'history/event',
      frame: settingsFrame(event, 'audit'),
      events: [],
    });
  });
  router.get('/audit.csv', guard, async (req, res) => {
    await sendAudit(deps, req, res, scopeOf(res));
  });
  return router;
}

interface Asked {
  scope: AuditScope;
  place: Place;
}

interface Page extends Asked {
  home: string;
  view: string;
  frame: Record<string, unknown>;
  /** The events to choose from; none for one event's audit. */
  events: { value: string; label: string }[];
}

async function showAudit(
  req: Request,
  res: Response,
  { scope, place, home, view, frame, events }: Page,
): Promise<void> {
  const query = parseQuery(auditQuery, req.query);
  const found = await findEntries(await filtersOf(scope, query), PAGE_SIZE + 1, query.before);
  const shown = found.slice(0, PAGE_SIZE);
  const last = shown.at(-1);
  const kept = keptOf(query);
  res.render(view, {
    ...frame,
    auditHome: home,
    query: { ...query, event: query.event?.toHexString() ?? '' },
    rows: await showEntries(scope.account, shown, place),
    staff: await staffChoices(scope),
    events,
    actions: actionChoices(),
    hrefOf: (change: Record<string, string>) => addressOf(home, { ...kept, ...change }),
    newest: query.before ? addressOf(home, kept) : '',
    older: last && found.length > PAGE_SIZE ? addressOf(home, { ...kept, before: cursorOf(last) }) : '',
    csv: addressOf(`${home}/audit.csv`, kept),
    isFiltered: Object.values(kept).some((value) => value !== ''),
  });
}

function cursorOf({ at, _id }: AuditEntry): string {
  return cursorText({ at, id: _id });
}

/** The filters, which further pages and the file have too. */
function keptOf({ q, who, what, event, from, to }: AuditQuery): Record<string, string> {
  return { q, who, what, event: event?.toHexString() ?? '', from, to };
}

function actionChoices(): { value: string; label: string }[] {
  return Object.entries(ACTIONS)
    .map(([value, label]) => ({ value, label }))
    .sort((a, b) => a.label.localeCompare(b.label));
}

const COLUMNS = ['When', 'Who', 'From', 'Event', 'What', 'About', 'Details', 'Field', 'Before', 'After'];

async function sendAudit(deps: Deps, req: Request, res: Response, { scope, place }: Asked): Promise<void> {
  const filters = await filtersOf(scope, parseQuery(auditQuery, req.query));
  await recordAudit({
    account: scope.account,
    ...(scope.event ? { event: scope.event } : {}),
    user: actorOf(res).user,
    action: 'export audit',
    at: deps.now(),
  });
  const linesOf = async function* () {
    for await (const entries of everyEntry(filters)) {
      const rows = await showEntries(scope.account, entries, place);
      yield rows.flatMap(linesOfRow);
    }
  };
  await streamCsv(res, 'audit', COLUMNS, linesOf());
}

/** A line for each changed setting, so that a file can be sorted by it. */
function linesOfRow(row: AuditRow): string[][] {
  const { when, who, from, event, what, about, details, changes } = row;
  const common = [when, who, from, event, what, about.join(', '), details.join(', ')];
  if (changes.length === 0) return [[...common, '', '', '']];
  return changes.map(({ label, before, after, hidden }) => [
    ...common,
    label,
    ...(hidden ? ['hidden', 'hidden'] : [before, after]),
  ]);
}
