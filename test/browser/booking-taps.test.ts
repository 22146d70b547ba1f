import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { Appointment } from '../../server/models/appointment.js';
import { EVE } from '../support/booking/conference.js';
import { Desk } from '../support/booking/desk.js';
import { Office } from '../support/office.js';

const MOST = 3;
/** So tall that the bar at its end lies over nothing: what can be scrolled from under it is no fault. */
const PHONE = { width: 390, height: 1400 };

/** On a phone, from the list of teachers on. */
describe('taps that a booking takes', function () {
  this.timeout(180_000);
  let desk: Desk;
  let phone: Office;
  let page: Page;
  let taps: number;

  before(async () => {
    desk = await Desk.open({ teachers: 3 });
    const { user } = await desk.parentOf(0);
    phone = await Office.open(desk.test, user, EVE);
    ({ page } = phone);
    await page.setViewportSize(PHONE);
  });
  after(() => phone.close());

  async function tap(role: 'link' | 'button', name: string | RegExp): Promise<void> {
    taps += 1;
    await phone.click(role, name);
    // Where pictures were taken, the window is as wide as an office's now.
    await page.setViewportSize(PHONE);
  }
  const booked = () => Appointment.countDocuments({ state: 'booked' });

  it(`is at most ${String(MOST)} for each teacher, one after another, and one to undo`, async () => {
    await page.goto(`${phone.base}${desk.home}`);
    for (const [nth, time] of ['5:00', '5:10', '5:20'].entries()) {
      taps = 0;
      // The first one from the list, the others as the bar offers them.
      await tap('link', nth === 0 ? /^Mr Park/ : /^Times with/);
      await tap('button', new RegExp(`^${time}`));
      assert.match(await page.content(), /Your meeting is booked/);
      assert.equal(await booked(), nth + 1);
      // Back to the list, which says who is next.
      await tap('link', 'All teachers');
      assert.ok(taps <= MOST, `${String(taps)} taps`);
    }
    assert.match(await page.content(), /All teachers booked/);
    taps = 0;
    await page.goto(`${phone.base}${desk.home}/appointments/${String((await Appointment.findOne())!._id)}`);
    await tap('button', 'Undo');
    assert.equal(await booked(), 2);
    assert.equal(taps, 1);
  });
});
