import express, { type Router } from 'express';
import { recordAudit } from '../../audit/record-audit.js';
import type { Deps } from '../../deps.js';
import { Account } from '../../models/account.js';
import { asRead } from '../../models/as-read.js';
import { ACCESS_LEVELS } from '../../models/user.js';
import { actorOf } from '../../web/actor.js';
import { changedMeanwhile, seenOf } from '../../web/compare-seen.js';
import { forbidden, notFound } from '../../web/errors.js';
import { SETUP_TABS } from '../../web/event-tabs.js';
import { parseForm, parseId, typedValues, type Form } from '../../web/parse.js';
import { say } from '../../web/session.js';
import { changeLevel, inviteStaff } from '../invite-staff.js';
import { mayChangeAccess } from '../policy.js';
import { staffLogins } from '../queries.js';
import { ACCOUNT_FIELDS, accountSettingsSchema, invitationSchema, levelSchema } from '../schema.js';

const LOGINS = '/global-setup/logins';

/** Global Setup: the school account and the people who log in. Mounted behind the administrator's guard. */
export function accountSetupRoutes(deps: Deps): Router {
  const router = express.Router();

  router.get('/', async (_req, res) => {
    const values = await settingsOf(res);
    showAccount(res, values, { values, errors: {} });
  });

  router.post('/', async (req, res) => {
    const actor = actorOf(res);
    const before = await settingsOf(res);
    const parsed = parseForm(accountSettingsSchema, req.body);
    if (!parsed.ok) {
      showAccount(res.status(422), before, parsed);
      return;
    }
    const changed = changedMeanwhile(ACCOUNT_FIELDS, req.body, before);
    if (changed) {
      showAccount(res.status(422), before, changed);
      return;
    }
    const saved = await Account.updateOne({ _id: actor.account, ...asRead(before) }, { $set: parsed.value });
    if (saved.matchedCount === 0) {
      // Somebody saved between the look and the save.
      const now = await settingsOf(res);
      const form = changedMeanwhile(ACCOUNT_FIELDS, req.body, now, before);
      showAccount(res.status(422), now, form ?? { values: typedValues(req.body), errors: {} });
      return;
    }
    await recordAudit({
      account: actor.account,
      user: actor.user,
      action: 'change school account',
      at: deps.now(),
    });
    say(req, { kind: 'ok', text: 'The school account is saved.' });
    res.redirect(303, '/global-setup');
  });

  router.get('/logins', async (_req, res) => {
    res.render('accounts/logins', await loginsPage(res, deps.now()));
  });

  router.post('/logins', async (req, res) => {
    const parsed = parseForm(invitationSchema, req.body);
    if (!parsed.ok) {
      res.status(422).render('accounts/logins', { ...(await loginsPage(res, deps.now())), form: parsed });
      return;
    }
    const invited = await inviteStaff(deps, actorOf(res), parsed.value);
    if (!invited.ok) {
      const form: Form = {
        values: typedValues(req.body),
        errors: { email: NOT_INVITED[invited.reason] },
      };
      res.status(422).render('accounts/logins', { ...(await loginsPage(res, deps.now())), form });
      return;
    }
    say(req, {
      kind: 'ok',
      text: 'Invited. The mail with the link is on its way; without a mail server it waits in the outbox.',
    });
    res.redirect(303, LOGINS);
  });

  router.post('/logins/:user/level', async (req, res) => {
    const actor = actorOf(res);
    const user = parseId(req.params.user);
    if (!mayChangeAccess(actor, user.toHexString())) throw forbidden();
    const parsed = parseForm(levelSchema, req.body);
    if (!parsed.ok || !(await changeLevel(deps, actor, user, parsed.value.level))) throw notFound();
    say(req, { kind: 'ok', text: 'The access level is changed.' });
    res.redirect(303, LOGINS);
  });

  return router;
}

async function settingsOf(res: express.Response): Promise<{ name: string; timeZone: string }> {
  const { name, timeZone } = await Account.findById(actorOf(res).account, { name: 1, timeZone: 1 })
    .orFail()
    .lean();
  return { name, timeZone };
}

function showAccount(res: express.Response, settings: { name: string; timeZone: string }, form: Form): void {
  const zones = Intl.supportedValuesOf('timeZone');
  res.render('accounts/school-account', {
    title: 'School account',
    section: 'global-setup',
    setupTabs: SETUP_TABS,
    tab: 'school-account',
    // The list lacks old names that an account may have.
    zones: zones.includes(settings.timeZone) ? zones : [settings.timeZone, ...zones],
    seen: seenOf(ACCOUNT_FIELDS, settings),
    form,
  });
}

const NOT_INVITED = {
  'has access': 'This person has access already. Change the level in the list.',
  blocked: 'Your school blocked this login as a parent. Unblock it first, then invite.',
};

async function loginsPage(res: express.Response, now: Date) {
  const actor = actorOf(res);
  return {
    title: 'People who log in',
    section: 'global-setup',
    setupTabs: SETUP_TABS,
    tab: 'logins',
    logins: await staffLogins(actor.account, now),
    levels: ACCESS_LEVELS.filter((level) => level !== 'customer'),
    self: actor.user.toHexString(),
  };
}
