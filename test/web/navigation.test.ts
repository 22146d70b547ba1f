import assert from 'node:assert/strict';
import type { Types } from 'mongoose';
import { Event } from '../../server/models/event.js';
import { createTestApp, makeAccount, makeUser, Visitor, type TestApp } from '../support/app.js';
import { makeEvent } from '../support/event.js';
import { emptyDatabase } from '../support/hooks.js';

const UNKNOWN = '0123456789abcdef01234567';

/** What the main navigation offers, once for the desk and once for the phone. */
function offered(html: string): string[] {
  return [...html.matchAll(/<nav aria-label="Main">([\s\S]*?)<\/nav>/g)].map(([, list = '']) =>
    [...list.matchAll(/href="\/([\w-]+)"/g)].map(([, key]) => key).join(' '),
  );
}

describe('the main navigation', () => {
  let test: TestApp;
  let account: Types.ObjectId;

  before(async () => {
    await emptyDatabase();
    test = createTestApp();
    account = (await makeAccount())._id;
  });

  it('stays on pages that refuse: 403, 404, 409, and a form that is out of date', async () => {
    const maker = await new Visitor(test.app).logIn(await makeUser(account, 'appointment maker'));
    const event = await makeEvent(account);
    for (const [path, status] of [
      [`/events/${event._id.toHexString()}/settings`, 403],
      [`/events/${UNKNOWN}`, 404],
      ['/no/such/page', 404],
      ['/global-setup', 403],
    ] as const) {
      const page = await maker.get(path);
      assert.equal(page.status, status, path);
      assert.deepEqual(offered(page.text), ['events reports', 'events reports'], path);
    }
    const old = await maker.agent.post('/logout').type('form').send({ _csrf: 'old' });
    assert.equal(old.status, 403);
    assert.equal(offered(old.text).length, 2);
    const administrator = await new Visitor(test.app).logIn(await makeUser(account, 'administrator'));
    await Event.updateOne({ _id: event._id }, { $set: { status: 'archived' } });
    const home = `/events/${event._id.toHexString()}`;
    const refused = await administrator.post(`${home}/opening`, {}, home);
    assert.equal(refused.status, 409);
    assert.equal(offered(refused.text)[0], 'events importer data-browser reports global-setup');
  });

  it('is no business of parents and strangers', async () => {
    const parent = await new Visitor(test.app).logIn(await makeUser(account, 'customer'));
    for (const who of [parent, new Visitor(test.app)]) {
      const page = await who.get('/e/nothing');
      assert.equal(page.status, 404);
      assert.deepEqual(offered(page.text), []);
    }
  });
});
