import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { createApp } from '../../server/app.js';
import { runDraws } from '../../server/draw/book-drawn.js';
import { saveDraw } from '../../server/draw/start-draw.js';
import { Event } from '../../server/models/event.js';
import { makeUser } from '../support/app.js';
import { EVE } from '../support/booking/conference.js';
import { Desk } from '../support/booking/desk.js';
import { axeViolations, launchBrowser, openPage } from '../support/browser.js';
import { asApp } from '../support/scans.js';
import { makeSessions } from '../../server/scratch/make-sessions.js';

/** Where to leave pictures of the pages, for somebody who looks at them. */
const { SHOTS } = process.env;
const HOUR = 3600_000;
const later = (ms: number) => new Date(EVE.getTime() + ms);

describe('a preference round in a browser', () => {
  let browser: Browser;
  let server: Server;
  before(async () => {
    browser = await launchBrowser();
  });
  after(() => browser.close());
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it('is wished in on a phone without JavaScript, and its draw is done again on the page', async () => {
    const desk = await Desk.open({ booking: { opensAt: later(3 * HOUR) } });
    const event = await Event.findOne().orFail().lean();
    const admin = await makeUser(desk.fair.account._id, 'administrator');
    const actor = { user: admin._id } as Parameters<typeof saveDraw>[1];
    await asApp(() => saveDraw(desk.test.deps, actor, event, { from: EVE, until: later(HOUR), most: 3 }));
    const { user } = await desk.parentOf(0);
    server = createApp(desk.test.deps).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const base = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    const sessions = await makeSessions([user, admin], desk.test.deps.config.appSecret, EVE);
    const open = async (as: number, options: Parameters<typeof openPage>[1]): Promise<Page> => {
      const page = await openPage(browser, options);
      const [name = '', value = ''] = sessions[as]!.cookie.split(/[=;]/);
      await page.context().addCookies([{ name, value, url: base }]);
      return page;
    };
    const shoot = async (page: Page, name: string) => {
      if (SHOTS) await page.screenshot({ path: `${SHOTS}/${name}.png`, fullPage: true });
    };

    const phone = await open(0, { width: 390, javaScript: false });
    await phone.goto(`${base}${desk.home}/draw`);
    await phone.getByRole('link', { name: 'Send our preferences' }).click();
    await shoot(phone, 'draw-wishes-390');
    await phone.getByRole('button', { name: 'Save our preferences' }).click();
    assert.match(await phone.locator('main').innerText(), /Your 2 preferences are saved/);
    await phone.setViewportSize({ width: 320, height: 700 });
    await phone.goto(`${base}${desk.home}/draw/wishes?lang=es`);
    assert.match(await phone.locator('main').innerText(), /Importancia/);
    await shoot(phone, 'draw-wishes-es-320');

    desk.test.setNow(later(HOUR));
    await asApp(() => runDraws(desk.test.deps, new AbortController().signal));
    const wide = await open(0, { width: 1280, dark: true });
    await wide.goto(`${base}${desk.home}/draw?lang=en`);
    await wide.getByRole('button', { name: 'Check it in this browser' }).click();
    await wide
      .getByText('It matches: the seed has the hash from the beginning, the order of turns')
      .waitFor();
    assert.deepEqual(await axeViolations(wide), []);
    await shoot(wide, 'draw-done-1280-dark');
    const office = await open(1, { width: 1280 });
    await office.goto(`${base}/events/${String(event._id)}/settings/draw`);
    await office.getByRole('button', { name: 'Do the whole draw again in this browser' }).click();
    await office.getByText('It matches').waitFor();
    assert.deepEqual(await axeViolations(office), []);
    await shoot(office, 'draw-staff');
  });
});
