import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { Contact } from '../../server/models/contact.js';
import { Notification } from '../../server/models/notification.js';
import { contactKeys } from '../../server/models/person-keys.js';
import { School } from '../../server/models/school.js';
import { runInvitations } from '../../server/staff/run-invitations.js';
import { createTestApp, makeAccount, makeUser, type TestApp } from '../support/app.js';
import { axeViolations } from '../support/browser.js';
import { emptyDatabase } from '../support/hooks.js';
import { Office } from '../support/office.js';

const NOW = new Date('2026-10-02T15:00:00Z');
const TEACHERS = 116;

describe('clicks that the office needs for staff accounts', () => {
  let test: TestApp;
  let office: Office;
  let page: Page;
  let base: string;

  before(async () => {
    await emptyDatabase();
    test = createTestApp();
    test.setNow(NOW);
    const account = (await makeAccount())._id;
    const schools = await School.create(['North', 'South'].map((name) => ({ account, name, sortKey: name })));
    await Contact.insertMany(
      Array.from({ length: TEACHERS }, (_, at) => {
        const known = {
          firstName: 'Alex',
          lastName: `Teacher${String(at)}`,
          email: `t${String(at)}@example.org`,
        };
        return {
          ...{ account, type: 'teacher', source: 'file', status: 'active', schools: [schools[at % 2]!._id] },
          ...{ ...known, ...contactKeys({ ...known, schoolId: '' }) },
        };
      }),
    );
    office = await Office.open(test, await makeUser(account, 'administrator'), NOW);
    ({ page, base } = office);
  });
  after(() => office.close());

  it('3 for 116 teachers, all of them with their mail', async () => {
    let clicks = 0;
    const click = async (what: string) => {
      clicks += 1;
      await page.click(what);
      await page.waitForLoadState();
    };
    await page.goto(`${base}/global-setup/logins`);
    await click('text="Invite from the roster"');
    assert.deepEqual(await axeViolations(page), []);
    // Ticks are no clicks.
    await page.check('[data-select-all]');
    await page.check('.bulk-bar input[name="all"]');
    await click('.bulk-bar button:has-text("Invite")');
    assert.ok(clicks <= 3);
    assert.match(page.url(), /\/invitations\/[0-9a-f]{24}$/);
    for (const { name, key } of test.asked)
      if (name === 'invite-staff') await runInvitations(test.deps, key, new AbortController().signal);
    await page.reload();
    assert.match(await page.innerText('.lead'), /116 people are invited/);
    assert.equal(await Notification.countDocuments({ kind: 'invitation' }), TEACHERS);
    assert.deepEqual(await axeViolations(page), []);
  });
});
