import express, { type Response, type Router } from 'express';
import Joi from 'joi';
import type { Deps } from '../../deps.js';
import { Account } from '../../models/account.js';
import type { SyncRun } from '../../models/sync-run.js';
import { actorOf } from '../../web/actor.js';
import { countOf } from '../../web/format-count.js';
import { dayAndTimeSoon, daysInWords, zoneName } from '../../web/format-time.js';
import { eventOf } from '../../web/guards.js';
import { pagerOf, sliceOf } from '../../web/paging.js';
import { parseForm, parseQuery } from '../../web/parse.js';
import { say } from '../../web/session.js';
import { findNextNight } from '../find-due-night.js';
import { hourInWords, sayRun, shortMoment, STATE_WORDS, TRIGGER_WORDS } from '../runs/show-run.js';
import { setHour } from '../set-hour.js';
import { startSync } from '../start-sync.js';
import { resumeSync, stopSync } from '../stop-sync.js';
import { choiceInWords, countRuns, eventRuns, livingRun } from './queries.js';

const PAGE_SIZE = 25;

const pageQuery = Joi.object<{ page: number }, true>({
  page: Joi.number().integer().min(1).max(10_000).default(1),
});
const hourSchema = Joi.object<{ hour: number }, true>({
  hour: Joi.number().integer().min(0).max(23).required().label('an hour'),
});

/** The Sync tab of an event. Behind its guard for event administrators. */
export function eventSyncRoutes(deps: Deps): Router {
  const router = express.Router();

  router.get('/', async (req, res) => {
    const { page } = parseQuery(pageQuery, req.query);
    res.render('roster/event-sync', await syncPage(deps, res, page));
  });

  router.post('/runs', async (req, res) => {
    const { account: id, user } = actorOf(res);
    const event = eventOf(res);
    const account = await Account.findById(id).orFail().lean();
    const started = await startSync(deps, { account, event, trigger: 'sync now', by: user });
    if (started.ok) {
      if (started.waits) say(req, { kind: 'notice', text: 'A sync waits already; this is it.' });
      res.redirect(303, `/importer/runs/${started.run.toHexString()}`);
      return;
    }
    const text =
      started.reason === 'not connected'
        ? 'Clever is not enabled for this account, so nothing can be synced.'
        : 'Import this event first; then it can be synced.';
    say(req, { kind: 'danger', text });
    res.redirect(303, homeOf(res));
  });

  router.get('/stop', async (_req, res) => {
    const event = eventOf(res);
    res.render('roster/stop-event', {
      title: 'Stop Sync For the Selected Event',
      section: 'events',
      home: homeOf(res),
      atWork: (await livingRun(event._id)) !== null,
    });
  });

  router.post('/stop', async (req, res) => {
    const { account, user } = actorOf(res);
    const stopped = await stopSync(deps, { account, events: [eventOf(res)._id], by: user });
    say(req, { kind: 'ok', text: sayStopped(stopped) });
    res.redirect(303, homeOf(res));
  });

  router.post('/start', async (req, res) => {
    const { account, user } = actorOf(res);
    const resumed = await resumeSync(deps, { account, event: eventOf(res)._id, by: user });
    say(
      req,
      resumed.ok
        ? { kind: 'ok', text: 'The nightly sync is on again. The next run is the coming night’s.' }
        : { kind: 'notice', text: 'The nightly sync was on already, or the event was never imported.' },
    );
    res.redirect(303, homeOf(res));
  });

  router.post('/hour', async (req, res) => {
    const { account, user } = actorOf(res);
    const parsed = parseForm(hourSchema, req.body);
    if (!parsed.ok) {
      res.status(422).render('roster/event-sync', { ...(await syncPage(deps, res, 1)), form: parsed });
      return;
    }
    await setHour(deps, { account, event: eventOf(res)._id, by: user, hour: parsed.value.hour });
    say(req, { kind: 'ok', text: 'The hour of the nightly sync is saved.' });
    res.redirect(303, homeOf(res));
  });

  return router;
}

function homeOf(res: Response): string {
  return `/events/${eventOf(res)._id.toHexString()}/sync`;
}

function sayStopped({ events, runs }: { events: number; runs: number }): string {
  if (events + runs === 0) return 'The sync of this event was off already.';
  const parts = [
    ...(events > 0 ? ['The nightly sync of this event is off.'] : []),
    ...(runs > 0 ? [`${countOf(runs, 'run stops', 'runs stop')} at the next safe point.`] : []),
  ];
  return parts.join(' ');
}

async function syncPage(deps: Deps, res: Response, page: number) {
  const event = eventOf(res);
  const { timeZone } = actorOf(res);
  const now = deps.now();
  const total = await countRuns(event._id);
  const runs = await eventRuns(event._id, sliceOf(total, page, PAGE_SIZE).skip, PAGE_SIZE);
  const [last] = page === 1 ? runs : await eventRuns(event._id, 0, 1);
  const living = await livingRun(event._id);
  const sync = event.sync;
  return {
    title: event.name,
    section: 'events',
    tab: 'sync',
    when: daysInWords(event.days),
    home: homeOf(res),
    sync,
    choice: await choiceInWords(event),
    sentence: last ? sayRun(last, timeZone, now) : '',
    living: living ? `/importer/runs/${living._id.toHexString()}` : '',
    next: sync?.on ? dayAndTimeSoon(findNextNight(sync.hour, timeZone, now), timeZone, now) : '',
    zone: zoneName(timeZone),
    hours: Array.from({ length: 24 }, (_, hour) => ({ value: hour, label: hourInWords(hour) })),
    rows: runs.map((run) => rowOf(run, timeZone)),
    pager: pagerOf(total, page, PAGE_SIZE, 'runs', (to) => `${homeOf(res)}?page=${String(to)}`),
  };
}

function rowOf(run: SyncRun, zone: string) {
  return {
    href: `/importer/runs/${run._id.toHexString()}`,
    when: shortMoment(run.startedAt ?? run.createdAt, zone),
    what: TRIGGER_WORDS[run.trigger],
    state: STATE_WORDS[run.state],
    result: run.result,
    warnings: run.warnings.length,
  };
}
