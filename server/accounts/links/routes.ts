import express, { type Request, type Response, type Router } from 'express';
import type { Deps } from '../../deps.js';
import { Account } from '../../models/account.js';
import { offeredGrants, type OneTimeLink } from '../../models/one-time-link.js';
import { User } from '../../models/user.js';
import { afterAnswer } from '../../web/after-answer.js';
import { HttpError } from '../../web/errors.js';
import { findReader, wordsFor } from '../../web/read-language.js';
import { parseForm, parseQuery, typedValues } from '../../web/parse.js';
import { rateLimit, refusedTry } from '../../web/rate-limit.js';
import { senderOf } from '../../web/sender.js';
import { say } from '../../web/session.js';
import { wordsOf } from '../../web/words.js';
import { acceptAccess } from '../confirm-access.js';
import { isShutOut } from '../load-actor.js';
import { findUserByEmail } from '../queries.js';
import { markDevice } from '../mark-device.js';
import { sayCleared } from '../say-cleared.js';
import { forgotSchema, nextQuery, passwordSchema } from '../schema.js';
import { levelInWords, levelMay } from '../show-level.js';
import { nameReaches } from '../show-reach.js';
import { findLink, sendLink, takeLink } from '../send-link.js';
import { choosePassword, mayBeStrangers, type ClearHouseholds, type Cleared } from '../choose-password.js';
import { sayFeedEnded } from '../end-feed.js';
import { provedEmail } from '../set-password.js';
import { afterLogin, signIn } from '../sign-in.js';

const HOUR = 3600;

/** Links that arrive by mail; open to everybody. Opening one only shows a page with a button, because mail scanners open links too. */
export function linkRoutes(deps: Deps, clear: ClearHouseholds): Router {
  const router = express.Router();
  const ofLogin = rateLimit('forgot-name', 3, HOUR);
  const ofAddress = rateLimit('forgot-address', 1000, HOUR);

  router.get('/forgot', (req, res) => {
    res.render('accounts/forgot', {
      title: wordsFor(res)('logins.chooseNewPassword'),
      sent: false,
      form: { values: parseQuery(nextQuery, req.query), errors: {} },
    });
  });

  router.post('/forgot', async (req, res) => {
    const t = wordsFor(res);
    const title = t('logins.chooseNewPassword');
    const parsed = parseForm(forgotSchema, req.body, t);
    if (!parsed.ok) {
      res.status(422).render('accounts/forgot', { title, sent: false, form: parsed });
      return;
    }
    const tooMany = await refusedTry(res, async () => {
      await ofAddress.take(senderOf(req));
      await ofLogin.take(parsed.value.email);
    });
    if (tooMany) {
      const form = { values: typedValues(req.body), errors: { email: tooMany } };
      res.render('accounts/forgot', { title, sent: false, form });
      return;
    }
    // Sending an email takes time, and an answer after it would show whether there is such a login.
    afterAnswer(deps, res, async () => {
      const user = await findUserByEmail(parsed.value.email);
      if (user && !isShutOut(user)) await sendLink(deps, 'new password', user, { next: parsed.value.next });
    });
    const form = { values: { next: parsed.value.next }, errors: {} };
    res.render('accounts/forgot', { title: t('register.checkEmail'), sent: true, form });
  });

  router.get('/password/:secret', async (req, res) => {
    const link = await findLink(req.params.secret, ['new password', 'invitation'], deps.now());
    if (!link) throw usedUp();
    res.render('accounts/password', {
      title: wordsFor(res)('logins.choosePassword'),
      ...(await askedOf(link)),
    });
  });

  router.post('/password/:secret', async (req, res) => {
    const parsed = parseForm(passwordSchema, req.body, wordsFor(res));
    if (!parsed.ok) {
      const found = await findLink(req.params.secret, ['new password', 'invitation'], deps.now());
      if (!found) throw usedUp();
      const page = { title: wordsFor(res)('logins.choosePassword'), ...(await askedOf(found)), form: parsed };
      res.status(422).render('accounts/password', page);
      return;
    }
    const link = await takeLink(req.params.secret, ['new password', 'invitation'], deps.now());
    if (!link?.user) throw usedUp();
    const set = await choosePassword(deps, clear, link.user, parsed.value);
    if (!set || isShutOut(set.user)) throw usedUp();
    const { user } = set;
    await signIn(req, user, deps);
    markDevice(deps.config, req, res, user);
    say(req, {
      kind: 'ok',
      text: sayPasswordSet(res, set.cleared) + sayFeedEnded(wordsFor(res), set.hadFeed),
    });
    res.redirect(303, afterLogin(user, link.next ?? ''));
  });

  router.get('/prove/:secret', async (req, res) => {
    const link = await findLink(req.params.secret, ['prove e-mail'], deps.now());
    if (!link?.user) throw usedUp();
    if (req.user?._id.equals(link.user))
      res.render('accounts/prove', { title: wordsFor(res)('logins.confirmEmail'), email: req.user.email });
    else askToLogIn(req, res);
  });

  router.post('/prove/:secret', async (req, res) => {
    const link = await findLink(req.params.secret, ['prove e-mail'], deps.now());
    if (!link?.user) throw usedUp();
    if (!req.user?._id.equals(link.user)) {
      askToLogIn(req, res);
      return;
    }
    if (!(await takeLink(req.params.secret, ['prove e-mail'], deps.now()))) throw usedUp();
    await provedEmail(link.user, deps.now());
    say(req, { kind: 'ok', text: wordsFor(res)('logins.confirmed') });
    res.redirect(303, link.next || '/');
  });

  router.get('/invitation/:secret', async (req, res) => {
    const opened = await openOffer(req, res, deps.now());
    if (!opened) return;
    const { link, user } = opened;
    if (!link.offer || link.email !== user.email) throw usedUp();
    const school = await Account.findById(link.offer.account, { name: 1 }).orFail().lean();
    const grants = offeredGrants(link.offer);
    const whereOf = await nameReaches(link.offer.account, grants);
    res.render('accounts/invitation', {
      title: wordsFor(res)('logins.workAt', { school: school.name }),
      school: school.name,
      offered: grants.map((grant) => ({
        level: levelInWords(grant.level),
        may: levelMay(grant.level),
        where: whereOf(grant),
      })),
    });
  });

  router.post('/invitation/:secret', async (req, res) => {
    const opened = await openOffer(req, res, deps.now());
    if (!opened) return;
    const offer = await acceptAccess(deps, opened.user, req.params.secret);
    if (!offer) throw usedUp();
    req.session.account = offer.account.toHexString();
    say(req, { kind: 'ok', text: wordsFor(res)('logins.accepted') });
    res.redirect(303, '/');
  });
  return router;
}

