import assert from 'node:assert/strict';
import { Appointment } from '../../server/models/appointment.js';
import { Event } from '../../server/models/event.js';
import { Household } from '../../server/models/household.js';
import { Notification } from '../../server/models/notification.js';
import { User } from '../../server/models/user.js';
import { Desk, hidden } from '../support/booking/desk.js';
import { makeUser, Visitor } from '../support/app.js';

describe('an adult who books together with another one', () => {
  let desk: Desk;
  let office: Visitor;
  let kim: Awaited<ReturnType<Desk['parentOf']>>;
  let ben: Awaited<ReturnType<Desk['parent']>>;
  let home: string;
  let removal: string;

  beforeEach(async () => {
    desk = await Desk.open({}, { SMTP_URL: 'smtp://127.0.0.1:2525' });
    await Event.updateOne({ _id: desk.fair.event._id }, { $set: { 'booking.perHousehold': 4 } });
    office = await new Visitor(desk.test.app).logIn(await makeUser(desk.fair.account._id, 'administrator'));
    kim = await desk.parentOf(0);
    ben = await desk.parent();
    await User.updateOne({ _id: ben.user._id }, { $set: { name: 'Ben Lopez' } });
    await Household.updateOne({ _id: kim.household._id }, { $push: { adults: ben.user._id } });
    home = `/global-setup/families/${String(kim.user._id)}`;
    removal = `${home}/children/${String(desk.fair.students[0]!._id)}/removal`;
    await desk.book(ben.visitor, 0, 0);
    await Notification.deleteMany({});
  });

  const told = async (kind: string) => (await Notification.find({ kind }).lean()).map(({ to }) => to).sort();
  const both = () => [kim.user.email, ben.user.email].sort();

  it('loses a child along with the other one: the page says so and how it is avoided, and both are told of it and of the return', async () => {
    const { text } = await office.get(removal);
    assert.match(text, /Ben Lopez books together with Kim Lopez and loses Ana Lopez too/);
    assert.ok(text.includes(`href="${home}/separate"`));
    assert.match(text, /Tell Kim Lopez and Ben Lopez by email/);
    assert.doesNotMatch(text, /Other adults of Ana/);
    await office.post(removal, { appointments: 'keep', tell: 'on' }, removal);
    assert.deepEqual(await told('access changed'), both());

    await Notification.deleteMany({});
    const back = removal.replace('removal', 'return');
    assert.match((await office.get(back)).text, /Kim Lopez and Ben Lopez can book/);
    await office.post(back, { tell: 'on' }, back);
    assert.deepEqual(await told('access changed'), both());
  });

  it('who is blocked is not told, as the page says', async () => {
    const block = { account: desk.fair.account._id, at: new Date(), by: kim.user._id };
    await User.updateOne({ _id: ben.user._id }, { $set: { blocks: [block] } });
    assert.match((await office.get(removal)).text, /Tell Kim Lopez by email/);
    await office.post(removal, { appointments: 'keep', tell: 'on' }, removal);
    assert.deepEqual(await told('access changed'), [kim.user.email]);
  });

  it('does not lose a child on a page that did not name them yet', async () => {
    await Household.updateOne({ _id: kim.household._id }, { $pull: { adults: ben.user._id } });
    const shown = hidden((await office.get(removal)).text, 'shown');
    await Household.updateOne({ _id: kim.household._id }, { $push: { adults: ben.user._id } });
    const answer = await office.post(removal, { appointments: 'keep', shown }, removal);
    assert.equal(answer.status, 422);
    assert.match(answer.text, /The family or its appointments changed/);
  });

  it('keeps what they have on hold when the other’s login is blocked, and the page says whose meetings are canceled', async () => {
    const held = (await desk.choose(ben.visitor, 1, 1)).headers.location ?? '';
    const { text } = await office.get(`${home}/block`);
    assert.match(text, /Ben Lopez books together with Kim Lopez and can still log in/);
    assert.match(text, /they’re canceled for Ben Lopez too/);
    await office.post(`${home}/block`, { appointments: 'keep' }, `${home}/block`);
    assert.equal((await ben.visitor.post(`${held}/confirm`, {}, held)).status, 303);
    assert.equal(await Appointment.countDocuments({ state: 'booked' }), 2);
  });
});
