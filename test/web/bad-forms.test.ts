import assert from 'node:assert/strict';
import { sendLink } from '../../server/accounts/send-link.js';
import { createApp } from '../../server/app.js';
import { Account } from '../../server/models/account.js';
import { Notification } from '../../server/models/notification.js';
import type { User } from '../../server/models/user.js';
import { fill } from '../support/permissions/addresses.js';
import { makeDistrict, makePlace, type Place } from '../support/permissions/place.js';
import { DISTRICT, makeReaders, MATES, MINE } from '../support/permissions/readers.js';
import { Visits } from '../support/permissions/visits.js';
import { createTestApp, makeUser, type TestApp } from '../support/app.js';
import { emptyDatabase } from '../support/hooks.js';
import { listRoutes } from '../support/routes.js';
import { formsOfAccount } from '../support/web/bad-forms-account.js';
import { formsOfEvents } from '../support/web/bad-forms-events.js';

describe('a bad form', () => {
  let test: TestApp;
  let place: Place;
  let visits: Visits;
  let admin: User;
  let parent: User;
  let newcomer: User;
  let viewer: User;
  let secret: string;

  before(async () => {
    await emptyDatabase();
    test = createTestApp();
    test.setNow(new Date('2026-11-23T18:00:00Z'));
    const account = await makeDistrict(DISTRICT);
    await Account.updateOne(
      { _id: account },
      {
        $set: {
          clever: {
            districtId: 'a'.repeat(24),
            approval: 'approved',
            enabled: false,
            schools: [],
            kinds: { students: true, teachers: true, staff: false, contacts: false },
          },
        },
      },
    );
    place = await makePlace(account, MINE);
    const mates = await makePlace(account, MATES, { event: place.event, at: '17:30' });
    const readers = await makeReaders(place, mates);
    const find = (who: string) => readers.find((reader) => reader.who === who)!.user!;
    admin = find('administrator of the account');
    parent = find('a parent');
    viewer = find('appointment viewer of the account');
    newcomer = await makeUser(account, 'customer');
    visits = await Visits.open(createApp(test.deps), test.deps, [admin, parent, newcomer]);
    await sendLink(test.deps, 'new password', newcomer);
    const mail = await Notification.findOne({ to: newcomer.email }).orFail().lean();
    secret = /\/password\/([\w-]+)/.exec(mail.text)?.[1] ?? '';
  });
  after(() => {
    visits.close();
  });

  /** Who sends it: whoever's page the form stands on. */
  const senderOf = (path: string) =>
    path.startsWith('/e/') ? parent : path.startsWith('/password') ? newcomer : admin;

  it('is answered with 422 at every address, says which field is wrong, and keeps the rest', async () => {
    const routes = listRoutes(createApp(test.deps)).filter(({ method }) => method === 'POST');
    const known = { ...formsOfAccount(place, viewer), ...formsOfEvents(place) };
    const faults: string[] = [];
    for (const path of new Set(routes.map((route) => route.path))) {
      const entry = known[path];
      if (entry === undefined) faults.push(`${path} is not in the table`);
      if (!Array.isArray(entry)) continue;
      for (const { fields, says, keeps, ready, at } of entry) {
        await ready?.();
        const { status, text, location } = await visits.post(
          senderOf(path),
          (at ?? fill(path, place)).replace('/nothing', `/${secret}`),
          fields,
        );
        const what = `${path} ${JSON.stringify(fields).slice(0, 120)}`;
        const said = saidOn(text);
        if (status !== 422) faults.push(`${what}: ${status} ${location}`);
        else if (!says.test(said)) faults.push(`${what} says “${said}”`);
        else if (/[[{]|undefined|"[\w-]+"/.test(said))
          faults.push(`${what} says what no person says: “${said}”`);
        else if (keeps && !keeps.test(text)) faults.push(`${what} loses ${String(keeps)}`);
      }
    }
    for (const path of Object.keys(known))
      if (!routes.some((route) => route.path === path)) faults.push(`${path} is in the table alone`);
    assert.deepEqual(faults, []);
  });
});

/** What the page says is wrong: in its summary, at fields, or on top. */
function saidOn(html: string): string {
  const parts = [
    ...html.matchAll(/<div class="(?:error-summary|flash flash-danger)"[\s\S]*?<\/div>/g),
    ...html.matchAll(/<p class="error"[\s\S]*?<\/p>/g),
  ];
  return parts
    .map(([part]) => part.replace(/<svg[\s\S]*?<\/svg>|<[^>]+>/g, ' '))
    .join(' ')
    .replace(/\s+/g, ' ')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, '&')
    .replace(/&#34;|&quot;/g, '"')
    .trim();
}
