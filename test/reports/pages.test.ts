import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { Browser, Page } from 'playwright-core';
import type { Event } from '../../server/models/event.js';
import { REPORTS } from '../../server/reports/list-reports.js';
import { createTestApp, makeAccount, makeUser, PASSWORD } from '../support/app.js';
import { makeAppointment } from '../support/appointment.js';
import { launchBrowser, openPage } from '../support/browser.js';
import { makePerson, makeTeachingPerson } from '../support/classes/school-day.js';
import { makeEvent, makeSlot } from '../support/event.js';
import { emptyDatabase } from '../support/hooks.js';

const TEACHERS = 4;
const SLOTS = 60;

describe('reports at a browser', () => {
  let server: Server;
  let browser: Browser;
  let page: Page;
  let event: Event;
  let home: string;
  let clicks = 0;

  before(async () => {
    await emptyDatabase();
    const account = (await makeAccount())._id;
    event = await makeEvent(account, { days: ['2026-11-24', '2026-11-25'] });
    const student = await makePerson(account, 'student', 'Bartholomew-Alexander Featherstonehaugh');
    for (let n = 0; n < TEACHERS; n += 1) {
      const { resource } = await makeTeachingPerson(event, `Teacher ${String(n)}`);
      for (let m = 0; m < SLOTS; m += 1) {
        const minutes = 8 * 60 + m * 10;
        const time = [Math.floor(minutes / 60), minutes % 60]
          .map((part) => String(part).padStart(2, '0'))
          .join(':');
        const slot = await makeSlot(event, resource, `2026-11-24T${time}`);
        if (m % 3 === 0) await makeAppointment(slot, { students: [student._id], note: 'About the project' });
      }
    }
    server = createTestApp().app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    const user = await makeUser(account, 'event administrator');
    browser = await launchBrowser();
    page = await openPage(browser, { width: 1280 });
    await page.goto(`${origin}/login`);
    await page.fill('input[name=email]', user.email);
    await page.fill('input[name=password]', PASSWORD);
    await page.click('main button');
    home = `${origin}/events/${event._id.toHexString()}`;
  });
  after(async () => {
    await browser.close();
    server.close();
  });

  const click = async (what: string) => {
    clicks += 1;
    await page.click(what);
  };

  it('each report is one click from the event, and its sheets and files one more', async () => {
    for (const { name, title } of REPORTS) {
      await page.goto(home);
      clicks = 0;
      await click(`.report-list a:text-is("${title}")`);
      await page.waitForURL(`**/reports/${event._id.toHexString()}/${name}`);
      assert.equal(clicks, 1, title);
    }
    await page.goto(home);
    await click('.report-list a:text-is("Schedule by teacher")');
    await click('main a:text-is("Print all")');
    await page.waitForURL('**/schedule/print');
    assert.ok(await page.isVisible('button:has-text("Print")'));
  });

  it('on Letter paper every teacher begins a sheet, and what goes on has the head again', async () => {
    await page.goto(`${home.replace('/events/', '/reports/')}/schedule/print`);
    const pdf = await page.pdf({ format: 'Letter', preferCSSPageSize: false });
    const sheets = pdf.toString('latin1').match(/\/Type \/Page\b/g)?.length ?? 0;
    // Sixty times are more than a sheet holds, and less than three.
    assert.equal(sheets, TEACHERS * 2);
    await page.emulateMedia({ media: 'print' });
    const heads = await page.evaluate<string[]>(
      `[...document.querySelectorAll('.print-sheet thead')].map((head) => getComputedStyle(head).display)`,
    );
    assert.deepEqual(new Set(heads), new Set(['table-header-group']));
  });
});
