import express, { type Request, type Response, type Router } from 'express';
import { changesOf } from '../../audit/compare-values.js';
import { recordAudit } from '../../audit/record-audit.js';
import type { Deps } from '../../deps.js';
import { Account, type Locale } from '../../models/account.js';
import { asRead } from '../../models/as-read.js';
import { ACCESS_LEVELS } from '../../models/user.js';
import { actorOf } from '../../web/actor.js';
import { changedMeanwhile, seenOf } from '../../web/compare-seen.js';
import { forbidden, notFound } from '../../web/errors.js';
import { SETUP_TABS } from '../../web/event-tabs.js';
import { zoneOptions } from '../../web/format-zone.js';
import { FRESH_FORM, parseForm, parseId, parseQuery, typedValues, type Form } from '../../web/parse.js';
import { endStep, say } from '../../web/session.js';
import { changeLevel, inviteStaff } from '../invite-staff.js';
import { mayChangeAccess } from '../policy.js';
import { eventChoices, staffLogins, teacherChoices } from '../queries.js';
import {
  ACCOUNT_FIELDS,
  accountSettingsSchema,
  eventLevelSchema,
  invitationSchema,
  levelSchema,
  teacherQuery,
  type AccountSettings,
} from '../schema.js';
import { offerLocales } from './offer-locales.js';
import { levelInWords, levelMay } from '../show-level.js';
import { reachKey, reachOf } from '../show-reach.js';

const LOGINS = '/global-setup/logins';

/** Global Setup: the school account and the people who log in. Mounted behind the administrator's guard. */
export function accountSetupRoutes(deps: Deps): Router {
  const router = express.Router();

  router.get('/', async (_req, res) => {
    const settings = await settingsOf(res);
    showAccount(res, settings, { values: { ...shownOf(settings) }, errors: {} });
  });

  router.post('/', async (req, res) => {
    const actor = actorOf(res);
    const before = await settingsOf(res);
    const parsed = parseForm(accountSettingsSchema, req.body);
    if (!parsed.ok) {
      showAccount(res.status(422), before, parsed);
      return;
    }
    const changed = changedMeanwhile(ACCOUNT_FIELDS, req.body, { ...shownOf(before) });
    if (changed) {
      showAccount(res.status(422), before, changed);
      return;
    }
    const saved = await Account.updateOne(
      { _id: actor.account, ...asRead({ ...before }) },
      { $set: parsed.value },
    );
    if (saved.matchedCount === 0) {
      // Somebody saved between the look and the save.
      const now = await settingsOf(res);
      const form = changedMeanwhile(ACCOUNT_FIELDS, req.body, { ...shownOf(now) }, { ...shownOf(before) });
      showAccount(res.status(422), now, form ?? { values: typedValues(req.body), errors: {} });
      return;
    }
    await recordAudit({
      account: actor.account,
      user: actor.user,
      action: 'change school account',
      detail: { timeZone: parsed.value.timeZone, locale: parsed.value.locale },
      changes: changesOf({ ...shownOf(before) }, { ...parsed.value }),
      at: deps.now(),
    });
    say(req, { kind: 'ok', text: 'The school account is saved.' });
    res.redirect(303, '/global-setup');
  });

  loginPages(router, deps);
  return router;
}

/** Staff accounts, one form: whichever button is pressed, what is selected or typed beside it stays. */
function loginPages(router: Router, deps: Deps): void {
  router.get('/logins', (req, res) => showLogins(deps, req, res, FRESH_FORM));

  // The page with what is typed and selected on it, and the teachers that are searched for.
  router.post('/logins/draft', (req, res) =>
    showLogins(deps, req, res, { values: typedValues(req.body), errors: {} }),
  );

  router.post('/logins', async (req, res) => {
    const parsed = parseForm(invitationSchema, req.body);
    if (!parsed.ok) return showLogins(deps, req, res.status(422), parsed);
    const invited = await inviteStaff(deps, actorOf(res), parsed.value);
    if (!invited.ok) {
      const [field, message] = NOT_INVITED[invited.reason];
      const form = { values: typedValues(req.body), errors: { [field]: message } };
      return showLogins(deps, req, res.status(422), form);
    }
    const text = invited.now
      ? 'Done. This person works here already, and has the access now.'
      : 'Invited. The email with the link is on its way. If no email server is set up, you’ll find it in the Outbox.';
    await backToLogins(deps, req, res, text, INVITATION);
  });

  router.post('/logins/:user/level', async (req, res) => {
    const actor = actorOf(res);
    const user = parseId(req.params.user);
    if (!mayChangeAccess(actor, user.toHexString())) throw forbidden();
    const { reach: key } = (req.body ?? {}) as Record<string, unknown>;
    const reach = reachOf(key);
    const login = (await staffLogins(actor.account, deps.now())).find(({ id }) => id === req.params.user);
    if (!login || !reach) throw notFound();
    const field = levelField(login.id, reachKey(reach));
    const values = typedValues(req.body);
    const parsed = parseForm(reach.event ? eventLevelSchema : levelSchema, {
      level: values[field] ?? values.level,
      was: values[field.replace('level-', 'was-')],
    });
    if (!parsed.ok) {
      const errors = { [field]: `Select an access level for ${login.name} from the list.` };
      return showLogins(deps, req, res.status(422), { values: { ...values, [field]: undefined }, errors });
    }
    const changed = await changeLevel(deps, actor, user, reach, parsed.value);
    if (!changed) {
      // One that is gone has no field any more.
      const isThere = login.access.some((one) => one.key === reachKey(reach));
      if (!isThere && parsed.value.was === undefined) throw notFound();
      const errors = { [isThere ? field : '_form']: sayMeanwhile(login) };
      const form = { values: { ...values, [field]: parsed.value.level }, errors };
      return showLogins(deps, req, res.status(422), form);
    }
    await backToLogins(deps, req, res, `The access level of ${login.name} is changed.`, [field]);
  });
}

