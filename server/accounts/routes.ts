import express, { type Request, type Response, type Router } from 'express';
import type { PassportStatic } from 'passport';
import type { Deps } from '../deps.js';
import type { User } from '../models/user.js';
import { maybeActor } from '../web/actor.js';
import { HttpError } from '../web/errors.js';
import { signedIn } from '../web/guards.js';
import { parseForm, parseQuery, typedValues } from '../web/parse.js';
import { rateLimit } from '../web/rate-limit.js';
import { say } from '../web/session.js';
import {
  chooseAccountSchema,
  emailSchema,
  loginSchema,
  nextPath,
  passwordSchema,
  setupSchema,
} from './schema.js';
import { accountChoices, findUserByEmail, installationIsSetUp } from './queries.js';
import { findLink, sendLink, takeLink } from './send-link.js';
import { homeOf } from './policy.js';
import { makeFirstAdministrator } from './make-first-administrator.js';
import { provedEmail, setPassword } from './set-password.js';
import { accountsOf, endSession } from './load-actor.js';
import { signIn } from './sign-in.js';
import Joi from 'joi';

const QUARTER = 15 * 60;
const HOUR = 3600;

const nextQuery = Joi.object<{ next: string }, true>({ next: nextPath() });

/** Logging in and out, the first set-up, and links that arrive by mail. Open to everybody. */
export function accountRoutes(deps: Deps, passport: PassportStatic): Router {
  const router = express.Router();
  router.use(setupPages(deps), loginPages(deps, passport), linkPages(deps));
  return router;
}

function setupPages(deps: Deps): Router {
  const router = express.Router();
  const tries = rateLimit('setup', 10, QUARTER);

  router.get('/setup', async (_req, res) => {
    if (await installationIsSetUp()) {
      res.redirect(303, '/login');
      return;
    }
    res.render('accounts/setup', {
      title: 'Set up Slotbell',
      form: { values: { timeZone: guessZone() }, errors: {} },
    });
  });

  router.post('/setup', async (req, res) => {
    await tries.take(req.ip ?? '');
    const parsed = parseForm(setupSchema, req.body);
    if (!parsed.ok) {
      res.status(422).render('accounts/setup', { title: 'Set up Slotbell', form: parsed });
      return;
    }
    const made = await makeFirstAdministrator(parsed.value, deps.now());
    if (!made.ok) {
      if (made.reason === 'already set up')
        throw new HttpError(409, 'This installation is set up already', 'Log in instead.');
      const errors = {
        code: 'This is not the code that was printed when Slotbell last started. Look at its output or log.',
      };
      res.status(422).render('accounts/setup', {
        title: 'Set up Slotbell',
        form: { values: typedValues(req.body), errors },
      });
      return;
    }
    await signIn(req, made.user, deps, made.account._id.toHexString());
    say(req, { kind: 'ok', text: 'Your school is set up. Next: connect Clever, or look around.' });
    res.redirect(303, '/events');
  });
  return router;
}

function loginPages(deps: Deps, passport: PassportStatic): Router {
  const router = express.Router();
  const ofOne = rateLimit('login-one', 10, QUARTER);
  const ofLogin = rateLimit('login-name', 50, HOUR);
  const ofAddress = rateLimit('login-address', 400, QUARTER);

  router.get('/', async (_req, res) => {
    const actor = maybeActor(res);
    if (actor) res.redirect(303, homeOf(actor.levelName));
    else if (res.locals.chooseAccount) res.redirect(303, '/choose-school');
    else res.redirect(303, (await installationIsSetUp()) ? '/login' : '/setup');
  });

  router.get('/login', async (req, res) => {
    if (!(await installationIsSetUp())) {
      res.redirect(303, '/setup');
      return;
    }
    res.render('accounts/login', {
      title: 'Log in',
      form: { values: parseQuery(nextQuery, req.query), errors: {} },
    });
  });

  router.post('/login', async (req, res, next) => {
    const parsed = parseForm(loginSchema, req.body);
    if (!parsed.ok) {
      res.status(422).render('accounts/login', { title: 'Log in', form: parsed });
      return;
    }
    const { email, next: target } = parsed.value;
    await ofAddress.take(req.ip ?? '');
    await ofOne.take(`${email} ${req.ip ?? ''}`);
    // Last: who is refused at one address already does not lock the owner out at every other.
    await ofLogin.take(email);
    const check = passport.authenticate('local', async (error: unknown, user: User | false | null) => {
      if (error) {
        next(error);
        return;
      }
      if (!user) {
        const errors = {
          email:
            'This e-mail address and password do not belong together. Check both, or choose a new password.',
        };
        res
          .status(422)
          .render('accounts/login', { title: 'Log in', form: { values: typedValues(req.body), errors } });
        return;
      }
      await ofOne.clear(`${email} ${req.ip ?? ''}`);
      await signIn(req, user, deps);
      res.redirect(303, afterLogin(user, target));
    }) as express.RequestHandler;
    await check(req, res, next);
  });

  router.get('/choose-school', async (req, res) => {
    if (!req.user) {
      res.redirect(303, '/login');
      return;
    }
    const { next: target } = parseQuery(nextQuery, req.query);
    const accounts = await accountChoices(req.user);
    res.render('accounts/choose-school', { title: 'Choose a school', accounts, next: target });
  });

  router.post('/choose-school', (req, res) => {
    const parsed = parseForm(chooseAccountSchema, req.body);
    if (!parsed.ok || !req.user || !accountsOf(req.user).includes(parsed.value.account.toHexString())) {
      res.redirect(303, '/choose-school');
      return;
    }
    req.session.account = parsed.value.account.toHexString();
    res.redirect(303, parsed.value.next || '/');
  });

  router.post('/logout', signedIn, async (req, res) => {
    await endSession(req);
    res.redirect(303, '/login');
  });
  return router;
}

