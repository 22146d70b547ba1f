import express, { type Router } from 'express';
import type { PassportStatic } from 'passport';
import type { Deps } from '../deps.js';
import { linkRoutes } from './links/routes.js';
import { loginRoutes } from './login/routes.js';
import type { ClearHouseholds } from './choose-password.js';
import { setUpRoutes } from './set-up/routes.js';

/** Logging in and out, the first set-up, and links that arrive by mail. Open to everybody. */
export function accountRoutes(deps: Deps, passport: PassportStatic, clear: ClearHouseholds): Router {
  const router = express.Router();
  router.use(setUpRoutes(deps), loginRoutes(deps, passport), linkRoutes(deps, clear));
  return router;
}