/** The fields of the invitation; `teacher` is what is searched for. */
const INVITATION = ['name', 'email', 'scope', 'level', 'events', 'contact', 'teacher'];

/** Back to the list after a change; shown at once where something else is selected or typed, as a new page would lose it. @param done fields that are saved */
async function backToLogins(
  deps: Deps,
  req: Request,
  res: Response,
  text: string,
  done: string[],
): Promise<void> {
  const values = Object.fromEntries(
    Object.entries(typedValues(req.body)).filter(([name]) => !done.includes(name)),
  );
  const isLeft = Object.entries(values).some(([name, value]) =>
    name.startsWith('level-')
      ? value !== values[name.replace('level-', 'was-')]
      : ['name', 'email', 'events', 'contact'].includes(name) && value !== '',
  );
  const left = ' Your other changes on this page are still here, but they aren’t saved yet.';
  await endStep(req, res, {
    flash: { kind: 'ok', text: isLeft ? `${text}${left}` : text },
    next: LOGINS,
    showAgain: isLeft ? () => showLogins(deps, req, res, { values, errors: {} }) : undefined,
  });
}

/** The settings as stored. */
async function settingsOf(res: Response): Promise<Settings> {
  const { name, timeZone, locale } = await Account.findById(actorOf(res).account, {
    name: 1,
    timeZone: 1,
    locale: 1,
  })
    .orFail()
    .lean();
  return { name, timeZone, locale };
}

interface Settings {
  name: string;
  timeZone: string;
  locale: Locale | undefined;
}

/** The settings as the form shows them. */
function shownOf(settings: Settings): AccountSettings {
  return { ...settings, locale: settings.locale ?? 'en-US' };
}

function showAccount(res: Response, settings: Settings, form: Form): void {
  res.render('accounts/school-account', {
    title: 'School account',
    section: 'global-setup',
    setupTabs: SETUP_TABS,
    tab: 'school-account',
    zones: zoneOptions(settings.timeZone),
    locales: offerLocales(),
    seen: seenOf(ACCOUNT_FIELDS, { ...shownOf(settings) }),
    form,
  });
}

const NOT_INVITED = {
  'has access': ['email', 'This person has this access already. Change the level in the list.'],
  blocked: ['email', 'Your school blocked this login as a parent. Unblock it first, then invite.'],
  'no such event': ['events', 'One of these events is no longer there. Select again.'],
  'no such teacher': ['contact', 'This teacher is no longer there. Select again.'],
} as const;

async function showLogins(deps: Deps, req: Request, res: Response, form: Form): Promise<void> {
  const actor = actorOf(res);
  const asked = parseQuery(teacherQuery, { ...req.query, ...form.values });
  const [logins, events, teachers] = await Promise.all([
    staffLogins(actor.account, deps.now()),
    eventChoices(actor.account),
    teacherChoices(actor.account, asked),
  ]);
  const levels = ACCESS_LEVELS.filter((level) => level !== 'customer').map((value) => ({
    value,
    label: levelInWords(value),
    may: levelMay(value),
  }));
  res.render('accounts/logins', {
    title: 'Staff accounts',
    section: 'global-setup',
    setupTabs: SETUP_TABS,
    tab: 'logins',
    logins,
    events,
    teachers,
    teacher: asked.teacher,
    levels,
    eventLevels: levels.filter(({ value }) => value !== 'administrator'),
    levelInWords,
    levelField,
    self: actor.user.toHexString(),
    form,
  });
}

/** Of the whole account without a key, as it is the most usual. */
const levelField = (id: string, key: string): string => `level-${id}${key === 'all' ? '' : `-${key}`}`;

function sayMeanwhile({ name }: { name: string }): string {
  return `Somebody else changed the access level of ${name} while you had this page open. Your choice is still selected, but it isn’t saved yet. Select Change again to save it.`;
}
