import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import { Appointment } from '../../server/models/appointment.js';
import { Event } from '../../server/models/event.js';
import { Slot } from '../../server/models/slot.js';
import { EVE } from '../support/booking/conference.js';
import { Desk } from '../support/booking/desk.js';
import { axeViolations, launchBrowser, settle } from '../support/browser.js';
import { SHOTS, Site } from '../support/site.js';

const MOST = { book: 3, change: 3, cancel: 2, schedule: 2 };
/** What the school asks, in the tests where it asks something. */
const FIELD = { id: 'q1', kind: 'text', label: 'Topic', required: true, choices: [] };

/** What has the focus, where the bar at the end of the screen lies over it. */
const UNDER_BAR = String.raw`(() => {
  const bar = document.querySelector('.next-bar:not(.next-bar-still)');
  const focus = document.activeElement;
  if (!bar || !focus || focus === document.body || bar.contains(focus)) return '';
  const [box, top] = [focus.getBoundingClientRect(), bar.getBoundingClientRect().top];
  return box.bottom > top + 1 && box.top < innerHeight ? focus.outerHTML.slice(0, 200) : '';
})()`;

const WORDS = {
  en: {
    ...{ booked: /Your meeting is booked/, next: /^Next: /, book: 'Book this time' },
    ...{ cancel: 'Cancel this meeting', sure: 'Cancel meeting' },
    ...{
      mine: /^Change your meeting with/,
      drop: /^Cancel your meeting with/,
      moved: /Your meeting is now at/,
    },
    ...{
      done: /You’ve booked every teacher you can book now/,
      at: /^5:\d0 PM, Tuesday, November 24, 2026, with .*, about Ana/,
    },
    schedule: 'See your schedule',
  },
  es: {
    ...{ booked: /Su cita está reservada/, next: /^Siguiente: /, book: /^Reservar/ },
    ...{ cancel: 'Cancelar esta cita', sure: 'Cancelar la cita' },
    ...{ mine: /^Cambiar su cita con/, drop: /^Cancelar su cita con/, moved: /Nueva hora de su cita/ },
    ...{
      done: /Ya reservó con todas las personas/,
      at: /^5:\d0 p\.\s?m\., martes, 24 de noviembre de 2026, con .*, sobre Ana/,
    },
    schedule: 'Ver sus citas',
  },
} as const;

