import type { Response, Router } from 'express';
import type { Deps } from '../../deps.js';
import { Account } from '../../models/account.js';
import { actorOf } from '../../web/actor.js';
import { SETUP_TABS } from '../../web/event-tabs.js';
import { FRESH_FORM, statusOf, type Form } from '../../web/parse.js';
import { say } from '../../web/session.js';
import { logoAddress } from '../../web/show-brand.js';
import type { LogoRefusal } from '../brand/check-picture.js';
import { readLogo } from '../brand/read-logo.js';
import { receivedLogo } from '../brand/receive-logo.js';
import { removeLogo, saveLogo } from '../brand/save-logo.js';

/** The school's logo: upload, look, remove. Part of Global Setup, behind the administrator's guard. */
export function addLogoPages(router: Router, deps: Deps): void {
  router.get('/logo', (_req, res) => showLogo(res));

  router.post('/logo', async (req, res) => {
    const { data, fault } = receivedLogo(res);
    if (fault) return refuse(res, FAULTS[fault]);
    if (!data) return refuse(res, 'Select the picture.');
    const read = await readLogo(data);
    if (!read.ok) return refuse(res, sayRefusal(read.reason, read.size));
    await saveLogo(deps, actorOf(res), read.picture);
    say(req, { kind: 'ok', text: 'The logo is saved. Parents see it from now on.' });
    res.redirect(303, '/global-setup/logo');
  });

  router.post('/logo/removal', async (req, res) => {
    await removeLogo(deps, actorOf(res));
    say(req, { kind: 'ok', text: 'The logo is removed. Pages show the school’s name alone.' });
    res.redirect(303, '/global-setup/logo');
  });
}

const SMALLER = 'Save it smaller: 600 pixels wide is plenty.';
const FAULTS = {
  'too large': `The picture is larger than 500 KB. ${SMALLER}`,
  'broken off': 'The picture didn’t arrive completely. Select it again.',
};

function sayRefusal(reason: LogoRefusal, size: string): string {
  if (reason === 'no picture')
    return 'This file isn’t a PNG or JPEG picture. Save the logo as PNG or JPEG, and select it again.';
  if (reason === 'too many pixels') return `The picture has ${size} pixels, which is too many. ${SMALLER}`;
  return 'This picture is damaged. Save the logo again as PNG or JPEG, and select it again.';
}

function refuse(res: Response, text: string): Promise<void> {
  return showLogo(res, { values: {}, errors: { logo: text } });
}

async function showLogo(res: Response, form: Form = FRESH_FORM): Promise<void> {
  const { logo, name } = await Account.findById(actorOf(res).account, { logo: 1, name: 1 }).orFail().lean();
  res.status(statusOf(form)).render('accounts/logo', {
    title: 'Logo',
    section: 'global-setup',
    setupTabs: SETUP_TABS,
    tab: 'school-account',
    logo: logo ? { ...logo, address: logoAddress(logo) } : undefined,
    name,
    form,
  });
}
