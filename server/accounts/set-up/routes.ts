import express, { type Response, type Router } from 'express';
import type { Deps } from '../../deps.js';
import { HttpError } from '../../web/errors.js';
import { hostZone, zoneOptions } from '../../web/format-zone.js';
import { parseForm, typedValues, type Form } from '../../web/parse.js';
import { rateLimit, refusedTry } from '../../web/rate-limit.js';
import { senderOf } from '../../web/sender.js';
import { say } from '../../web/session.js';
import { isSetUp, makeFirstAdministrator } from '../make-first-administrator.js';
import { markDevice } from '../mark-device.js';
import { setupSchema } from '../schema.js';
import { signIn } from '../sign-in.js';

const QUARTER = 15 * 60;

/** The first setup of an installation. Open to everybody, and gone when it is done. */
export function setUpRoutes(deps: Deps): Router {
  const router = express.Router();
  const tries = rateLimit('setup', 10, QUARTER);

  router.get('/setup', async (_req, res) => {
    if (await isSetUp(deps.now())) {
      res.redirect(303, '/login');
      return;
    }
    res.render('accounts/setup', {
      title: 'Set up Slotbell',
      zones: zoneOptions(),
      fresh: true,
      form: { values: { timeZone: hostZone() }, errors: {} },
    });
  });

  router.post('/setup', async (req, res) => {
    const tooMany = await refusedTry(res, () => tries.take(senderOf(req)));
    if (tooMany) {
      showAgain(res, { values: typedValues(req.body), errors: { code: tooMany } }, 429);
      return;
    }
    const parsed = parseForm(setupSchema, req.body);
    if (!parsed.ok) {
      showAgain(res, parsed);
      return;
    }
    const made = await makeFirstAdministrator(parsed.value, deps.now());
    if (!made.ok) {
      if (made.reason === 'already set up')
        throw new HttpError(409, 'Slotbell is already set up', 'Log in instead.');
      const errors = {
        code: 'This isn’t the setup code that Slotbell showed when it last started. Check its output or log.',
      };
      showAgain(res, { values: typedValues(req.body), errors });
      return;
    }
    await signIn(req, made.user, deps, made.account.toHexString());
    markDevice(deps.config, req, res, made.user);
    say(req, { kind: 'ok', text: 'Your school is set up. Next: connect Clever, or look around.' });
    res.redirect(303, '/events');
  });
  return router;
}

function showAgain(res: Response, form: Form, status = 422): void {
  res.status(status).render('accounts/setup', {
    title: 'Set up Slotbell',
    zones: zoneOptions(typeof form.values.timeZone === 'string' ? form.values.timeZone : ''),
    fresh: false,
    form,
  });
}
