import express, { type Request, type Response, type Router } from 'express';
import type { Deps } from '../../deps.js';
import { afterAnswer } from '../../web/after-answer.js';
import { HttpError } from '../../web/errors.js';
import { parseForm } from '../../web/parse.js';
import { rateLimit } from '../../web/rate-limit.js';
import { senderOf } from '../../web/sender.js';
import { say } from '../../web/session.js';
import { findUserByEmail } from '../queries.js';
import { markDevice } from '../mark-device.js';
import { emailSchema, passwordSchema } from '../schema.js';
import { findLink, sendLink, takeLink } from '../send-link.js';
import { provedEmail, setPassword } from '../set-password.js';
import { afterLogin, signIn } from '../sign-in.js';

const HOUR = 3600;

/** Links that arrive by mail. Open to everybody. Opening one only shows a page with a button: mail scanners open links too. */
export function linkRoutes(deps: Deps): Router {
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
    await ofAddress.take(senderOf(req));
    await ofLogin.take(parsed.value.email);
    // Mailing takes longer than not mailing: an answer after it would tell whether there is such a login.
    afterAnswer(deps, res, async () => {
      const user = await findUserByEmail(parsed.value.email);
      if (user) await sendLink(deps, 'new password', user);
    });
    res.render('accounts/forgot', { title: 'Check your email', sent: true });
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
    markDevice(deps.config, req, res, user);
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
