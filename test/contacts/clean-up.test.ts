import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Locator, Page } from 'playwright-core';
import { endAppointment } from '../../server/booking/end-appointment.js';
import { deleteContacts } from '../../server/contacts/deletion/delete-contacts.js';
import { deleteEvents } from '../../server/events/deletion/delete-events.js';
import { Account } from '../../server/models/account.js';
import { Class } from '../../server/models/class.js';
import { Contact } from '../../server/models/contact.js';
import { ContactDeletion } from '../../server/models/contact-deletion.js';
import { Course } from '../../server/models/course.js';
import { Duplicate } from '../../server/models/duplicate.js';
import { Event } from '../../server/models/event.js';
import { Resource } from '../../server/models/resource.js';
import { Section } from '../../server/models/section.js';
import { SyncRun } from '../../server/models/sync-run.js';
import { Term } from '../../server/models/term.js';
import { makeUser, PASSWORD } from '../support/app.js';
import { makeAppointment } from '../support/appointment.js';
import { launchBrowser, openPage } from '../support/browser.js';
import { makeSlot } from '../support/event.js';
import { runNow, startSyncedDistrict, type TestDistrict } from '../support/roster/district.js';
import { asApp } from '../support/scans.js';

const PAST = 'Fall conferences of last year';
const NEXT = 'Fall conferences of this year';

/**
 * The help page's way for a school that imported its files by hand until now and turns Clever on: "Preventing Duplicate Contacts", steps 1
 * to 5, as one person at one browser.
 */
