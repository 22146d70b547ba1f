import type { Response, Router } from 'express';
import type { Deps } from '../deps.js';
import { actorOf } from '../web/actor.js';
import { HttpError, notFound } from '../web/errors.js';
import { countOf } from '../web/format-count.js';
import { FRESH_FORM, type Form } from '../web/parse.js';
import { say } from '../web/session.js';
import { blockLogin, unblockLogin } from './block-login.js';
import { nameBeside } from './name-beside.js';
import type { Adult } from './queries.js';
import { readOutcome, readTelling, shownOf } from './read-outcome.js';
import { adultOf, meetingInWords, page, pathOf } from './show-frame.js';

/** Blocking an adult's login, and unblocking it. */
export function blockPages(router: Router, deps: Deps): void {
  router.get('/:user/block', async (_req, res) => {
    await askBlock(res, adultOf(res));
  });

  router.post('/:user/block', async (req, res) => {
    const adult = adultOf(res);
    const asked = readOutcome(req, adult, adult.coming);
    if (!asked.ok) {
      await askBlock(res, adult, asked.form);
      return;
    }
    const blocked = await blockLogin(deps, actorOf(res), adult, asked);
    if (!blocked.ok) throw worksHere();
    const canceled =
      blocked.canceled > 0 ? ` ${countOf(blocked.canceled, 'appointment', 'appointments')} canceled.` : '';
    say(req, { kind: 'ok', text: `${adult.user.name} can no longer log in.${canceled}` });
    res.redirect(303, pathOf(res, adult));
  });

  router.get('/:user/unblock', (_req, res) => {
    const adult = adultOf(res);
    if (!adult.blockedAt) throw notFound();
    askUnblock(res, adult);
  });

  router.post('/:user/unblock', async (req, res) => {
    const adult = adultOf(res);
    const asked = readTelling(req);
    if (!asked.ok) {
      askUnblock(res.status(422), adult, asked.form);
      return;
    }
    const done = await unblockLogin(deps, actorOf(res), adult, asked);
    say(
      req,
      done
        ? { kind: 'ok', text: `${adult.user.name} can log in again.` }
        : { kind: 'notice', text: 'This login isn’t blocked.' },
    );
    res.redirect(303, pathOf(res, adult));
  });
}

async function askBlock(res: Response, adult: Adult, form?: Form): Promise<void> {
  if (adult.isStaff) throw worksHere();
  if (adult.blockedAt) throw notFound();
  res.status(form ? 422 : 200).render('families/block', {
    ...page(res, adult, `Block ${adult.user.name}’s login?`),
    adult,
    meetings: adult.coming.map(meetingInWords),
    shown: shownOf(adult, adult.coming),
    ...(await nameBeside(res, adult)),
    ...(form ? { form } : {}),
  });
}

function askUnblock(res: Response, adult: Adult, form: Form = FRESH_FORM): void {
  res.render('families/unblock', { ...page(res, adult, `Unblock ${adult.user.name}’s login?`), adult, form });
}

function worksHere(): HttpError {
  return new HttpError(
    409,
    'This person works at your school',
    'First remove their access level under Staff accounts. Then block the login.',
  );
}
