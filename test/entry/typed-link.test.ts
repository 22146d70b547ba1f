import assert from 'node:assert/strict';
import { Account } from '../../server/models/account.js';
import { Event } from '../../server/models/event.js';
import { createTestApp, Visitor } from '../support/app.js';
import { EVE, makeConference } from '../support/booking/conference.js';
import { emptyDatabase } from '../support/hooks.js';

describe('an event’s link typed from paper', () => {
  it('works in capitals and with a hyphen; a wrong one says so under the school’s name, with a way on', async () => {
    await emptyDatabase();
    const test = createTestApp();
    test.setNow(EVE);
    const { account, event } = await makeConference();
    const who = new Visitor(test.app);
    for (const link of [event.link.toUpperCase(), `${event.link.slice(0, 4)}-${event.link.slice(4)}`])
      assert.match((await who.get(`/e/${link}`)).text, /Fall Conferences/);
    await Account.updateOne({ _id: account._id }, { linkName: 'maple', linkNames: ['maple'] });
    const lost = await who.get('/e/nothing2');
    assert.equal(lost.status, 404);
    assert.match(
      lost.text,
      /Maple School[\s\S]*This link doesn’t lead to an event[\s\S]*value="nothing2"[\s\S]*\/s\/maple/,
    );
    const typed = encodeURIComponent(` https://school.example/e/${event.link.toUpperCase()}/ `);
    assert.equal((await who.get(`/e?link=${typed}`)).headers.location, `/e/${event.link}`);
    assert.equal((await who.get('/e?link=x')).status, 404);
    await Event.updateOne({ _id: event._id }, { link: 'aB-3_xYz09LOIl-Q' });
    assert.equal(
      (await who.get('/e?link=school.example/e/aB-3_xYz09LOIl-Q')).headers.location,
      '/e/aB-3_xYz09LOIl-Q',
    );
  });
});
