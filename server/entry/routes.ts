import express, { type Router } from 'express';
import type { ClearHouseholds } from '../accounts/choose-password.js';
import type { Deps } from '../deps.js';
import { loadConference } from '../parents/load-conference.js';
import { speakToReader } from '../web/read-language.js';
import { askingPages, loginAskingPages, showSchool } from './serve-asking.js';
import { entryPages } from './serve-entry.js';

/** Getting in by a link that is mailed: from an event's link, and beside the password. Open to everybody. */
export function entryRoutes(deps: Deps, clear: ClearHouseholds): Router {
  const router = express.Router();
  router.use('/e/:link/enter', loadConference, askingPages(deps), entryPages(deps, clear));
  router.use(['/login', '/forgot', '/choose-school'], showSchool);
  router.use('/login/link', speakToReader, loginAskingPages(deps), entryPages(deps, clear));
  return router;
}
