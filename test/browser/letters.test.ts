import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { Class } from '../../server/models/class.js';
import { Event } from '../../server/models/event.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { EVE } from '../support/booking/conference.js';
import { axeViolations } from '../support/browser.js';
import { makeFullSchool, makePerson, type FullSchool } from '../support/contacts/full-school.js';
import { emptyDatabase } from '../support/hooks.js';
import { Office } from '../support/office.js';

/** From the event's page on; typing and selecting are not clicks. */
describe('letters, poster and link in a browser', () => {
  let test: TestApp;
  let office: Office;
  let page: Page;
  let school: FullSchool;
  let base: string;
  let home: string;
  let clicks = 0;

  before(async () => {
    await emptyDatabase();
    test = createTestApp();
    school = await makeFullSchool(test);
    const { account, fair } = school;
    const names = [
      'Zoë Brown',
      'Tim Adams',
      `Maximiliana-Antoinette ${'Featherstonehaugh '.repeat(3)}`,
      'Bo Li',
      'Eva Ng',
    ];
    for (const [n, name] of names.entries()) {
      const [first = '', ...rest] = name.trim().split(' ');
      const child = await makePerson(account, 'student', first, rest.join(' '), {
        schoolId: `200${n}`,
        grade: '4',
      });
      await Class.updateOne(
        { _id: fair.teachers[n === 4 ? 0 : 1]!.class._id },
        { $push: { 'synced.students': child._id } },
      );
    }
    office = await Office.open(test, school.admin, EVE);
    ({ page, base } = office);
    home = `${base}/events/${fair.event._id.toHexString()}`;
  });
  after(() => office.close());

  async function click(role: 'link' | 'button', name: string): Promise<void> {
    clicks += 1;
    await page.getByRole(role, { name, exact: true }).first().click();
    await page.waitForLoadState();
    await look(name.replace(/\W+/g, '-'));
  }

  async function look(name: string): Promise<void> {
    assert.deepEqual(await axeViolations(page), [], page.url());
    if (!process.env.SHOTS) return;
    await page.screenshot({ path: `${process.env.SHOTS}/${name}.png`, fullPage: true });
    await page.setViewportSize({ width: 390, height: 844 });
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.screenshot({ path: `${process.env.SHOTS}/${name}-phone.png`, fullPage: true });
    await page.setViewportSize({ width: 1280, height: 844 });
    await page.emulateMedia({ colorScheme: 'light', media: 'print' });
    await page.screenshot({ path: `${process.env.SHOTS}/${name}-print.png`, fullPage: true });
    await page.emulateMedia({ media: null });
  }

  async function pagesOfPdf(): Promise<number> {
    const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1');
    return [...pdf.matchAll(/\/Type\s*\/Page\b/g)].length;
  }

  it('prints letters for all without an email address with three clicks, a sheet of paper each', async () => {
    await page.goto(home);
    clicks = 0;
    await click('link', 'Letters');
    await click('button', 'Prepare 5 letters');
    await click('button', 'Print 5 letters');
    assert.equal(clicks, 3);
    // Two a sheet, and another class.
    assert.equal(await page.locator('.letter-sheet').count(), 3);
    assert.equal(await pagesOfPdf(), 3);
    const lost = await page.evaluate<string[]>(
      `[...document.querySelectorAll('.letter, .letter-text')].filter((box) => box.scrollHeight > box.clientHeight + 2).map((box) => box.textContent.slice(0, 60))`,
    );
    assert.deepEqual(lost, []);
  });

  it('holds the longest text on the smallest letter', async () => {
    const { _id } = school.fair.event;
    const text = `${'Please bring the report card and your questions. '.repeat(23)}{student}`;
    await Event.updateOne({ _id }, { $set: { letter: { subject: 'x'.repeat(110), text } } });
    await page.goto(`${home}/letters`);
    await page.selectOption('[name=perSheet]', '4');
    await page.getByRole('button', { name: 'Prepare 5 letters' }).click();
    await page.getByRole('button', { name: 'Print 5 letters' }).click();
    await page.waitForLoadState();
    assert.equal(await pagesOfPdf(), 2);
    await look('longest');
    const lost = await page.evaluate<string[]>(
      `[...document.querySelectorAll('.letter, .letter-text')].filter((box) => box.scrollHeight > box.clientHeight + 2).map((box) => box.className)`,
    );
    assert.deepEqual(lost, []);
    await Event.updateOne({ _id }, { $unset: { letter: 1 } });
  });

  it('copies the link with one click, and prints the poster on one sheet', async () => {
    await page.goto(home);
    // It says so for three seconds, which may pass before anybody looks.
    await page.evaluate('{ window.later = setTimeout; window.setTimeout = () => undefined; }');
    const copy = page.locator('[data-copy]');
    await copy.click();
    await page.getByText('Copied').waitFor();
    await page.evaluate('window.setTimeout = window.later');
    await look('overview');
    await click('link', 'Poster');
    assert.equal(await pagesOfPdf(), 1);
    await page.goto(`${home}/poster?size=a4`);
    assert.equal(await pagesOfPdf(), 1);
  });

  it('looks at a page as a family, and at the audit, on any screen', async () => {
    const child = school.fair.students[0]!._id.toHexString();
    for (const [name, path] of [
      ['as-family', `/as/${school.parents[0]!._id.toHexString()}/${child}/now`],
      ['as-choose', `/as/${child}`],
      ['as-search', '/as?q=lopez'],
      ['letters-text', '/letters/text'],
      ['audit-event', '/settings/audit'],
    ] as const) {
      await page.goto(`${home}${path}`);
      await look(name);
    }
    await page.goto(`${base}/global-setup/audit`);
    await look('audit');
  });
});
