import express, { type Router } from 'express';
import type { Deps } from '../deps.js';
import { loadConference, parentGuard } from '../parents/load-conference.js';
import { entryPages } from './serve-entry.js';
import { linePages } from './serve-line.js';
import { staffPages } from './serve-staff.js';

/** A family's waitlist: behind the event's link, for who is logged in. */
export function waitlistRoutes(deps: Deps): Router {
  const router = express.Router({ mergeParams: true });
  router.use('/e/:link/waitlist', loadConference, parentGuard);
  router.use('/e/:link', linePages(deps), entryPages(deps));
  return router;
}

/** An event's waitlists, for who runs it. Behind the event's guard. */
export function lineRoutes(deps: Deps): Router {
  const router = express.Router({ mergeParams: true });
  router.use(staffPages(deps));
  return router;
}
