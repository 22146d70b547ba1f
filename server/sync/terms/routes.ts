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

/** Taking terms that the source put in the place of an event's terms. Mounted behind the guard for event administrators. */
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
      const errors = { term: 'Select at least one term to add.' };
      refuseHere(res, { values: typedValues(req.body), errors });
      res.render('sync/event-sync', await syncPage(deps, res, 1));
      return;
    }
    const taken = await takeTerms(deps, event, parsed.value.term, actorOf(res).user);
    if (!taken.ok) {
      refuse('These terms were already added, or they’ve changed since. Look at the list again.');
      return;
    }
    say(req, {
      kind: 'ok',
      text: `This event now includes ${andList(taken.names, event)}. A sync has started.`,
    });
    res.redirect(303, taken.run ? pathOfRun(taken.run) : tab);
  });

  return router;
}
