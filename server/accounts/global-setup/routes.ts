import express, { type Router } from 'express';
import type { Deps } from '../../deps.js';
import { addAccountPages } from './serve-account.js';
import { addAddressPages } from './serve-address.js';
import { addLoginPages } from './serve-logins.js';
import { addLogoPages } from './serve-logo.js';

/** Global Setup: the school account and the people who log in. Mounted behind the administrator's guard. */
export function accountSetupRoutes(deps: Deps): Router {
  const router = express.Router();
  addAccountPages(router, deps);
  addAddressPages(router, deps);
  addLogoPages(router, deps);
  addLoginPages(router, deps);
  return router;
}
