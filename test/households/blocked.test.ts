import assert from 'node:assert/strict';
import { acceptInvitation } from '../../server/households/join-household.js';
import { Household } from '../../server/models/household.js';
import { HouseholdChange } from '../../server/models/household-change.js';
import { User } from '../../server/models/user.js';
import { makeUser, Visitor } from '../support/app.js';
import { Desk } from '../support/booking/desk.js';

describe('an invitation by an adult whom the school blocks', () => {
  let desk: Desk;
  let kim: Awaited<ReturnType<Desk['parentOf']>>;
  let lou: Awaited<ReturnType<Desk['parentOf']>>;
  let path: string;

  beforeEach(async () => {
    desk = await Desk.open();
    [kim, lou] = [await desk.parentOf(0), await desk.parentOf(1)];
    const family = `${desk.home}/family`;
    await kim.visitor.post(`${family}/invitations`, { email: lou.user.email }, family);
    path = `${family}/invitations/${String((await HouseholdChange.findOne().orFail().lean())._id)}`;
    assert.equal((await lou.visitor.get(path)).status, 200);
  });

  const adults = async () => (await Household.findById(kim.household._id).orFail().lean()).adults.map(String);

  it('is withdrawn, also after the login is unblocked', async () => {
    const { _id: account } = desk.fair.account;
    const office = await new Visitor(desk.test.app).logIn(await makeUser(account, 'administrator'));
    const home = `/global-setup/families/${String(kim.user._id)}`;
    assert.match((await office.get(`${home}/block`)).text, /invitations that Kim Lopez sent/);
    await office.post(`${home}/block`, { appointments: 'keep' }, `${home}/block`);
    await office.post(`${home}/unblock`, {}, `${home}/unblock`);
    assert.equal((await HouseholdChange.findOne().orFail().lean()).state, 'withdrawn');
    assert.equal((await lou.visitor.get(path)).status, 404);
  });

  it('lets nobody in, one that was on its way neither', async () => {
    const block = { account: desk.fair.account._id, at: new Date(), by: lou.user._id };
    await User.updateOne({ _id: kim.user._id }, { $set: { blocks: [block] } });
    const page = await lou.visitor.get(path);
    assert.equal(page.status, 409);
    assert.match(page.text, /Ask for another invitation/);
    assert.equal((await lou.visitor.post(path, {}, desk.home)).status, 409);
    const { _id } = await HouseholdChange.findOne().orFail().lean();
    assert.equal(await acceptInvitation(desk.test.deps, _id, lou.user._id), false);
    assert.deepEqual(await adults(), [String(kim.user._id)]);
  });
});
