import assert from 'node:assert/strict';
import { Appointment } from '../../server/models/appointment.js';
import { AuditEntry } from '../../server/models/audit-entry.js';
import { Household } from '../../server/models/household.js';
import { Notification } from '../../server/models/notification.js';
import { User } from '../../server/models/user.js';
import { workIsDone } from '../../server/web/after-answer.js';
import { heldBy } from '../support/booking/conference.js';
import { Desk } from '../support/booking/desk.js';
import { PASSWORD, Visitor } from '../support/app.js';

const EMAIL = 'owner@example.org';
const THEIRS = 'only the stranger knows';

describe('what somebody entered under an address before its owner came', () => {
  let desk: Desk;
  let stranger: Visitor;
  let booked: string;

  beforeEach(async () => {
    desk = await Desk.open();
    stranger = new Visitor(desk.test.app);
    const form = { name: 'Win a prize', email: EMAIL, password: THEIRS };
    await stranger.post(`${desk.home}/register`, form, `${desk.home}/register`);
    await stranger.post('/login', { email: EMAIL, password: THEIRS }, '/login');
    const proof = { number: '1000', day: '9', month: '3', year: '2014' };
    await stranger.post(`${desk.home}/children`, proof, `${desk.home}/children`);
    booked = (await desk.book(stranger, 0, 0)).split('/').at(-1) ?? '';
    // A hold besides.
    assert.equal((await desk.choose(stranger, 1, 1)).status, 303);
    await Notification.deleteMany({});
  });

  const linkIn = async (kind: string): Promise<string> => {
    const mail = await Notification.findOne({ kind }).sort({ createdAt: -1 }).orFail().lean();
    return new URL(/http\S+/.exec(mail.text)?.[0] ?? '').pathname;
  };
  const choose = async (fields: Record<string, string>) => {
    const owner = new Visitor(desk.test.app);
    await owner.post('/forgot', { email: EMAIL });
    await workIsDone();
    const path = await linkIn('new password');
    assert.match((await owner.get(path)).text, /Your name/);
    const answer = await owner.post(path, { password: PASSWORD, ...fields }, path);
    assert.equal(answer.status, 303);
    return owner;
  };

  it('is gone once the owner chose a password by the mailed link, and the owner is told', async () => {
    const owner = await choose({ name: 'Kim Lopez' });
    const page = await owner.get(`${desk.home}/children`);
    assert.match(page.text, /added 1 child and 1 meeting\. They are removed/);
    assert.ok(!page.text.includes('Ana'));
    const user = await User.findOne({ email: EMAIL }).orFail().lean();
    assert.equal(user.name, 'Kim Lopez');
    const gone = await Appointment.find({ bookedBy: user._id }).lean();
    assert.deepEqual(gone.map(({ state }) => state).sort(), ['cancelled', 'expired']);
    for (const { _id } of gone) assert.deepEqual(await heldBy(_id), []);
    assert.equal((await Household.findOne({ adults: user._id }).lean())?.children.length ?? 0, 0);
    assert.equal((await owner.get(`${desk.home}/appointments/${booked}`)).status, 404);
    assert.ok(await AuditEntry.exists({ action: 'clear household', account: desk.fair.account._id }));
    // Nothing about the stranger's child goes to the owner.
    assert.equal(await Notification.countDocuments({ to: EMAIL, text: /Ana/ }), 0);

    assert.match((await stranger.get(`${desk.home}/children`)).headers.location ?? '', /^\/login/);
    const back = await new Visitor(desk.test.app).post(
      '/login',
      { email: EMAIL, password: THEIRS },
      '/login',
    );
    assert.equal(back.status, 422);
  });

  it('but what the office booked there stays booked, and is the school’s', async () => {
    const theirs = await Household.findOne({ 'children.0': { $exists: true } })
      .orFail()
      .lean();
    await Appointment.updateOne({ _id: booked }, { $set: { bookedBy: desk.fair.account._id } });
    await choose({});
    const kept = await Appointment.findById(booked).orFail().lean();
    assert.equal(kept.state, 'booked');
    assert.notDeepEqual(kept.household, theirs._id);
    assert.equal((await Household.findById(kept.household).lean())?.ofSchool, true);
    assert.ok(!(await heldBy(kept._id)).some((id) => id.includes(String(theirs._id))));
  });

  it('but whom another adult there has by a proof of their own stays that adult’s', async () => {
    const theirs = await Household.findOne({ 'children.0': { $exists: true } })
      .orFail()
      .lean();
    const partner = desk.fair.event._id;
    await Household.updateOne(
      { _id: theirs._id },
      { $push: { adults: partner }, $set: { brought: [{ ...theirs.children[0]!, adult: partner }] } },
    );
    await choose({});
    const { adults, children, brought } = await Household.findById(theirs._id).orFail().lean();
    assert.deepEqual([adults.map(String), brought], [[String(partner)], []]);
    assert.deepEqual(
      children.map(({ adult }) => String(adult)),
      [String(partner)],
    );
  });

  it('keeps no name that the stranger chose', async () => {
    await choose({});
    assert.equal((await User.findOne({ email: EMAIL }).lean())?.name, 'owner');
  });

  it('stays when the one who registered proves the address with link and password', async () => {
    await stranger.post(`${desk.home}/prove`, {}, `${desk.home}/children`);
    const path = await linkIn('prove e-mail');
    assert.equal((await stranger.post(path, {}, path)).status, 303);
    const user = await User.findOne({ email: EMAIL }).orFail().lean();
    assert.equal((await Household.findOne({ adults: user._id }).lean())?.children.length, 1);
    assert.equal((await stranger.get(`${desk.home}/appointments/${booked}`)).status, 200);
    // From now on a new password takes nothing away.
    const owner = new Visitor(desk.test.app);
    await owner.post('/forgot', { email: EMAIL });
    await workIsDone();
    const reset = await linkIn('new password');
    assert.ok(!(await owner.get(reset)).text.includes('Your name'));
    await owner.post(reset, { password: PASSWORD }, reset);
    assert.equal((await Household.findOne({ adults: user._id }).lean())?.children.length, 1);
  });
});