describe('the clean-up before Clever is turned on', function () {
  this.timeout(240_000);
  let district: TestDistrict;
  let server: Server;
  let browser: Browser;
  let page: Page;
  let home: string;
  let people: number;

  before(async () => {
    district = await startSyncedDistrict({ students: 40 });
    people = await Contact.countDocuments({ account: district.account });
    await pretendImportedByHand();
    server = district.test.app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    home = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    browser = await launchBrowser(false);
    page = await openPage(browser, { width: 1280 });
    const admin = await makeUser(district.account, 'administrator');
    await page.goto(`${home}/login`);
    await page.fill('input[name="email"]', admin.email);
    await page.fill('input[name="password"]', PASSWORD);
    await press('Log in');
  });
  after(async () => {
    await browser.close();
    server.close();
    server.closeAllConnections();
    await district.close();
  });

  /** The same people under the IDs of the school's own files, a past event with what was booked, and Clever set up but off. */
  async function pretendImportedByHand(): Promise<void> {
    const { account, event } = district;
    await Contact.collection.updateMany({ account }, [
      {
        $set: {
          source: 'file',
          'record.id': { $concat: ['own-', '$record.id'] },
          relations: {
            $map: {
              input: '$relations',
              as: 'tie',
              in: { $mergeObjects: ['$$tie', { student: { $concat: ['own-', '$$tie.student'] } }] },
            },
          },
        },
      },
    ]);
    await Section.deleteMany({ account });
    await Course.deleteMany({ account });
    await Term.deleteMany({ account });
    await Account.updateOne(
      { _id: account },
      { $set: { 'clever.enabled': false, recordsOf: 'pickatime' }, $unset: { 'clever.cursor': 1 } },
    );
    await Event.updateOne(
      { _id: event },
      { $set: { name: PAST, 'sync.on': false, 'booking.cancelHoursBefore': 17 } },
    );
    const of = await Event.findById(event).orFail().lean();
    const resource = await Resource.findOne({ event }).orFail().lean();
    const student = await Contact.findOne({ account, type: 'student' }).orFail().lean();
    const slot = await makeSlot(of, resource, `${of.days[0]!}T17:00`);
    await makeAppointment(slot, { students: [student._id] });
  }

  /** Clicks, and waits for the page that comes of it. */
  const go = async (target: Locator): Promise<void> => {
    await Promise.all([page.waitForEvent('load'), target.first().click()]);
  };
  const main = (name: string) => go(page.getByRole('navigation').getByRole('link', { name, exact: true }));
  const link = (name: string) => go(page.getByRole('link', { name, exact: true }));
  const press = (name: string) => go(page.getByRole('button', { name, exact: true }));
  const text = () => page.locator('main').innerText();

  it('step 1: a new event from a past one keeps its settings', async () => {
    await page.goto(`${home}/events`);
    await go(page.getByRole('row', { name: PAST }).getByRole('link', { name: /Use as template/ }));
    await page.fill('input[name="name"]', NEXT);
    const days = page.locator('input[name="days"]');
    await days.first().fill('2027-11-23');
    await press('Create event');
    const made = await Event.findOne({ name: NEXT }).orFail().lean();
    assert.equal(made.booking.cancelHoursBefore, 17);
    assert.equal(await Class.countDocuments({ event: made._id }), 0);
  });

  it('step 2: the past event’s reports are exported', async () => {
    await main('Reports');
    await link(PAST);
    await page.getByRole('link', { name: 'Appointments' }).last().click();
    const file = page.waitForEvent('download');
    await page.getByRole('link', { name: /CSV/ }).first().click();
    assert.match((await file).suggestedFilename(), /\.csv$/);
  });

  it('step 3: the past event is deleted, the new one stays', async () => {
    await page.goto(`${home}/events/${district.event.toHexString()}/settings`);
    await link('Delete this event');
    await page.fill('input[name="typed"]', PAST);
    await press('Delete this event');
    await asApp(() => deleteEvents(district.deps, new AbortController().signal));
    assert.deepEqual(
      (await Event.find({ account: district.account }).lean()).map(({ name }) => name),
      [NEXT],
    );
  });

  it('step 4: Global Setup / Contacts / Advanced Options / Delete All Contacts, Level to delete: Event Administrator', async () => {
    await main('Global Setup');
    await link('Contacts');
    await link('Advanced Options');
    await link('Delete All Contacts');
    const group = page.getByRole('group', { name: 'Level to delete' });
    await group.getByLabel('Admin Level - Event Administrator').check();
    assert.match(await text(), /40 students/);
    assert.doesNotMatch(await text(), /still needs? these people/);
    await page.getByLabel('Type Maple District to confirm').fill('Maple District');
    await press('Delete All Contacts');
    await page.waitForURL(/\/deletions\/[0-9a-f]{24}$/);
    const { _id } = await ContactDeletion.findOne().orFail().lean();
    await asApp(() =>
      deleteContacts(
        district.deps,
        _id.toHexString(),
        new AbortController().signal,
        endAppointment(district.deps),
      ),
    );
    // The page follows by itself.
    await page.getByText(/^Deleted: 40 students/).waitFor();
    assert.equal(await Contact.countDocuments({ account: district.account }), 0);
  });

  it('step 5: Clever is turned on and imports everybody, each once', async () => {
    await main('Global Setup');
    await link('Clever');
    await press('Enable Clever');
    await main('Importer');
    if (await page.getByRole('button', { name: 'Select this event' }).isVisible())
      await press('Select this event');
    for (const box of await page.locator('input[name="schools"]').all()) await box.check();
    await press('Show terms');
    for (const box of await page.locator('input[name="terms"]').all()) await box.check();
    await press('Start import');
    const run = await SyncRun.findOne({ state: 'queued' }).orFail().lean();
    await runNow(district.deps, run._id);
    const done = await SyncRun.findById(run._id).orFail().lean();
    assert.equal(done.state, 'done', done.result?.code);
    assert.equal(await Contact.countDocuments({ account: district.account }), people);
    assert.equal(await Duplicate.countDocuments({ account: district.account }), 0);
    const made = await Event.findOne({ name: NEXT }).orFail().lean();
    assert.ok((await Class.countDocuments({ event: made._id, status: 'active' })) > 0);
  });
});