/** On a phone, from the list of teachers on. */
describe('taps that a booking takes', function () {
  let browser: Browser;
  let site: Site;
  let desk: Desk;
  let page: Page;
  let taps: number;
  let hasScript: boolean;

  before(async () => {
    browser = await launchBrowser();
  });
  after(() => browser.close());
  afterEach(async () => {
    await page.close();
    site.close();
  });

  async function arrive(lang: string, javaScript: boolean, more: object = {}): Promise<void> {
    desk = await Desk.open({ teachers: 3, slots: 6 });
    await Event.updateOne({}, { $set: more });
    const { user } = await desk.parentOf(0);
    site = await Site.open(desk.test);
    page = await site.openAs(browser, user, EVE, { width: 390, javaScript });
    hasScript = javaScript;
    await page.goto(`${site.base}${desk.home}?lang=${lang}`);
    taps = 0;
  }

  async function tap(role: 'link' | 'button', name: string | RegExp): Promise<void> {
    taps += 1;
    await page
      .getByRole(role, { name, exact: typeof name === 'string' })
      .first()
      .click();
    await settle(page);
    // So tall that the bar at its end lies over nothing: what can be scrolled from under it is no fault.
    await page.setViewportSize({ width: 390, height: 1600 });
    if (hasScript) assert.deepEqual(await axeViolations(page), [], page.url());
    for (const width of [320, 390]) {
      await page.setViewportSize({ width, height: 844 });
      const box = await page.locator('main').boundingBox();
      assert.ok(box && box.x >= 0 && box.x + box.width <= width, `${page.url()} at ${String(width)}`);
    }
    await shoot(String(name).replace(/\W+/g, '-'));
  }

  async function shoot(name: string): Promise<void> {
    if (!SHOTS) return;
    for (const width of [1280, 320, 390]) {
      await page.setViewportSize({ width, height: 844 });
      await page.emulateMedia({ colorScheme: width === 320 ? 'dark' : 'light' });
      await page.screenshot({ path: `${SHOTS}/${name}-${String(width)}.png`, fullPage: true });
    }
  }
  const booked = () => Appointment.countDocuments({ state: 'booked' });
  const text = () => page.content();

  for (const [lang, javaScript] of [
    ['en', true],
    ['es', false],
  ] as const) {
    const say = WORDS[lang];
    const how = `in ${lang}, ${javaScript ? 'with' : 'without'} JavaScript`;

    it(`is at most ${String(MOST.book)} for each teacher, one after another until none is left, ${how}`, async () => {
      await arrive(lang, javaScript);
      for (let nth = 0; nth < 3; nth++) {
        taps = 0;
        await tap('link', nth === 0 ? /^Mr Park/ : say.next);
        await tap('button', say.at);
        assert.match(await text(), say.booked);
        assert.equal(await booked(), nth + 1);
        assert.ok(taps <= MOST.book, `${String(taps)} taps`);
      }
      await tap('link', say.schedule);
      assert.match(await text(), say.done);

      // From the list of one's conferences: another time, and no meeting after all.
      await page.goto(`${site.base}/my`);
      await shoot('my');
      taps = 0;
      await tap('link', say.mine);
      await tap('button', say.at);
      await tap('button', say.book);
      assert.match(await text(), say.moved);
      assert.ok(taps <= MOST.change, `${String(taps)} taps`);
      await page.goto(`${site.base}/my`);
      taps = 0;
      await tap('link', say.drop);
      await tap('button', say.sure);
      assert.equal(await booked(), 2);
      assert.ok(taps <= MOST.cancel, `${String(taps)} taps`);
      await page.goto(`${site.base}/my`);
      taps = 0;
      await tap('link', say.schedule);
      assert.ok(taps <= MOST.schedule && page.url().endsWith('/schedule'));

      // The same from the page that the mail leads to.
      const { _id } = await Appointment.findOne({ state: 'booked' }).orFail().lean();
      const mailed = `${site.base}${desk.home}/appointments/${String(_id)}`;
      await page.goto(mailed);
      taps = 0;
      await tap('link', say.cancel);
      await tap('button', say.sure);
      assert.equal(await booked(), 1);
      assert.ok(taps <= MOST.cancel);
    });
  }

  it(`is ${String(MOST.book)} where the school asks something, and what was typed stays on the way to another time`, async () => {
    await arrive('en', false, { fields: [FIELD] });
    await tap('link', /^Mr Park/);
    await tap('button', /^5:00 PM/);
    await page.getByLabel('Topic').fill('Reading');
    const before = taps;
    await tap('button', 'Other time');
    await tap('button', /^5:10 PM/);
    assert.equal(await page.getByLabel('Topic').inputValue(), 'Reading');
    taps = before;
    // Enter in a field books, as its button does.
    await page.getByLabel('Topic').press('Enter');
    await page.waitForLoadState();
    taps += 1;
    assert.match(await text(), /Your meeting is booked/);
    assert.equal(taps, MOST.book);
  });

  it('is one to hear why not, by keyboard too, in the list and at each time', async () => {
    await arrive('en', true);
    const [, park, cohen] = desk.fair.teachers;
    await Slot.updateMany({ resource: cohen!.resource._id }, { state: 'call the school' });
    await Slot.updateOne({ _id: park!.slots[1]!._id }, { state: 'unavailable' });
    await page.reload();
    await page.locator('details.why summary').focus();
    await page.keyboard.press('Enter');
    await page.getByText(/To book with Ms Cohen, call the school’s office/).waitFor();
    assert.deepEqual(await axeViolations(page), []);
    await shoot('why-list');
    await tap('link', /^Mr Park/);
    await page.locator('.time-why summary').focus();
    await page.keyboard.press('Enter');
    await page.getByText('The teacher isn’t available at this time.').waitFor();
    assert.deepEqual(await axeViolations(page), []);
    await shoot('why-time');
  });

  it('is one to undo, and the focus is never under the bar', async () => {
    await arrive('en', true);
    await page.setViewportSize({ width: 390, height: 500 });
    for (let stop = 0; stop < 30; stop++) {
      await page.keyboard.press('Tab');
      const hidden = await page.evaluate<string>(UNDER_BAR);
      assert.equal(hidden, '');
    }
    await tap('link', /^Mr Park/);
    await tap('button', /^5:00 PM/);
    taps = 0;
    await tap('button', 'Undo');
    assert.deepEqual([await booked(), taps], [0, 1]);
  });
});
