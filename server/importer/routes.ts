import express, { type Request, type RequestHandler, type Response, type Router } from 'express';
import type { Deps } from '../deps.js';
import { sourceOf } from '../models/account.js';
import type { Event } from '../models/event.js';
import { actorOf } from '../web/actor.js';
import { forbidden, notFound } from '../web/errors.js';
import { countOf, tookInWords } from '../web/format-count.js';
import { hourInWords, longDay, shortDayAndTime } from '../web/format-time.js';
import { levelGuard } from '../web/guards.js';
import { FRESH_FORM, parseForm, parseQuery, typedValues, type Form } from '../web/parse.js';
import { say, type Flash } from '../web/session.js';
import { saveKindsBeside } from '../clever/connection/save-kinds.js';
import { goOn, KINDS, show } from '../clever/connection/show-page.js';
import { withheldNotices } from '../runs/show/read-withheld.js';
import { refreshRoutes, runRoutes } from '../review/run/routes.js';
import { tookOf } from '../runs/show/measure-took.js';
import { STATE_WORDS, TRIGGER_WORDS } from '../runs/show/show-run.js';
import { stopSync } from '../sync/runs/stop-sync.js';
import { syncAll } from '../sync/runs/sync-all.js';
import { chooseImport, previewImport } from './choose-import.js';
import { mayImport, mayImportSchool } from './policy.js';
import { mayReadAll, mayRunAll } from '../web/actor.js';
import {
  accountOf,
  eventsAtWork,
  eventsInSync,
  importableEvents,
  matchedSchools,
  recentRuns,
} from './queries.js';
import { readTerms } from './read-terms.js';
import { importerQuery, importSchema, type ImporterQuery } from './schema.js';
import { sayResult } from '../runs/log/say-result.js';

const HOME = '/importer';
const OTHER_EVENT =
  'You changed the event. Nothing is imported yet: check its schools and terms below, then start.';

/** The Importer: event, schools, terms, start; its runs; stopping the sync of all events. */
export function importerRoutes(deps: Deps): Router {
  const router = express.Router();
  router.use((_req, res, next) => {
    if (!mayImport(actorOf(res))) throw forbidden();
    next();
  });

  router.get('/', async (req, res) => {
    const query = parseQuery(importerQuery, req.query);
    res.render('importer/importer', await importerPage(deps, res, query, FRESH_FORM));
  });

  // The same page with other schools or another event, and with what else is selected on it.
  router.post('/choice', async (req, res) => {
    const parsed = parseForm(importerQuery, req.body);
    const query = parseQuery(importerQuery, req.body);
    const form = { values: sentBoxes(req), errors: parsed.ok ? {} : parsed.errors };
    const page = await importerPage(deps, res, query, form);
    res.status(parsed.ok ? 200 : 422).render('importer/importer', page);
  });
  router.post('/runs', startImport(deps, chooseImport));
  router.post('/previews', startImport(deps, previewImport));
  router.use('/runs', runRoutes(deps));
  router.use('/refreshes', levelGuard('administrator'), refreshRoutes(deps));
  stopAllPages(router, deps);
  syncAllPage(router, deps);
  return router;
}

/** Starts what the form of the Importer asks for: the import, or a preview of it. */
function startImport(deps: Deps, start: typeof chooseImport): RequestHandler {
  return async (req, res) => {
    const parsed = parseForm(importSchema, req.body);
    const query = parseQuery(importerQuery, req.body);
    const refuse = async (errors: Form['errors'], of: Partial<ImporterQuery> = query) => {
      const page = await importerPage(deps, res, of, { values: sentBoxes(req), errors });
      res.status(422).render('importer/importer', page);
    };
    if (!parsed.ok) return refuse(parsed.errors);
    const actor = actorOf(res);
    const { event: id, schools } = parsed.value;
    const event = (await importableEvents(actor)).find((other) => other._id.equals(id));
    if (!event) throw notFound();
    if (parsed.value.shown && !parsed.value.shown.equals(id)) return refuse({ event: OTHER_EVENT });
    const account = await accountOf(actor);
    const matched = await matchedSchools(account);
    if (!schools.every((school) => mayImportSchool(actor, event, school, matched.length)))
      return refuse(
        { schools: 'Select schools that are already in this event, or ask an administrator to add one.' },
        { event: id },
      );
    const chosen = await start(deps, account, event, parsed.value, actor.user);
    if (!chosen.ok) return refuse({ [chosen.field]: chosen.message }, { event: id, schools });
    if (chosen.waits) say(req, { kind: 'notice', text: 'An import is already waiting. Here it is.' });
    res.redirect(303, `${HOME}/runs/${chosen.run.toHexString()}`);
  };
}

/** The checkboxes of the form; one that is not selected sends nothing and stays unselected, whatever the event takes now. */
function sentBoxes(req: Request): Form['values'] {
  return { schools: [], terms: [], nightly: '', ...typedValues(req.body) };
}