function afterLogin(user: User, target: string): string {
  const next = target || '/';
  return accountsOf(user).length > 1 ? `/choose-school?next=${encodeURIComponent(next)}` : next;
}

/** Opening a link only shows a page with a button: mail scanners open links too. */
function linkPages(deps: Deps): Router {
  const router = express.Router();
  const ofLogin = rateLimit('forgot-name', 3, HOUR);
  const ofAddress = rateLimit('forgot-address', 100, HOUR);

  router.get('/forgot', (_req, res) => {
    res.render('accounts/forgot', { title: 'Choose a new password', sent: false });
  });

  router.post('/forgot', async (req, res) => {
    const parsed = parseForm(emailSchema, req.body);
    if (!parsed.ok) {
      res
        .status(422)
        .render('accounts/forgot', { title: 'Choose a new password', sent: false, form: parsed });
      return;
    }
    await ofAddress.take(req.ip ?? '');
    await ofLogin.take(parsed.value.email);
    const user = await findUserByEmail(parsed.value.email);
    if (user) await sendLink(deps, 'new password', user);
    res.render('accounts/forgot', { title: 'Look into your mail', sent: true });
  });

  router.get('/password/:secret', async (req, res) => {
    const link = await findLink(req.params.secret, ['new password', 'invitation'], deps.now());
    if (!link) throw usedUp();
    res.render('accounts/password', { title: 'Choose your password' });
  });

  router.post('/password/:secret', async (req, res) => {
    const parsed = parseForm(passwordSchema, req.body);
    if (!parsed.ok) {
      res.status(422).render('accounts/password', { title: 'Choose your password', form: parsed });
      return;
    }
    const link = await takeLink(req.params.secret, ['new password', 'invitation'], deps.now());
    if (!link?.user) throw usedUp();
    const user = await setPassword(link.user, parsed.value.password, deps.now());
    if (!user) throw usedUp();
    await signIn(req, user, deps);
    say(req, { kind: 'ok', text: 'Your password is set.' });
    res.redirect(303, afterLogin(user, link.next ?? ''));
  });

  router.get('/prove/:secret', async (req, res) => {
    const link = await findLink(req.params.secret, ['prove e-mail'], deps.now());
    if (!link?.user) throw usedUp();
    if (req.user?._id.equals(link.user))
      res.render('accounts/prove', { title: 'Confirm your e-mail address', email: req.user.email });
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
    say(req, { kind: 'ok', text: 'Thank you. Your e-mail address is confirmed.' });
    res.redirect(303, link.next || '/');
  });
  return router;
}

/** The link shows whose address it is, the password who registered with it: one without the other may be a stranger's. */
function askToLogIn(req: Request, res: Response): void {
  say(req, {
    kind: 'notice',
    text: 'Log in with the password you registered with, to confirm your e-mail address. If it was not you who registered, choose a new password instead.',
  });
  res.redirect(303, `/login?next=${encodeURIComponent(req.originalUrl)}`);
}

function usedUp(): HttpError {
  return new HttpError(
    410,
    'This link no longer works',
    'It works once and for a limited time. Ask for a new one.',
  );
}

function guessZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
