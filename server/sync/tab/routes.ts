import express, { type RequestHandler, type Response, type Router } from 'express';
import type { Deps } from '../../deps.js';
import { Account } from '../../models/account.js';
import { Event } from '../../models/event.js';
import { actorOf } from '../../web/actor.js';
import { notFound } from '../../web/errors.js';
import { countOf } from '../../web/format-count.js';
import { eventOf } from '../../web/guards.js';
import { parseForm, parseQuery, type Form } from '../../web/parse.js';
import { saveSeen } from '../../web/save-seen.js';
import { say } from '../../web/session.js';
import { pathOfRun } from '../../runs/show/queries.js';
import { setHour } from '../nights/set-hour.js';
import { startSync, type StartSync } from '../runs/start-sync.js';
import { resumeSync, stopSync } from '../runs/stop-sync.js';
import { livingRun } from './queries.js';
import { hourFields, hourSchema, pageQuery } from './schema.js';
import { homeOf, syncPage } from './show-page.js';

/** The Sync tab of an event. Mounted behind the guard for event administrators. */
export function eventSyncRoutes(deps: Deps): Router {
  const router = express.Router();

  router.get('/', async (req, res) => {
    const { page } = parseQuery(pageQuery, req.query);
    res.render('sync/event-sync', await syncPage(deps, res, page));
  });

  router.post('/runs', startRun(deps, { trigger: 'sync now' }));
  router.post('/previews', startRun(deps, { trigger: 'preview', purpose: 'preview' }));

  router.get('/stop', async (_req, res) => {
    const event = eventOf(res);
    res.render('sync/stop-event', {
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
        ? { kind: 'ok', text: 'The nightly sync is on again, starting with the coming night.' }
        : {
            kind: 'notice',
            text: 'The nightly sync was already on, or nothing has been imported into this event yet.',
          },
    );
    res.redirect(303, homeOf(res));
  });

  router.post('/hour', async (req, res) => {
    const { account, user } = actorOf(res);
    const parsed = parseForm(hourSchema, req.body);
    if (!parsed.ok) return showAgain(deps, res, parsed);
    const hour = eventOf(res).sync?.hour;
    if (hour === undefined) throw notFound();
    const event = eventOf(res)._id;
    const { form } = await saveSeen(
      { fields: hourFields(actorOf(res)), body: req.body, shown: { hour } },
      () => setHour(deps, { account, event, by: user, hour: parsed.value.hour, was: hour }),
      async () => ({ hour: (await Event.findById(event, { 'sync.hour': 1 }).lean())?.sync?.hour }),
    );
    if (form) return showAgain(deps, res, form);
    say(req, { kind: 'ok', text: 'The hour of the nightly sync is saved.' });
    res.redirect(303, homeOf(res));
  });

  return router;
}

async function showAgain(deps: Deps, res: Response, form: Form): Promise<void> {
  res.status(422).render('sync/event-sync', { ...(await syncPage(deps, res, 1)), form });
}

function startRun(deps: Deps, what: Pick<StartSync, 'trigger' | 'purpose'>): RequestHandler {
  return async (req, res) => {
    const { account: id, user } = actorOf(res);
    const event = eventOf(res);
    const account = await Account.findById(id).orFail().lean();
    const started = await startSync(deps, { account, event, by: user, ...what });
    if (started.ok) {
      const noun = what.purpose === 'preview' ? 'preview' : 'sync';
      if (started.waits) say(req, { kind: 'notice', text: `A ${noun} is already waiting. Here it is.` });
      res.redirect(303, pathOfRun(started.run));
      return;
    }
    const text =
      started.reason === 'not connected'
        ? 'Clever isn’t enabled for this account, so nothing can be synced.'
        : 'Import classes into this event first. Then you can sync it.';
    say(req, { kind: 'danger', text });
    res.redirect(303, homeOf(res));
  };
}

function sayStopped({ events, runs }: { events: number; runs: number }): string {
  if (events + runs === 0) return 'The nightly sync of this event was already off.';
  const parts = [
    ...(events > 0 ? ['The nightly sync of this event is off.'] : []),
    ...(runs > 0 ? [`${countOf(runs, 'run stops', 'runs stop')} at the next safe point.`] : []),
  ];
  return parts.join(' ');
}
