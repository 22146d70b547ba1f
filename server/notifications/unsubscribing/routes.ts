import express, { type Request, type Response, type Router } from 'express';
import type { Deps } from '../../deps.js';
import { Account } from '../../models/account.js';
import { HttpError } from '../../web/errors.js';
import { speakTo } from '../../web/read-language.js';
import { wordsOf } from '../../web/words.js';
import { findUnsubscribed } from './find-unsubscribed.js';
import { readLink } from './sign-link.js';
import { subscribe, unsubscribe } from './store-wish.js';

/**
 * The page behind the link in reminders and group emails, open to everybody who has the link. Looking at it changes nothing, because mail
 * scanners open links. It comes before the form token is checked: mail programs post here by themselves (RFC 8058), and the link is the
 * proof.
 */
export function unsubscribeRoutes(deps: Deps): Router {
  const router = express.Router();
  const path = '/unsubscribe/:secret';

  router.get(path, async (req, res) => {
    await show(deps, req, res);
  });

  router.post(path, async (req, res) => {
    await unsubscribe(readerOf(deps, req), deps.now());
    await show(deps, req, res);
  });

  router.post(`${path}/return`, async (req, res) => {
    await subscribe(readerOf(deps, req), deps.now());
    await show(deps, req, res, true);
  });
  return router;
}

async function show(deps: Deps, req: Request, res: Response, isBack = false): Promise<void> {
  const { account, email } = readerOf(deps, req);
  const school = await Account.findById(account, { name: 1, locale: 1, languages: 1 }).lean();
  if (!school) throw noLink();
  const t = wordsOf(await speakTo(res, school));
  const isUnsubscribed = (await findUnsubscribed(account, [email])).has(email);
  res.set('Cache-Control', 'no-store').render('notifications/unsubscribe', {
    title: t(
      isUnsubscribed ? 'subscription.stoppedTitle' : isBack ? 'subscription.backTitle' : 'mails.unsubscribe',
    ),
    school: school.name,
    email,
    isUnsubscribed,
    isBack,
    path: `/unsubscribe/${String(req.params.secret)}`,
  });
}

function readerOf({ config }: Deps, req: Request) {
  const reader = readLink(req.params.secret, config);
  if (!reader) throw noLink();
  return reader;
}

function noLink(): HttpError {
  return new HttpError(410, { key: 'subscription.noLink' }, { key: 'subscription.noLinkAdvice' });
}
