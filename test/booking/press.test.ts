import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import { Appointment } from '../../server/models/appointment.js';
import { Slot } from '../../server/models/slot.js';
import type { Visitor } from '../support/app.js';
import { Desk } from '../support/booking/desk.js';
import { EVE, findDoubles } from '../support/booking/conference.js';
import { axeViolations, launchBrowser, settle } from '../support/browser.js';
import { lookAt, Site } from '../support/site.js';

interface Said {
  to?: string;
  text?: string;
  nearest?: string[];
  gone?: Record<string, string>;
  href?: string;
}

/** The script of the page of times sends a press and shows what comes of it without leaving the page. */
describe('a press that the page of times sends itself', () => {
  let desk: Desk;
  let keys = 0;
  const slotOf = (n: number, teacher = 0) => String(desk.fair.teachers[teacher]!.slots[n]!._id);

  beforeEach(async () => {
    desk = await Desk.open({ teachers: 2, slots: 4 });
  });

  async function press(visitor: Visitor, slot: number, student = 0, teacher = 0): Promise<Said> {
    const page = await visitor.get(desk.timesPath(teacher, student));
    const answer = await visitor.agent
      .post(`${desk.home}/appointments`)
      .accept('application/json')
      .type('form')
      .send({
        ...{ _csrf: /name="_csrf" value="([^"]+)"/.exec(page.text)?.[1], slot: slotOf(slot, teacher) },
        ...{ student: String(desk.fair.students[student]!._id), key: `key${String(++keys)}`, now: '1' },
      });
    const said = answer.body as Said;
    assert.equal(answer.status, said.to ? 200 : 409, answer.text);
    return said;
  }

  it('leads to the booked meeting', async () => {
    const { visitor } = await desk.parentOf(0);
    const { to = '' } = await press(visitor, 0);
    assert.match((await visitor.get(to)).text, /Your meeting is booked/);
  });

  it('is told there why the time was refused, and which are free, as the page of its own says it', async () => {
    const [first, second] = [await desk.parentOf(0), await desk.parentOf(1)];
    await press(first.visitor, 1);
    await Slot.updateOne({ _id: slotOf(3) }, { state: 'hidden' });
    const said = await press(second.visitor, 1, 1);
    assert.equal(said.text, 'Another family has this time.');
    assert.deepEqual([said.nearest, said.gone], [[slotOf(0), slotOf(2)], { [slotOf(1)]: 'Taken' }]);
    const page = await second.visitor.get(said.href ?? '');
    assert.match(page.text, /Another family has this time\./);
    for (const id of said.nearest ?? []) assert.match(page.text, new RegExp(`value="${id}"`));
  });

  it('leads to a page of its own where it is about the family’s other meetings, or no time is left', async () => {
    const [first, second] = [await desk.parentOf(0), await desk.parentOf(1)];
    await press(first.visitor, 0);
    const { to: busy = '' } = await press(first.visitor, 0, 0, 1);
    assert.match((await first.visitor.get(busy)).text, /At 5:00 PM you meet Mrs Lee/);
    await Slot.updateMany({ resource: desk.fair.teachers[0]!.resource._id }, { state: 'call the school' });
    const { to: full = '' } = await press(second.visitor, 1, 1);
    assert.match(full, /\/times\//);
  });

  it('in a second tab, or by the other way, leads to the same meeting', async () => {
    const { visitor } = await desk.parentOf(0);
    const { to = '' } = await press(visitor, 2);
    assert.equal((await press(visitor, 2)).to, to);
    assert.equal((await desk.choose(visitor, 0, 2, 0, { now: '1' })).headers.location, to);
    const together = await Promise.all([press(visitor, 0, 0, 1), press(visitor, 0, 0, 1)]);
    const [only, ...others] = await Appointment.find({
      state: 'booked',
      resource: desk.fair.teachers[1]!.resource._id,
    }).lean();
    assert.deepEqual(others, []);
    for (const { to: led = '' } of together)
      assert.ok(led.endsWith(String(only?._id)) || led.includes('/times/'), led);
    assert.deepEqual(await findDoubles(desk.fair), []);
  });
});

describe('the page of times while others book', function () {
  let browser: Browser;
  let page: Page;
  let site: Site;
  before(async () => {
    browser = await launchBrowser();
  });
  after(() => browser.close());
  afterEach(async () => {
    await page.close();
    site.close();
  });

  it('loads anew where a time has become free that it has no button for', async () => {
    const desk = await Desk.open({ teachers: 1, slots: 3 });
    const { user } = await desk.parentOf(0);
    const { visitor } = await desk.parentOf(1);
    const before = await desk.book(visitor, 0, 0, 1);
    site = await Site.open(desk.test);
    page = await site.openAs(browser, user, EVE, { width: 390 });
    await page.goto(`${site.base}${desk.timesPath()}`);
    await visitor.post(`${before}/cancel`, {}, `${before}/cancel`);
    await desk.book(visitor, 0, 1, 1);
    await page.getByRole('button', { name: /^5:10 PM/ }).click();
    await page.waitForURL(/slot=/);
    await settle(page);
    const box = page.locator('[data-error-summary]');
    assert.equal(await box.getByRole('button', { name: /^5:00 PM/ }).count(), 1);
  });

  it('says that a time is gone, offers the nearest and books one of them', async () => {
    const desk = await Desk.open({ teachers: 1, slots: 4 });
    const { user } = await desk.parentOf(0);
    const { visitor } = await desk.parentOf(1);
    site = await Site.open(desk.test);
    page = await site.openAs(browser, user, EVE, { width: 390 });
    await page.goto(`${site.base}${desk.timesPath()}`);
    await desk.book(visitor, 0, 1, 1);
    await page.getByRole('button', { name: /^5:10 PM/ }).click();
    const box = page.locator('[data-error-summary]');
    await box.waitFor();
    assert.equal(await box.evaluate((one) => one === one.ownerDocument.activeElement), true);
    assert.match(await box.innerText(), /Another family has this time\.[\s\S]*nearest free times of Mrs Lee/);
    assert.match(page.url(), /slot=/);
    assert.deepEqual(await axeViolations(page), []);
    await lookAt(page, 'press-refused');
    assert.equal(await page.getByRole('button', { name: /^5:10 PM/ }).count(), 0);
    await box.getByRole('button', { name: /^5:00 PM/ }).click();
    await page.waitForURL(/\/appointments\//);
    assert.match(await page.innerText('main'), /Your meeting is booked/);
  });
});
