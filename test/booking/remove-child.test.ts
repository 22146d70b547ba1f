import assert from 'node:assert/strict';
import { Appointment } from '../../server/models/appointment.js';
import { AuditEntry } from '../../server/models/audit-entry.js';
import { Household } from '../../server/models/household.js';
import { makeUser, Visitor } from '../support/app.js';
import { Desk } from '../support/booking/desk.js';

describe('a child that a family added by mistake', () => {
  let desk: Desk;

  beforeEach(async () => {
    desk = await Desk.open();
  });

  const removal = (n = 0) => `${desk.home}/children/${String(desk.fair.students[n]!._id)}/remove`;
  const childrenOf = async (id: unknown) => (await Household.findById(id).lean())?.children.length;

  it('is removed once the family says so, and can be added again', async () => {
    const { visitor, household } = await desk.parentOf(0);
    // Another adult there has the child by a proof of their own.
    await Household.updateOne(
      { _id: household._id },
      { $set: { brought: [{ ...household.children[0]!, adult: desk.fair.event._id }] } },
    );
    assert.match((await visitor.get(`${desk.home}/children`)).text, /aria-label="Remove Ana Lopez"/);
    assert.match(
      (await visitor.get(removal())).text,
      /Remove Ana\?[\s\S]*you need the Student ID and the birth date or a new code/,
    );
    const done = await visitor.post(removal(), {}, `${desk.home}/children`);
    assert.equal(done.headers.location, `${desk.home}/children`);
    assert.match((await visitor.get(`${desk.home}/children`)).text, /Ana Lopez is removed\./);
    assert.equal(await childrenOf(household._id), 0);
    assert.equal((await Household.findById(household._id).lean())?.brought?.length, 0);
    // Pressed twice.
    assert.equal((await visitor.post(removal(), {}, `${desk.home}/children`)).status, 303);
    assert.equal(await AuditEntry.countDocuments({ action: 'remove child' }), 1);
  });

  it('stays while a meeting about the child is coming, and the page leads to the meeting', async () => {
    const { visitor, household } = await desk.parentOf(0);
    const meeting = await desk.book(visitor, 0, 0);
    const page = await visitor.get(removal());
    assert.match(page.text, /1 upcoming meeting about Ana/);
    assert.ok(page.text.includes(`href="${meeting}"`));
    const refused = await visitor.post(removal(), {}, `${desk.home}/children`);
    assert.equal(refused.status, 409);
    assert.match(refused.text, /Cancel it first/);
    assert.equal(await childrenOf(household._id), 1);
    await visitor.post(`${meeting}/cancel`, {}, `${meeting}/cancel`);
    await visitor.post(removal(), {}, `${desk.home}/children`);
    assert.equal(await childrenOf(household._id), 0);
  });

  it('comes back when a meeting is booked while the child is being removed', async () => {
    const { visitor, household } = await desk.parentOf(0);
    const meeting = await desk.book(visitor, 0, 0);
    const id = meeting.split('/').at(-1);
    await Appointment.updateOne({ _id: id }, { state: 'pending' });
    const update = Household.updateOne.bind(Household);
    Household.updateOne = ((...args: Parameters<typeof update>) => {
      Household.updateOne = update;
      return update(...args).then(async (result) => {
        await Appointment.updateOne({ _id: id }, { state: 'booked' });
        return result;
      });
    }) as unknown as typeof update;
    assert.equal((await visitor.post(removal(), {}, `${desk.home}/children`)).status, 409);
    assert.equal(await childrenOf(household._id), 1);
  });

  it('takes its holds along: what is on its way is not booked', async () => {
    const { visitor } = await desk.parentOf(0);
    const hold = (await desk.choose(visitor, 0, 0)).headers.location ?? '';
    await visitor.post(removal(), {}, `${desk.home}/children`);
    assert.equal((await Appointment.findById(hold.split('/').at(-1)).lean())?.state, 'expired');
    await visitor.post(`${hold}/confirm`, { note: '' }, '/forgot');
    assert.equal(await Appointment.countDocuments({ state: 'booked' }), 0);
  });

  it('can still be taken away by the school: then the family adds it no more', async () => {
    const { visitor, household, user } = await desk.parentOf(0);
    await visitor.post(removal(), {}, `${desk.home}/children`);
    const child = String(desk.fair.students[0]!._id);
    const office = await new Visitor(desk.test.app).logIn(
      await makeUser(desk.fair.account._id, 'administrator'),
    );
    assert.match((await office.get(`/global-setup/contacts/${child}`)).text, /Removed by the family/);
    const home = `/global-setup/families/${String(user._id)}`;
    assert.match((await office.get(home)).text, /Removed by the family/);
    const path = `${home}/children/${child}/removal`;
    assert.equal((await office.post(path, { appointments: 'keep' }, path)).status, 303);
    const left = await Household.findById(household._id).orFail().lean();
    assert.equal(left.dropped?.length, 0);
    assert.equal(left.removed?.length, 1);
    const proof = { number: '1000', day: '9', month: '3', year: '2014' };
    const again = await visitor.post(`${desk.home}/children`, proof, `${desk.home}/children`);
    assert.equal(again.status, 422);
  });

  it('of another family is not here', async () => {
    const { household } = await desk.parentOf(0);
    const other = await desk.parentOf(1);
    assert.equal((await other.visitor.get(removal())).status, 404);
    assert.equal((await other.visitor.post(removal(), {}, `${desk.home}/children`)).status, 303);
    assert.equal(await childrenOf(household._id), 1);
  });
});
