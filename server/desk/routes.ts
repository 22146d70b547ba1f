import express, { type Router } from 'express';
import type { Deps } from '../deps.js';
import { eventGuard } from '../web/guards.js';
import { appointmentPages } from './serve-appointments.js';
import { movePages } from './serve-move.js';
import { moveManyPages } from './serve-moves.js';
import { schedulePages } from './serve-schedule.js';
import { searchPages } from './serve-search.js';

/** The front desk: books, moves and cancels for a caller. A teacher does so only for their own appointments. */
export function deskRoutes(deps: Deps): Router {
  const router = express.Router();
  router.use('/:event/desk', eventGuard('appointment maker'));
  router.use(
    searchPages(deps),
    appointmentPages(deps),
    movePages(deps),
    moveManyPages(deps),
    schedulePages(deps),
  );
  return router;
}
