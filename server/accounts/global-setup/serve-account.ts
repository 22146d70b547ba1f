import type { Response, Router } from 'express';
import type { Deps } from '../../deps.js';
import { Account } from '../../models/account.js';
import { actorOf } from '../../web/actor.js';
import { seenOf } from '../../web/compare-seen.js';
import { SETUP_TABS } from '../../web/event-tabs.js';
import { countOf } from '../../web/format-count.js';
import { zoneOptions } from '../../web/format-zone.js';
import { judgeColor } from '../../web/match-color.js';
import { parseForm, statusOf, typedValues, type Form } from '../../web/parse.js';
import { saveSeen } from '../../web/save-seen.js';
import { say } from '../../web/session.js';
import { logoAddress } from '../../web/show-brand.js';
import { offerLanguages } from './offer-languages.js';
import { offerLocales } from './offer-locales.js';
import { countElsewhere, listFees } from './queries.js';
import { saveAccount } from './save-account.js';
import {
  ACCOUNT_FIELDS,
  accountSettingsSchema,
  schoolsView,
  SETTINGS,
  shownOf,
  type StoredSettings,
} from './schema.js';

const HOME = '/global-setup';

/** The school account: name, office, link, color, fees. Part of Global Setup, behind the administrator's guard. */
export function addAccountPages(router: Router, deps: Deps): void {
  router.get('/', async (req, res) => {
    const settings = await settingsOf(res);
    const view = parseForm(schoolsView, req.query);
    const page = view.ok ? view.value.page : 1;
    await showAccount(deps, res, settings, { values: shownOf(settings), errors: {} }, page);
  });

  router.post('/', async (req, res) => {
    const actor = actorOf(res);
    const before = await settingsOf(res);
    const parsed = parseForm(accountSettingsSchema, req.body);
    if (!parsed.ok) return showAccount(deps, res, before, parsed);
    const { form, saved } = await saveSeen(
      { fields: ACCOUNT_FIELDS, body: req.body, shown: shownOf(before) },
      () => saveAccount(deps, actor, before, parsed.value),
      async () => shownOf(await settingsOf(res)),
    );
    if (form) return showAccount(deps, res, await settingsOf(res), form);
    if (!saved.ok) {
      const errors = { linkName: REFUSED[saved.reason] };
      return showAccount(deps, res, before, { values: typedValues(req.body), errors });
    }
    const { timeZone, color } = parsed.value;
    const notes = [
      timeZone === before.timeZone ? '' : await sayElsewhere(deps, res, timeZone),
      color && color !== before.color ? sayColor(color) : '',
    ].filter(Boolean);
    say(req, { kind: 'ok', text: ['The school account is saved.', ...notes].join(' ') });
    res.redirect(303, HOME);
  });
}

const REFUSED = {
  'link name taken': 'Another school has this link name. Choose another one.',
  'too many link names':
    'Your school has used 50 link names, and they all still lead to it. Choose one that you had before.',
};

function settingsOf(res: Response): Promise<StoredSettings> {
  return Account.findById(actorOf(res).account, SETTINGS).orFail().lean();
}

async function sayElsewhere(deps: Deps, res: Response, timeZone: string): Promise<string> {
  const elsewhere = await countElsewhere(actorOf(res).account, timeZone, deps.now());
  if (elsewhere === 0) return '';
  return `${countOf(elsewhere, 'event keeps its', 'events keep their')} own time zone, so no appointment moves. You can change it in the event’s settings.`;
}

/** A sentence on how a color was changed so that it can be read. */
function sayColor(color: string): string {
  const { light, dark, isDarker, isLighter } = judgeColor(color);
  const parts = [
    isDarker ? `${light} on light pages, because ${color} is too light for white text` : '',
    isLighter ? `${dark} on dark pages, because ${color} is too dark there` : '',
  ].filter(Boolean);
  return parts.length > 0 ? `Pages show your color as ${parts.join(', and as ')}.` : '';
}

async function showAccount(
  deps: Deps,
  res: Response,
  settings: StoredSettings,
  form: Form,
  page = 1,
): Promise<void> {
  const actor = actorOf(res);
  const [fees, { logo }] = await Promise.all([
    listFees(actor.account, actor, settings.schoolFee, page),
    Account.findById(actor.account, { logo: 1 }).orFail().lean(),
  ]);
  const shown = shownOf(settings);
  res.status(statusOf(form)).render('accounts/school-account', {
    title: 'School account',
    section: 'global-setup',
    setupTabs: SETUP_TABS,
    tab: 'school-account',
    zones: zoneOptions(settings.timeZone),
    locales: offerLocales(),
    languageChoices: offerLanguages(),
    seen: seenOf(ACCOUNT_FIELDS, shown),
    linkStart: `${deps.config.publicUrl}/s/`,
    link: shown.linkName ? `${deps.config.publicUrl}/s/${shown.linkName}` : '',
    colorNote: shown.color ? sayColor(shown.color) : '',
    logo: logo ? { ...logo, address: logoAddress(logo) } : undefined,
    fees,
    form,
  });
}
