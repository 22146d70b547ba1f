import express, { type Router } from 'express';
import type { PassportStatic } from 'passport';
import type { Deps } from '../deps.js';
import { brandRoutes } from './brand/routes.js';
import { linkRoutes } from './links/routes.js';
import { ownRoutes } from './own/routes.js';
import { loginRoutes } from './login/routes.js';
import type { ClearHouseholds } from './choose-password.js';
import { setUpRoutes } from './set-up/routes.js';
import { speakToReader } from '../web/read-language.js';

/** Pages that parents visit too. Where an invitation is accepted is staff's, in English. */
const PARENTS_TOO = '/login /choose-school /forgot /password /prove /email /my/login'.split(' ');

/** Logging in and out, the first set-up, links that arrive by mail, and how schools look. Open to everybody. */
export function accountRoutes(deps: Deps, passport: PassportStatic, clear: ClearHouseholds): Router {
  const router = express.Router();
  router.use(brandRoutes());
  router.use(PARENTS_TOO, speakToReader);
  router.use(setUpRoutes(deps), loginRoutes(deps, passport), linkRoutes(deps, clear), ownRoutes(deps));
  return router;
}
