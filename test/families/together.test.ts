import assert from 'node:assert/strict';
import { AuditEntry } from '../../server/models/audit-entry.js';
import { Household } from '../../server/models/household.js';
import { Notification } from '../../server/models/notification.js';
import { User } from '../../server/models/user.js';
import { makeUser, Visitor } from '../support/app.js';
import { Desk } from '../support/booking/desk.js';

describe('adults whom the school lets act as one', () => {
  it('are shown what they would have too much of, told of it, and parted again; each is in the log', async () => {
    const desk = await Desk.open();
    const { _id: account } = desk.fair.account;
    const [kim, lou] = [await desk.parentOf(0), await desk.parentOf(1)];
    await desk.book(kim.visitor, 0, 0, 0);
    await desk.book(lou.visitor, 1, 0, 1);
    const admin = await new Visitor(desk.test.app).logIn(await makeUser(account, 'administrator'));
    const home = `/global-setup/families/${String(kim.user._id)}`;
    assert.match((await admin.get(home)).text, /Books together with[\s\S]*Nobody/);
    const unknown = await admin.post(`${home}/together`, { email: 'nobody@example.org' }, home);
    assert.equal(unknown.status, 422);
    assert.match(unknown.text, /No parent has registered with this address/);
    // A look makes no household for who has none yet.
    const fresh = await makeUser(account, 'customer', { email: 'fresh@example.org' });
    assert.match(
      (await admin.get(`${home}/together?email=fresh@example.org`)).text,
      /Let them book together/,
    );
    assert.equal(await Household.countDocuments({ adults: fresh._id }), 0);
    // An address that nobody has proven could be anybody's.
    for (const [one, why] of [
      [lou, /This address isn’t confirmed yet/],
      [kim, /Kim Lopez’s own email address isn’t confirmed yet/],
    ] as const) {
      await User.updateOne({ _id: one.user._id }, { $unset: { emailProvenAt: 1 } });
      const unproven = await admin.post(`${home}/together`, { email: lou.user.email }, home);
      assert.equal(unproven.status, 422);
      assert.match(unproven.text, why);
      await User.updateOne({ _id: one.user._id }, { $set: { emailProvenAt: new Date() } });
    }
    await User.updateOne(
      { _id: kim.user._id },
      { $set: { blocks: [{ account, at: new Date(), by: fresh._id }] } },
    );
    assert.equal((await admin.post(`${home}/together`, { email: lou.user.email }, home)).status, 422);
    await User.updateOne({ _id: kim.user._id }, { $set: { blocks: [] } });
    const asked = await admin.get(`${home}/together?email=${encodeURIComponent(lou.user.email)}`);
    assert.match(asked.text, /Nobody is told[\s\S]*At the same time: [^<]*Mrs Lee \(Ana\)/);
    desk.test.deps.config.smtpUrl = 'smtp://127.0.0.1:9';
    assert.match((await admin.get(`${home}/together?email=${lou.user.email}`)).text, /Both get an email/);
    await admin.post(`${home}/together`, { email: lou.user.email }, home);
    const joint = await Household.findOne({ account, adults: kim.user._id }).lean();
    assert.deepEqual(joint?.adults.map(String).sort(), [kim, lou].map(({ user }) => String(user._id)).sort());
    assert.match((await kim.visitor.get(desk.home)).text, /Ana’s teachers[\s\S]*Leo’s teachers/);
    const mails = await Notification.find({ subject: /book together$/ }).lean();
    assert.equal(mails.length, 2);
    assert.match(mails[0]!.text, /Maple School has set you and [^.]+ up to book together/);

    assert.match(
      (await admin.get(`${home}/separate`)).text,
      /1 upcoming appointment goes along with Kim Lopez/,
    );
    await admin.post(`${home}/separate`, {}, home);
    assert.equal(
      await Household.countDocuments({ account, adults: { $in: [kim.user._id, lou.user._id] } }),
      2,
    );
    assert.doesNotMatch((await kim.visitor.get(desk.home)).text, /Leo/);
    const actions = (await AuditEntry.find({ 'detail.by': 'school' }).lean()).map(({ action }) => action);
    assert.deepEqual(actions, ['join adults', 'separate adults']);

    // A stranger to the account is as if not there.
    const viewer = await new Visitor(desk.test.app).logIn(await makeUser(account, 'appointment viewer'));
    assert.equal((await viewer.get(`${home}/together`)).status, 403);
  });
});
