import express, { type Request, type Response, type Router } from 'express';
import type { Deps } from '../../deps.js';
import { checkPassword } from '../hash-password.js';
import type { User } from '../../models/user.js';
import { HttpError } from '../../web/errors.js';
import { wordsFor } from '../../web/read-language.js';
import { FRESH_FORM, parseForm, statusOf, typedValues, type Form } from '../../web/parse.js';
import { rateLimit, refusedTry } from '../../web/rate-limit.js';
import { say } from '../../web/session.js';
import { maybeActor } from '../../web/actor.js';
import { sayFeedEnded } from '../end-feed.js';
import { markDevice } from '../mark-device.js';
import { findLink, takeLink } from '../send-link.js';
import { signIn } from '../sign-in.js';
import { askNewEmail, takeNewEmail } from './change-email.js';
import { changePassword } from './change-password.js';
import { chooseFirstPassword } from './choose-first-password.js';
import { firstPasswordSchema, ownEmailSchema, ownPasswordSchema } from './schema.js';

const HOUR = 3600;
const HOME = '/my/login';

/** Changing one's own password and email address, for everybody who is logged in: parents and staff. */
export function ownRoutes(deps: Deps): Router {
  const router = express.Router();
  const tries = rateLimit('own-password', 10, HOUR);
  const mails = rateLimit('own-email', 5, HOUR);

  router.use(HOME, (req, res, next) => {
    if (req.user) next();
    else
      res.redirect(
        303,
        req.method === 'GET' ? `/login?next=${encodeURIComponent(req.originalUrl)}` : '/login',
      );
  });

  router.get(HOME, (req, res) => showOwn(req, res));

  router.post(`${HOME}/password`, async (req, res) => {
    const user = userOf(req);
    if (!user.passwordHash) return chooseFirst(req, res, user);
    const parsed = parseForm(ownPasswordSchema, req.body, wordsFor(res));
    if (!parsed.ok) return showOwn(req, res, { ...parsed, errors: named(parsed.errors, 'password') });
    const tooMany = await refusedTry(res, () => tries.take(user._id.toHexString()));
    const refuse = (message: string) =>
      showOwn(req, res, { values: {}, errors: { 'password-currentPassword': message } });
    if (tooMany) return refuse(tooMany);
    const changed = await changePassword(deps, user, parsed.value);
    if (!changed) return refuse(wordsFor(res)('logins.wrongCurrent'));
    await tries.clear(user._id.toHexString());
    await stayIn(req, res, changed.user);
    const t = wordsFor(res);
    say(req, { kind: 'ok', text: t('logins.passwordChanged') + sayFeedEnded(t, changed.hadFeed) });
    res.redirect(303, HOME);
  });

  router.post(`${HOME}/email`, async (req, res) => {
    const user = userOf(req);
    const parsed = parseForm(ownEmailSchema, req.body, wordsFor(res));
    if (!parsed.ok) return showOwn(req, res, { ...parsed, errors: named(parsed.errors, 'email') });
    const t = wordsFor(res);
    const { email, currentPassword } = parsed.value;
    const refuse = (field: string, message: string) =>
      showOwn(req, res, { values: typedValues(req.body), errors: { [field]: message } });
    if (email === user.email) return refuse('email', t('logins.sameEmail'));
    const tooMany = await refusedTry(res, () => tries.take(user._id.toHexString()));
    if (tooMany) return refuse('email-currentPassword', tooMany);
    if (!(await checkPassword(user.passwordHash, currentPassword)))
      return refuse('email-currentPassword', t('logins.wrongCurrent'));
    await tries.giveBack(user._id.toHexString());
    const tooOften = await refusedTry(res, () => mails.take(user._id.toHexString()));
    if (tooOften) return refuse('email', tooOften);
    const school = await askNewEmail(deps, user, email);
    say(req, {
      kind: 'notice',
      text: deps.config.smtpUrl
        ? t('logins.newEmailSent', { email })
        : t('logins.newEmailOffice', { email, school: school ?? t('logins.yourSchool') }),
    });
    res.redirect(303, HOME);
  });

  router.get('/email/:secret', async (req, res) => {
    const link = await findLink(req.params.secret, ['new e-mail'], deps.now());
    if (!link?.user) throw usedUp();
    if (req.user?._id.equals(link.user))
      res.render('accounts/new-email', {
        title: wordsFor(res)('logins.confirmNewEmail'),
        from: link.from,
        email: link.email,
      });
    else askToLogIn(req, res);
  });

  router.post('/email/:secret', async (req, res) => {
    const link = await findLink(req.params.secret, ['new e-mail'], deps.now());
    if (!link?.user) throw usedUp();
    if (!req.user?._id.equals(link.user)) {
      askToLogIn(req, res);
      return;
    }
    const taken = await takeLink(req.params.secret, ['new e-mail'], deps.now());
    const changed = taken ? await takeNewEmail(deps, link.user, taken) : undefined;
    if (!changed || (!changed.ok && changed.reason === 'over')) throw usedUp();
    if (!changed.ok)
      throw new HttpError(409, { key: 'logins.emailTaken' }, { key: 'logins.emailTakenAdvice' });
    await stayIn(req, res, changed.user);
    const t = wordsFor(res);
    say(req, {
      kind: 'ok',
      text: t('logins.emailChanged', { email: changed.user.email }) + sayFeedEnded(t, changed.hadFeed),
    });
    res.redirect(303, HOME);
  });

  /** Who has no password yet logged in by a mailed link, and a moment ago: a browser that was left logged in gets nobody a password. */
  async function chooseFirst(req: Request, res: Response, user: User): Promise<void> {
    const parsed = parseForm(firstPasswordSchema, req.body, wordsFor(res));
    if (!parsed.ok) return showOwn(req, res, parsed);
    const changed = isFresh(req, deps.now())
      ? await chooseFirstPassword(deps, user, parsed.value.newPassword)
      : undefined;
    if (changed) {
      await stayIn(req, res, changed.user);
      const t = wordsFor(res);
      say(req, { kind: 'ok', text: t('logins.passwordChosen') + sayFeedEnded(t, changed.hadFeed) });
    }
    res.redirect(303, HOME);
  }

  /** This session continues under a new id; all others end. */
  async function stayIn(req: Request, res: Response, user: User): Promise<void> {
    const { account } = req.session;
    await signIn(req, user, deps, account);
    markDevice(deps.config, req, res, user);
  }

  async function showOwn(req: Request, res: Response, form: Form = FRESH_FORM): Promise<void> {
    const actor = maybeActor(res);
    const isStaff = actor !== undefined && actor.levelName !== 'customer';
    if (res.statusCode === 200) res.status(statusOf(form));
    res.render('accounts/own', {
      title: wordsFor(res)('logins.yourLogin'),
      variant: isStaff ? 'staff' : 'parent',
      back: isStaff ? undefined : { href: '/my', label: wordsFor(res)('my.heading') },
      login: {
        name: userOf(req).name,
        email: userOf(req).email,
        hasPassword: userOf(req).passwordHash !== undefined,
      },
      isFresh: isFresh(req, deps.now()),
      form,
    });
  }
  return router;
}

function userOf(req: Request): User {
  if (!req.user) throw new Error('This route is for who is logged in.');
  return req.user;
}

/** Both forms ask for the current password: a fault is shown at the form that was sent. */
function named(errors: Form['errors'], form: string): Form['errors'] {
  return Object.fromEntries(
    Object.entries(errors).map(([key, text]) => [key === 'currentPassword' ? `${form}-${key}` : key, text]),
  );
}

function isFresh(req: Request, now: Date): boolean {
  return now.getTime() - (req.session.signedInAt ?? 0) < HOUR * 1000;
}

function askToLogIn(req: Request, res: Response): void {
  say(req, {
    kind: 'notice',
    text: wordsFor(res)('logins.confirmNewFirst'),
  });
  res.redirect(303, `/login?next=${encodeURIComponent(req.originalUrl)}`);
}

function usedUp(): HttpError {
  return new HttpError(410, { key: 'logins.usedUp' }, { key: 'logins.usedUpEmail' });
}
