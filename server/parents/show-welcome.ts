import { randomBytes } from 'node:crypto';
import type { Response } from 'express';
import type { Deps } from '../deps.js';
import { FRESH_FORM, statusOf, type Form } from '../web/parse.js';
import { conferenceOf } from './load-conference.js';
import { monthOptions } from './show-children.js';
import { aboutEvent } from './show-family.js';

/** Shows the event's first page to somebody who is not logged in: what it is, and a form to get in. */
export function showWelcome(deps: Deps, res: Response, form: Form = FRESH_FORM): void {
  if (res.statusCode === 200) res.status(statusOf(form));
  // Keeps what is typed about a child out of the browser's cache, where the next user of the computer could go back to it.
  res.set('Cache-Control', 'no-store');
  res.render('booking/event', {
    ...aboutEvent(deps, res),
    isLoggedIn: Boolean(res.req.user),
    months: monthOptions(conferenceOf(res).event),
    key: randomBytes(12).toString('hex'),
    form,
  });
}
