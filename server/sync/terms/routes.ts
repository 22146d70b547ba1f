import express, { type Router } from 'express';
import type { Deps } from '../../deps.js';
import { actorOf } from '../../web/actor.js';
import { andList } from '../../web/format-count.js';
import { eventOf } from '../../web/guards.js';
import { parseForm, typedValues } from '../../web/parse.js';
import { refuseHere, say } from '../../web/session.js';
import { syncPage } from '../tab/show-page.js';
import { pathOfRun } from '../../runs/show/queries.js';
import { termSchema } from './schema.js';
import { takeTerms } from './take-terms.js';

/** Taking terms that the source put in the place of an event's. Behind its guard for event administrators. */
export function termRoutes(deps: Deps): Router {
  const router = express.Router();

  router.post('/', async (req, res) => {
    const event = eventOf(res);
    const tab = `/events/${event._id.toHexString()}/sync`;
    const refuse = (text: string) => {
      say(req, { kind: 'notice', text });
      res.redirect(303, tab);
    };
    const parsed = parseForm(termSchema, req.body);
    if (!parsed.ok) {
      const errors = { term: 'Select the terms that this event should take.' };
      refuseHere(res, { values: typedValues(req.body), errors });
      res.render('sync/event-sync', await syncPage(deps, res, 1));
      return;
    }
    const taken = await takeTerms(deps, event, parsed.value.term, actorOf(res).user);
    if (!taken.ok) {
      refuse('This was taken already, or the terms have changed since. Look again at what is there now.');
      return;
    }
    say(req, { kind: 'ok', text: `The event takes ${andList(taken.names, event)} now, and syncs.` });
    res.redirect(303, taken.run ? pathOfRun(taken.run) : tab);
  });

  return router;
}
