import express, { type Router } from 'express';
import type { PassportStatic } from 'passport';
import type { Deps } from '../../deps.js';
import type { User } from '../../models/user.js';
import { maybeActor } from '../../web/actor.js';
import { signedIn } from '../../web/guards.js';
import { wordsFor } from '../../web/read-language.js';
import { parseForm, parseQuery, typedValues, type Form } from '../../web/parse.js';
import { limitLogins, type LoginTry } from '../limit-logins.js';
import { refusedTry } from '../../web/rate-limit.js';
import { accountsOf, endSession, isShutOut } from '../load-actor.js';
import { homeOf } from '../policy.js';
import { accountChoices } from '../queries.js';
import { isSetUp } from '../make-first-administrator.js';
import { markDevice } from '../mark-device.js';
import { chooseAccountSchema, loginSchema, nextQuery } from '../schema.js';
import { afterLogin, signIn } from '../sign-in.js';

/** Logging in, choosing one of several schools, logging out. Open to everybody. */
export function loginRoutes(deps: Deps, passport: PassportStatic): Router {
  const router = express.Router();
  const countTry = limitLogins(deps);

  router.get('/', async (_req, res) => {
    const actor = maybeActor(res);
    if (actor) res.redirect(303, homeOf(actor.levelName));
    else if (res.locals.chooseAccount) res.redirect(303, '/choose-school');
    else res.redirect(303, (await isSetUp(deps.now())) ? '/login' : '/setup');
  });

  router.get('/login', async (req, res) => {
    if (!(await isSetUp(deps.now()))) {
      res.redirect(303, '/setup');
      return;
    }
    res.render('accounts/login', {
      title: wordsFor(res)('logins.logIn'),
      form: { values: parseQuery(nextQuery, req.query), errors: {} },
    });
  });

  router.post('/login', async (req, res, next) => {
    const t = wordsFor(res);
    const title = t('logins.logIn');
    const parsed = parseForm(loginSchema, req.body, t);
    if (!parsed.ok) {
      res.status(422).render('accounts/login', { title, form: parsed });
      return;
    }
    const { email, next: target } = parsed.value;
    let counted: LoginTry | undefined;
    const tooMany = await refusedTry(res, async () => (counted = await countTry(req, email)));
    if (tooMany) {
      const form = { values: typedValues(req.body), errors: { email: tooMany } };
      res.render('accounts/login', { title, form });
      return;
    }
    const check = passport.authenticate('local', async (error: unknown, user: User | false | null) => {
      if (error) {
        next(error);
        return;
      }
      if (!user) {
        const errors = {
          email: t('logins.incorrect'),
        };
        res.status(422).render('accounts/login', { title, form: { values: typedValues(req.body), errors } });
        return;
      }
      await counted?.wasRight();
      if (isShutOut(user)) {
        const errors = { email: t('logins.blocked') };
        res.status(422).render('accounts/login', { title, form: { values: typedValues(req.body), errors } });
        return;
      }
      await signIn(req, user, deps);
      markDevice(deps.config, req, res, user);
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
    await showChoice(res, req.user, { values: { next: target }, errors: {} });
  });

  router.post('/choose-school', async (req, res) => {
    if (!req.user) {
      res.redirect(303, '/login');
      return;
    }
    const parsed = parseForm(chooseAccountSchema, req.body);
    if (!parsed.ok || !accountsOf(req.user).includes(parsed.value.account.toHexString())) {
      const { next: target } = parseQuery(nextQuery, req.body);
      const errors = { account: wordsFor(res)('forms.selectSchool') };
      await showChoice(res.status(422), req.user, { values: { next: target }, errors });
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

async function showChoice(res: express.Response, user: User, form: Form): Promise<void> {
  const accounts = await accountChoices(user);
  res.render('accounts/choose-school', { title: wordsFor(res)('logins.chooseSchool'), accounts, form });
}