function stopAllPages(router: Router, deps: Deps): void {
  const guard = levelGuard('administrator');

  router.get('/stop', guard, async (_req, res) => {
    const { account } = actorOf(res);
    const [events, atWork] = await Promise.all([eventsInSync(account), eventsAtWork(account)]);
    res.render('importer/stop-all', {
      title: 'Stop Sync For All Events',
      section: 'importer',
      events,
      atWork: atWork.length,
      countOf,
    });
  });

  router.post('/stop', guard, async (req, res) => {
    const { account, user } = actorOf(res);
    const events = [...(await eventsInSync(account)).map(({ _id }) => _id), ...(await eventsAtWork(account))];
    const stopped = await stopSync(deps, { account, events, by: user });
    const runs =
      stopped.runs > 0 ? ` ${countOf(stopped.runs, 'run stops', 'runs stop')} at the next safe point.` : '';
    const text =
      stopped.events + stopped.runs === 0
        ? 'No event had its nightly sync on.'
        : `The nightly sync is off for ${countOf(stopped.events, 'event', 'events')}.${runs}`;
    say(req, { kind: 'ok', text });
    res.redirect(303, HOME);
  });
}

/** Sync now for all events whose sync is on, from the page that connects Clever. The kinds selected there are saved first. */
function syncAllPage(router: Router, deps: Deps): void {
  router.post('/sync', levelGuard('administrator'), async (req, res) => {
    const fault = await saveKindsBeside(deps, req, res);
    if (fault) return show(deps, req, res, fault);
    const queued = await syncAll(deps, await accountOf(actorOf(res)), actorOf(res).user);
    await goOn(deps, req, res, sayQueued(queued), { done: KINDS });
  });
}

function sayQueued(queued: Awaited<ReturnType<typeof syncAll>>): Flash {
  if (queued.length === 0)
    return {
      kind: 'notice',
      text: 'No event has its nightly sync on, so there’s nothing to sync.',
      links: [{ href: HOME, label: 'Import classes into an event' }],
    };
  return {
    kind: 'ok',
    text: `The sync of ${countOf(queued.length, 'event', 'events')} has been queued.`,
    links: queued
      .slice(0, MOST_LINKS)
      .map(({ name, run }) => ({ href: `${HOME}/runs/${run.toHexString()}`, label: name })),
  };
}

const MOST_LINKS = 20;

async function importerPage(deps: Deps, res: Response, query: Partial<ImporterQuery>, form: Form) {
  const actor = actorOf(res);
  const account = await accountOf(actor);
  const [events, matched] = await Promise.all([importableEvents(actor), matchedSchools(account)]);
  const event = events.find(({ _id }) => query.event?.equals(_id));
  const schools = matched.filter(({ _id }) => event && mayImportSchool(actor, event, _id, matched.length));
  // An event that was imported before shows its present schools.
  const wanted = query.schools?.length ? query.schools : (event?.sync?.schools ?? []);
  const picked = schools.filter(({ _id }) => wanted.some((id) => id.equals(_id)));
  const source = sourceOf(account);
  const enabled = source !== undefined;
  const terms =
    enabled && event && picked.length > 0
      ? await readTerms(
          deps,
          account,
          picked.map(({ _id }) => _id),
        )
      : undefined;
  const withheld = await withheldNotices(actor, deps.now());
  const runs = await recentRuns(events.map(({ _id }) => _id));
  return {
    title: 'Importer',
    withheld,
    section: 'importer',
    clever: account.clever,
    enabled,
    source,
    mayConnect: mayRunAll(actor),
    mayAddSchools: mayReadAll(actor),
    anyInSync: events.some(({ sync }) => sync?.on),
    events,
    event,
    schools,
    othersSchools: matched.length > 0,
    picked,
    terms,
    form,
    chosen: chosenBefore(event),
    hour: hourInWords(event?.sync?.hour ?? 1, actor),
    longDay: (day: string) => longDay(day, actor),
    runs: runs.map((run) => ({
      href: `${HOME}/runs/${run._id.toHexString()}`,
      event: events.find(({ _id }) => _id.equals(run.event))?.name ?? '',
      what: TRIGGER_WORDS[run.trigger],
      when: shortDayAndTime(run.createdAt, actor),
      state: STATE_WORDS[run.state],
      took: tookInWords(tookOf(run)),
      result: sayResult(run, actor),
    })),
  };
}

/** The schools and terms of an event that was imported before, as checkboxes. */
function chosenBefore(event: Pick<Event, 'sync'> | undefined) {
  const sync = event?.sync;
  return {
    schools: sync?.schools.map((id) => id.toHexString()) ?? [],
    terms: [...(sync?.terms.map(({ id }) => id) ?? []), ...(sync?.noTerm ? ['none'] : [])],
    nightly: sync?.on ?? true,
  };
}
