import express, { type Router } from 'express';
import { loadConference, parentGuard } from '../parents/load-conference.js';
import type { Deps } from '../deps.js';
import { formPages } from './serve-form.js';
import { planPages } from './serve-plan.js';

/** A family's plan of its visit: all meetings of all children at once. Behind the event's link and the login. */
export function planningRoutes(deps: Deps): Router {
  const router = express.Router({ mergeParams: true });
  router.use('/e/:link/plan', loadConference, parentGuard);
  router.use('/e/:link', formPages(deps), planPages(deps));
  return router;
}
