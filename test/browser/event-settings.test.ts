import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { Event } from '../../server/models/event.js';
import { Slot } from '../../server/models/slot.js';
import type { User } from '../../server/models/user.js';
import { makeUser, PASSWORD } from '../support/app.js';
import { Desk } from '../support/booking/desk.js';
import { launchBrowser, openPage } from '../support/browser.js';
import { findFaults } from '../support/find-faults.js';

describe('the settings of an event in a browser', function () {
  let desk: Desk;
  let server: Server;
  let browser: Browser;
  let page: Page;
  let home: string;
  let event: string;
  let clicks = 0;

  before(async () => {
    browser = await launchBrowser();
  });
  after(async () => {
    await browser.close();
  });
  beforeEach(async () => {
    desk = await Desk.open();
    event = `/events/${desk.fair.event._id.toHexString()}`;
    server = desk.test.app.listen(0);
    await once(server, 'listening');
    home = `http://localhost:${String((server.address() as AddressInfo).port)}`;
    page = await openPage(browser, { width: 1280 });
    clicks = 0;
  });
  afterEach(async () => {
    await page.close();
    server.closeAllConnections();
    server.close();
  });

  async function logIn(user: User): Promise<void> {
    await page.goto(`${home}/login`);
    await page.fill('[name=email]', user.email);
    await page.fill('[name=password]', PASSWORD);
    await Promise.all([
      page.waitForURL((url) => url.pathname !== '/login'),
      page.press('[name=password]', 'Enter'),
    ]);
  }
  const office = async () => logIn(await makeUser(desk.fair.account._id, 'event administrator'));

  async function click(what: string): Promise<void> {
    clicks += 1;
    await page.click(what);
  }

  it('a new event starts from a past one in 2 clicks', async () => {
    await Event.updateOne(
      { _id: desk.fair.event._id },
      { $set: { reminders: [24], 'booking.perHousehold': 6 } },
    );
    await office();
    await page.goto(`${home}/events`);
    await click('text=Use as template');
    await page.waitForURL(/\/events\/new\?template=/);
    const faults = await findFaults(page, 'template');
    await page.setViewportSize({ width: 1280, height: 844 });
    await page.fill('#f-days', '2027-03-10');
    await click('text=Create event');
    await page.waitForURL(/\/events\/[0-9a-f]{24}$/);
    assert.equal(clicks, 2);
    const made = (await Event.findOne({ templateOf: desk.fair.event._id }).lean())!;
    assert.deepEqual([made.days, made.reminders, made.booking.perHousehold], [['2027-03-10'], [24], 6]);
    assert.deepEqual(faults, []);
  });

  it('a preview follows what is typed; questions, deletion and an archived event can be read on a phone', async () => {
    await office();
    await page.goto(`${home}${event}/settings/emails`);
    await page.fill('[name=bookedText]', 'Dear {parent}, <b>{student}</b>');
    await page.waitForSelector('#sample-booked >> text=Dear Jordan Smith, <b>Alex</b>');
    assert.equal((await Event.findById(desk.fair.event._id).lean())?.messages, undefined);
    const faults = await findFaults(page, 'emails');
    await page.setViewportSize({ width: 1280, height: 844 });
    await page.goto(`${home}${event}/settings/questions`);
    await page.click('text=Add a question');
    await page.fill('[name^=label-]', 'Allergies?');
    await page.click('text=Add a question');
    assert.equal(await page.inputValue('[name^=label-] >> nth=0'), 'Allergies?');
    faults.push(...(await findFaults(page, 'questions')));
    await page.goto(`${home}${event}/deletion`);
    faults.push(...(await findFaults(page, 'deletion')));
    await Event.updateOne({ _id: desk.fair.event._id }, { $set: { status: 'archived' } });
    for (const tab of ['settings', 'sync', 'classes']) {
      await page.goto(`${home}${event}/${tab}`);
      faults.push(...(await findFaults(page, `archived ${tab}`)));
    }
    assert.ok((await page.locator('main form[method=post] button').count()) > 0);
    assert.equal(await page.locator('main form[method=post] button:visible').count(), 0);
    assert.deepEqual(faults, []);
  });

  it('a family answers questions and chooses how to meet', async () => {
    const kinds = ['text', 'long text', 'choice', 'tick', 'phone'] as const;
    const fields = kinds.map((kind, n) => ({
      ...{ id: String(n + 1).repeat(24), label: `Question of kind ${kind}`, kind, required: n % 2 === 0 },
      ...{ choices: kind === 'choice' ? ['English', 'Spanish'] : [], staffOnly: false },
    }));
    await Event.updateOne({ _id: desk.fair.event._id }, { $set: { fields } });
    await Slot.updateOne({ _id: desk.fair.teachers[0]!.slots[0]!._id }, { $set: { kind: 'either' } });
    const { user } = await desk.parentOf(0);
    await logIn(user);
    await page.goto(`${home}${desk.timesPath()}`);
    await page.click('.time-free');
    await page.click('.btn-primary:has-text("Book this time")');
    await page.waitForSelector('.error-summary');
    const faults = await findFaults(page, 'check');
    await page.check('[name=meet][value=video]');
    for (const { id, kind } of fields)
      if (kind === 'choice') await page.selectOption(`[name=answer-${id}]`, 'Spanish');
      else if (kind === 'tick') await page.check(`[name=answer-${id}]`);
      else await page.fill(`[name=answer-${id}]`, '555-010-1234');
    await page.click('.btn-primary:has-text("Book this time")');
    await page.waitForSelector('text=Your meeting is booked');
    faults.push(...(await findFaults(page, 'done')));
    assert.deepEqual(faults, []);
  });
});
