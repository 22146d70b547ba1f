import type { Request, Response, Router } from 'express';
import type { Deps } from '../../deps.js';
import { School } from '../../models/school.js';
import { actorOf } from '../../web/actor.js';
import { seenOf } from '../../web/compare-seen.js';
import { notFound } from '../../web/errors.js';
import { SETUP_TABS } from '../../web/event-tabs.js';
import { parseForm, parseId, statusOf, type Form } from '../../web/parse.js';
import { saveSeen } from '../../web/save-seen.js';
import { say } from '../../web/session.js';
import { placeInList } from './queries.js';
import { saveAddress } from './save-address.js';
import { ADDRESS_FIELDS, addressForm, addressSource, sourceOf } from './schema.js';

/** Where a school is. Part of Global Setup, behind the administrator's guard. */
export function addAddressPages(router: Router, deps: Deps): void {
  router.get('/schools/:school', async (req, res) => {
    const school = await schoolOf(req, res);
    await showAddress(res, school, { values: shownOf(school), errors: {} });
  });

  router.post('/schools/:school', async (req, res) => {
    const before = await schoolOf(req, res);
    const parsed = parseForm(addressForm, req.body);
    if (!parsed.ok) return showAddress(res, before, parsed);
    const { form } = await saveSeen(
      { fields: ADDRESS_FIELDS, body: req.body, shown: shownOf(before) },
      () => saveAddress(deps, actorOf(res), before, parsed.value.address),
      async () => shownOf(await schoolOf(req, res)),
    );
    if (form) return showAddress(res, await schoolOf(req, res), form);
    say(req, { kind: 'ok', text: `The address of ${before.name} is saved.` });
    res.redirect(303, await placeInList(before));
  });
}

const shownOf = ({ address }: School) => ({ address: address ?? '' });

async function schoolOf(req: Request, res: Response): Promise<School> {
  const _id = parseId(req.params.school);
  const school = await School.findOne({ _id, account: actorOf(res).account }).lean();
  if (!school) throw notFound();
  return school;
}

async function showAddress(res: Response, school: School, form: Form): Promise<void> {
  res.status(statusOf(form)).render('accounts/school-address', {
    title: `Address of ${school.name}`,
    section: 'global-setup',
    setupTabs: SETUP_TABS,
    tab: 'school-account',
    school,
    synced: school.synced?.address ?? '',
    from: addressSource(school),
    source: sourceOf(school),
    back: await placeInList(school),
    seen: seenOf(ADDRESS_FIELDS, shownOf(school)),
    form,
  });
}
