import assert from 'node:assert/strict';
import type { Types } from 'mongoose';
import { Contact } from '../../server/models/contact.js';
import { User } from '../../server/models/user.js';
import { createTestApp, makeUser, Visitor, type TestApp } from '../support/app.js';
import { emptyDatabase } from '../support/hooks.js';
import { makeDistrict, makePlace, type Place } from '../support/permissions/place.js';

/** The figures at the head of an overview, by their labels. */
function figuresOf(text: string): Record<string, string> {
  const rows = text.matchAll(/<dt>([^<]+)<\/dt>\s*<dd>(?:<a [^>]*>)?([\d,]+)/g);
  return Object.fromEntries([...rows].map(([, label = '', value = '']) => [label, value]));
}

describe("a teacher's own schedule", () => {
  let test: TestApp;
  let account: Types.ObjectId;
  let mine: Place;
  const email = 'teacher@example.org';
  const names = async (visitor: Visitor): Promise<string[]> => {
    const { text } = await visitor.get(`/events/${mine.ids.event!}/appointments`);
    return ['Qmine', 'Qmate'].filter((mark) => text.includes(`Student${mark}`));
  };
  const logIn = async (more: { proven?: boolean; email?: string } = {}) => {
    const user = await makeUser(account, 'resource administrator', { email, ...more });
    return { user, visitor: await new Visitor(test.app).logIn(user) };
  };

  beforeEach(async () => {
    await emptyDatabase();
    test = createTestApp();
    account = await makeDistrict('Qdistrict');
    mine = await makePlace(account, 'Qmine');
    await makePlace(account, 'Qmate', { event: mine.event, at: '17:30' });
    await Contact.updateOne({ _id: mine.teacher._id }, { $set: { email } });
  });

  it('is found by the proven address that the roster has for one teacher', async () => {
    const { visitor } = await logIn();
    assert.deepEqual(await names(visitor), ['Qmine']);
  });

  it('is empty while the address is not proven, and where several teachers share it', async () => {
    const { user, visitor } = await logIn({ proven: false });
    assert.deepEqual(await names(visitor), []);
    await User.updateOne({ _id: user._id }, { $set: { emailProvenAt: new Date() } });
    assert.deepEqual(await names(visitor), ['Qmine']);
    await Contact.updateMany({ type: 'teacher' }, { $set: { email } });
    assert.deepEqual(await names(visitor), []);
  });

  it('is all there is no more once the front desk of the event is theirs too', async () => {
    const { user, visitor } = await logIn();
    const grant = { account, level: 'appointment viewer' as const, event: mine.event._id };
    await User.updateOne({ _id: user._id }, { $push: { grants: grant } });
    assert.deepEqual(await names(visitor), ['Qmine', 'Qmate']);
  });

  it('is counted alone on the list of events and on the overview', async () => {
    const { visitor } = await logIn();
    const list = await visitor.get('/events');
    assert.match(list.text, /data-label="Slots">2</);
    assert.match(list.text, /data-label="Booked">2</);
    const all = await new Visitor(test.app).logIn(await makeUser(account, 'administrator'));
    const whole = (await all.get('/events')).text;
    assert.match(whole, /data-label="Slots">4</);
    assert.match(whole, /data-label="Booked">4</);
    const overview = (at: Visitor) =>
      at.get(`/events/${mine.ids.event!}`).then(({ text }) => figuresOf(text));
    assert.deepEqual(await overview(visitor), {
      'Your classes': '1',
      'Your slots': '2',
      Booked: '2',
      Problems: '1',
    });
    assert.deepEqual(await overview(all), {
      Classes: '2',
      Teachers: '2',
      Slots: '4',
      Booked: '4',
      Problems: '2',
    });
  });

  it('has no figures while it is nobody’s', async () => {
    const { visitor } = await logIn({ proven: false });
    const figures = figuresOf((await visitor.get(`/events/${mine.ids.event!}`)).text);
    assert.deepEqual([...new Set(Object.values(figures))], ['0']);
  });
});
