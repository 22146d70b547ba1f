import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { Appointment } from '../../server/models/appointment.js';
import { Contact } from '../../server/models/contact.js';
import { makeUser } from '../support/app.js';
import { axeViolations } from '../support/browser.js';
import { EVE } from '../support/booking/conference.js';
import { FrontDesk } from '../support/booking/front-desk.js';
import { Office } from '../support/office.js';

/** Three each, from the page that stands in the name on; typing, Enter in a search, and choices from a list are not clicks. */
describe('clicks that a call takes at the front desk', () => {
  let front: FrontDesk;
  let office: Office;
  let page: Page;
  let base: string;
  let event: string;
  let clicks: number;
  let child = -1;

  before(async () => {
    front = await FrontDesk.open({ students: 12, slots: 12 });
    for (let n = 0; n < 12; n++)
      await front.guardianOf(n, { firstName: `Rosa${String(n)}`, email: `rosa${String(n)}@example.org` });
    const { test, fair } = front.desk;
    for (const one of fair.students)
      await Contact.updateOne(
        { _id: one._id },
        { searchKey: `${one.firstName} lopez ${one.schoolId}`.toLowerCase() },
      );
    event = `/events/${String(fair.event._id)}`;
    office = await Office.open(test, await makeUser(fair.account._id, 'administrator'), EVE);
    ({ page, base } = office);
  });
  after(() => office.close());
  // A child of its own for each: none has an appointment yet.
  beforeEach(() => {
    child += 1;
    clicks = 0;
  });
  afterEach(() => assert.ok(clicks <= 3, `${String(clicks)} clicks`));

  const student = () => front.fair.students[child]!;
  const open = (path: string) => page.goto(`${base}${path}`);
  const slotPath = (teacher: number, n: number) => `${event}/day-sheet/${String(front.slot(teacher, n)._id)}`;
  const living = () => Appointment.find({ students: student()._id, state: 'booked' }).lean();

  async function click(role: 'link' | 'button', name: string | RegExp): Promise<void> {
    clicks += 1;
    await page.getByRole(role, { name }).first().click();
    await page.waitForLoadState();
    assert.deepEqual(await axeViolations(page), [], page.url());
    if (process.env.SHOTS)
      await shoot(new URL(page.url()).pathname.replace(/\/[0-9a-f]{24}/g, '').replace(/\W+/g, '-'));
  }

  async function shoot(name: string): Promise<void> {
    for (const dark of [false, true])
      for (const width of [1280, 390]) {
        await page.setViewportSize({ width, height: 844 });
        await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' });
        await page.screenshot({
          path: `${String(process.env.SHOTS)}/${name}-${String(width)}${dark ? '-dark' : ''}.png`,
          fullPage: true,
        });
      }
    await page.setViewportSize({ width: 1280, height: 844 });
    await page.emulateMedia({ colorScheme: 'light' });
  }

  async function find(text: string): Promise<void> {
    await page.locator('#q').fill(text);
    await page.locator('#q').press('Enter');
    await page.waitForLoadState();
  }

  /** Without the desk's own pages, as there is something to move or cancel. */
  async function book(teacher: number, n: number): Promise<void> {
    const { visitor } = await front.clerk();
    await front.book(visitor, teacher, n, child);
  }

  async function pickAnother(): Promise<void> {
    const value = await page
      .locator('select[name=slot] option:not([disabled]):not([value=""])')
      .first()
      .getAttribute('value');
    await page.locator('select[name=slot]').first().selectOption(value);
  }

  it('book, from the slot: by the adult’s name', async () => {
    await open(slotPath(0, 0));
    await find('rosa0');
    await click('button', /^Book ?: Ana/);
    await click('button', 'Book this time');
    assert.equal((await living()).length, 1);
  });

  it('book, from the day sheet: by Student ID', async () => {
    await open(`${event}/day-sheet`);
    clicks += 1;
    await page
      .locator(`a[href="${slotPath(0, 1)}"]`)
      .first()
      .click();
    await page.waitForLoadState();
    await find(student().schoolId);
    await click('button', /^Book ?: Leo/);
    await click('button', 'Book this time');
    assert.equal((await living()).length, 1);
  });

  it('book, from the appointment list: by email', async () => {
    await open(`${event}/appointments`);
    await find('rosa2@example.org');
    await click('link', 'Book for Mia Lopez');
    await pickAnother();
    await click('button', /^Book ?: Mr Park/);
    await click('button', 'Book this time');
    assert.equal((await living()).length, 1);
  });

  it('book, from the child’s page', async () => {
    await open(`/global-setup/contacts/${String(student()._id)}`);
    await click('link', /^Book at Fall Conferences/);
    await pickAnother();
    await click('button', /^Book ?: Mr Park/);
    await click('button', 'Book this time');
    assert.equal((await living()).length, 1);
  });

  it('move, from the slot', async () => {
    await book(1, 4);
    await open(slotPath(1, 4));
    await click('link', /^Move ?: /);
    await pickAnother();
    await click('button', 'Move appointment');
    assert.equal((await living())[0]?.slot.equals(front.slot(1, 4)._id), false);
  });

  it('move, from the day sheet', async () => {
    await book(1, 5);
    await open(`${event}/day-sheet`);
    clicks += 1;
    await page
      .locator(`a[href="${slotPath(1, 5)}"]`)
      .first()
      .click();
    await page.waitForLoadState();
    await click('link', /^Move ?: /);
    await pickAnother();
    await click('button', 'Move appointment');
    assert.equal((await living())[0]?.slot.equals(front.slot(1, 5)._id), false);
  });

  it('move, from the appointment list', async () => {
    await book(1, 6);
    await open(`${event}/appointments?q=${student().schoolId}`);
    await click('link', /^Move ?: /);
    await pickAnother();
    await click('button', 'Move appointment');
    assert.equal((await living())[0]?.slot.equals(front.slot(1, 6)._id), false);
  });

  it('move, from the child’s page', async () => {
    await book(1, 7);
    await open(`/global-setup/contacts/${String(student()._id)}`);
    await click('link', /^Move ?: /);
    await pickAnother();
    await click('button', 'Move appointment');
    assert.equal((await living())[0]?.slot.equals(front.slot(1, 7)._id), false);
  });

  it('cancel, from the slot, the day sheet, the appointment list and the child’s page', async () => {
    for (const from of ['slot', 'sheet', 'list', 'child']) {
      clicks = 0;
      await book(1, 8);
      const path = {
        slot: slotPath(1, 8),
        sheet: `${event}/day-sheet`,
        list: `${event}/appointments?q=${student().schoolId}&state=booked`,
        child: `/global-setup/contacts/${String(student()._id)}`,
      }[from]!;
      await open(path);
      if (from === 'sheet') {
        clicks += 1;
        await page
          .locator(`a[href="${slotPath(1, 8)}"]`)
          .first()
          .click();
        await page.waitForLoadState();
      }
      await click('link', /^Cancel ?: /);
      await click('button', 'Cancel appointment');
      assert.equal((await living()).length, 0, from);
      assert.ok(clicks <= 3, from);
    }
  });
});
