import express, { type Router } from 'express';
import type { Deps } from '../deps.js';
import { pathOf } from '../events/show-event.js';
import { actorOf } from '../web/actor.js';
import { eventGuard, eventOf } from '../web/guards.js';
import { parseForm } from '../web/parse.js';
import { refuseHere } from '../web/session.js';
import { checkStep } from './check-step.js';
import { stepSchema } from './schema.js';
import { forecastPages } from './serve-forecast.js';
import { openingPages } from './serve-opening.js';
import { showOverview } from './show-overview.js';

/** An event’s overview, its opening and closing, and the capacity forecast. Behind the staff guard, after pages like `/events/new`. */
export function overviewRoutes(deps: Deps): Router {
  const router = express.Router();

  router.get('/:event', eventGuard('appointment viewer'), (_req, res) => showOverview(deps, res));

  router.post('/:event/steps', eventGuard('event administrator'), async (req, res) => {
    const event = eventOf(res);
    const parsed = parseForm(stepSchema, req.body);
    if (!parsed.ok) {
      refuseHere(res, parsed);
      return showOverview(deps, res);
    }
    await checkStep(actorOf(res), event, parsed.value.step, parsed.value.done, deps.now());
    res.redirect(303, pathOf(event));
  });

  openingPages(router, deps);
  forecastPages(router, deps);
  return router;
}
