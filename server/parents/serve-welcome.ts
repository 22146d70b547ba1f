import express, { type Response, type Router } from 'express';
import type { Deps } from '../deps.js';
import { maybeActor } from '../web/actor.js';
import { bookingState } from '../web/booking-state.js';
import { parseForm, typedValues } from '../web/parse.js';
import { wordsFor } from '../web/read-language.js';
import { rateLimit, refusedTry } from '../web/rate-limit.js';
import { senderOf } from '../web/sender.js';
import { conferenceOf, familyOf } from './load-conference.js';
import { joinSchool, registerParent } from './register-parent.js';
import { registrationSchema } from './schema.js';
import { showFamily } from './show-family.js';
import { timeLeft } from './show-opening.js';
import { showWelcome } from './show-welcome.js';

const HOUR = 3600;

/** The event's first page, for everybody or for a logged-in family; and registering. */
export function welcomePages(deps: Deps): Router {
  const router = express.Router({ mergeParams: true });
  const ofAddress = rateLimit('register-address', 1000, HOUR);
  const ofEmail = rateLimit('register-email', 5, HOUR);

  router.get('/', async (_req, res) => {
    if (maybeActor(res)) await greetFamily(deps, res);
    else showWelcome(deps, res);
  });

  // The time left until booking opens, for pages that count down.
  router.get('/opening', async (_req, res) => {
    const { event } = maybeActor(res) ? await familyOf(res, deps) : conferenceOf(res);
    const isOpen = bookingState(event, deps.now()) === 'open';
    res.set('Cache-Control', 'no-store').json({ leftMs: isOpen ? 0 : (timeLeft(event, deps.now()) ?? null) });
  });

  router.get('/register', (_req, res) => {
    res.render('booking/register', { title: wordsFor(res)('register.title') });
  });

  router.post('/register', async (req, res) => {
    const t = wordsFor(res);
    const title = t('register.title');
    const parsed = parseForm(registrationSchema, req.body, t);
    if (!parsed.ok) {
      res.status(422).render('booking/register', { title, form: parsed });
      return;
    }
    const tooMany = await refusedTry(res, async () => {
      await ofAddress.take(senderOf(req));
      await ofEmail.take(parsed.value.email);
    });
    if (tooMany) {
      const form = { values: typedValues(req.body), errors: { email: tooMany } };
      res.render('booking/register', { title, form });
      return;
    }
    await registerParent(deps, conferenceOf(res), parsed.value);
    res.redirect(303, `${conferenceOf(res).home}/registered`);
  });

  router.get('/registered', (_req, res) => {
    res.render('booking/registered', { title: wordsFor(res)('register.checkEmail') });
  });

  router.post('/join', async (req, res) => {
    const { account, home } = conferenceOf(res);
    if (req.user) await joinSchool(req.user._id, account._id);
    res.redirect(303, home);
  });
  return router;
}

async function greetFamily(deps: Deps, res: Response): Promise<void> {
  const family = await familyOf(res, deps);
  if (family.household.children.length === 0) res.redirect(303, `${family.home}/children`);
  else await showFamily(deps, res, family);
}