/** Whether the form asks for a name: the person who gave the login its name may be a stranger. */
async function askedOf(link: Pick<OneTimeLink, 'user'>): Promise<{ asksName: boolean }> {
  return { asksName: mayBeStrangers(link.user ? await User.findById(link.user).lean() : null) };
}

function sayPasswordSet(res: Response, cleared: Cleared): string {
  const t = wordsFor(res);
  const what = sayCleared(res, cleared);
  return what ? t('logins.passwordSetCleared', { what }) : t('logins.passwordSet');
}

/**
 * The offer of a link, for the login that it is made to. Anybody else is asked to log in, and a login without a password to set one first.
 * @returns undefined if the request was answered
 */
async function openOffer(
  req: Request<{ secret: string }>,
  res: Response,
  now: Date,
): Promise<{ link: OneTimeLink; user: User } | undefined> {
  const link = await findLink(req.params.secret, ['offer'], now);
  if (!link?.user) throw usedUp();
  if (!req.user?._id.equals(link.user)) askToAccept(req, res);
  else if (!req.user.passwordHash) askForPassword(req, res);
  else return { link, user: req.user };
  return undefined;
}

function askToAccept(req: Request, res: Response): void {
  say(req, {
    kind: 'notice',
    // It is read on the page to log in, which parents have too.
    text: wordsOf(findReader(req))('logins.acceptFirst'),
  });
  res.redirect(303, `/login?next=${encodeURIComponent(req.originalUrl)}`);
}

/** A login that works at a school is opened by a password: who came by a mailed link has none yet. The offer stays. */
function askForPassword(req: Request, res: Response): void {
  say(req, { kind: 'notice', text: wordsFor(res)('logins.passwordFirst') });
  res.redirect(303, '/my/login');
}

/** The link shows whose address it is, and the password shows who registered with it. One without the other may be a stranger's. */
function askToLogIn(req: Request, res: Response): void {
  say(req, {
    kind: 'notice',
    text: wordsFor(res)('logins.confirmFirst'),
  });
  res.redirect(303, `/login?next=${encodeURIComponent(req.originalUrl)}`);
}

function usedUp(): HttpError {
  return new HttpError(410, { key: 'logins.usedUp' }, { key: 'logins.usedUpAdvice' });
}
