import assert from 'node:assert/strict';
import { readForm } from '../../server/scratch/read-form.js';
import { Account } from '../../server/models/account.js';
import { Appointment } from '../../server/models/appointment.js';
import { AuditEntry } from '../../server/models/audit-entry.js';
import { Notification } from '../../server/models/notification.js';
import { makeUser, Visitor } from '../support/app.js';
import { Desk } from '../support/booking/desk.js';

const SETUP = '/global-setup';

describe('how a school writes dates and times', () => {
  let desk: Desk;
  let office: Visitor;
  let parent: Visitor;

  beforeEach(async () => {
    desk = await Desk.open();
    const user = await makeUser(desk.fair.account._id, 'administrator');
    office = await new Visitor(desk.test.app).logIn(user);
    ({ visitor: parent } = await desk.parentOf(0));
    await desk.book(parent, 0, 1);
  });

  /** The settings form as it stands, sent with another locale. */
  async function openSettings(): Promise<(locale: string) => Promise<{ status: number; text: string }>> {
    const form = readForm((await office.get(SETUP)).text, SETUP, SETUP) ?? assert.fail();
    return async (locale) => {
      const fields = form.fields.filter(([name]) => name !== 'locale');
      const body = new URLSearchParams([...fields, ['locale', locale]]);
      return office.agent.post(SETUP).type('form').send(body.toString());
    };
  }

  async function mailOf(kind: string): Promise<string> {
    const mail = await Notification.findOne({ kind }).sort({ _id: -1 }).orFail().lean();
    return `${mail.subject}\n${mail.text}`;
  }

  /** The same pages and file, before and after. */
  async function readAll(): Promise<string[]> {
    const id = desk.fair.event._id.toHexString();
    const paths = [
      `${desk.home}/schedule`,
      desk.timesPath(),
      `/events/${id}`,
      `/events/${id}/appointments`,
      `/events/${id}/day-sheet`,
      `/reports/${id}/schedule`,
      `/reports/${id}/appointments.csv`,
    ];
    return Promise.all(
      paths.map(async (path) => (await (path.startsWith('/e/') ? parent : office).get(path)).text),
    );
  }

  it('is American until the office chooses another, and then all pages, files and mails follow', async () => {
    const american = [
      /Tuesday, November 24, 2026[\s\S]*5:10–5:20 PM/,
      />5 PM<[\s\S]*>5:20</,
      /Tuesday, November 24, 2026/,
      /Tue, Nov 24, 5:10 PM/,
      /Tuesday, November 24, 2026[\s\S]*5:10 PM/,
      /Tue, Nov 24, 5:10–5:20 PM/,
      /11\/24\/2026,5:10 PM,5:20 PM/,
    ];
    (await readAll()).forEach((text, index) => assert.match(text, american[index] ?? assert.fail()));
    assert.match(
      await mailOf('appointment booked'),
      /^Booked: Mrs Lee, Tuesday, November 24, 2026, 5:10–5:20 PM \(Central Time\)\n/,
    );
    assert.match(
      (await office.get(SETUP)).text,
      /<option value="en-US" selected>United States: Monday, December 7, 2026 at 1:45 PM<[\s\S]*United Kingdom: Monday,? 7 December 2026 at 13:45</,
    );

    const send = await openSettings();
    assert.equal((await send('en-GB')).status, 303);
    const british = [
      /Tuesday,? 24 November 2026[\s\S]*17:10–17:20/,
      />17:00<[\s\S]*>17:20</,
      /Tuesday,? 24 November 2026/,
      /Tue,? 24 Nov, 17:10/,
      /Tuesday,? 24 November 2026[\s\S]*17:10/,
      /Tue,? 24 Nov, 17:10–17:20/,
      /24\/11\/2026,17:10,17:20/,
    ];
    (await readAll()).forEach((text, index) => {
      assert.match(text, british[index] ?? assert.fail());
      assert.doesNotMatch(text, /\d [AP]M\b|November 24|Nov 24/);
    });
    const { _id } = await Appointment.findOne({ state: 'booked' }).orFail().lean();
    await parent.post(`${desk.home}/appointments/${_id.toHexString()}/cancel`, {}, desk.home);
    assert.match(
      await mailOf('appointment cancelled'),
      /^Canceled: Mrs Lee, Tuesday,? 24 November 2026, 17:10–17:20 \(Central Time\)\n/,
    );
    assert.match((await parent.get('/my')).text, /Tuesday,? 24 November 2026/);
    assert.match((await parent.get(desk.home)).text, /<html lang="en-GB" /);
    const entry = await AuditEntry.findOne({ action: 'change school account' }).orFail().lean();
    assert.deepEqual(entry.changes, [{ field: 'locale', before: 'en-US', after: 'en-GB' }]);
  });

  it('is saved only over what the office saw, and only as one that there is', async () => {
    const [mine, theirs] = [await openSettings(), await openSettings()];
    assert.equal((await theirs('en-AU')).status, 303);
    const again = await mine('en-CA');
    assert.equal(again.status, 422);
    assert.match(again.text, /Dates and times<\/th>[\s\S]*United States[\s\S]*Australia/);
    const stored = async () => (await Account.findById(desk.fair.account._id).orFail().lean()).locale;
    assert.equal(await stored(), 'en-AU');
    const send = await openSettings();
    for (const wrong of ['de-DE', 'en', '', 'en-US-u-hc-h23']) {
      const refused = await send(wrong);
      assert.equal(refused.status, 422);
      assert.match(refused.text, /how dates and times are written/);
    }
    assert.equal(await stored(), 'en-AU');
  });
});
