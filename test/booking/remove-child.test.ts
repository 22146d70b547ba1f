import assert from 'node:assert/strict';
import { Appointment } from '../../server/models/appointment.js';
import { AuditEntry } from '../../server/models/audit-entry.js';
import { Household } from '../../server/models/household.js';
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
    assert.match((await visitor.get(`${desk.home}/children`)).text, /aria-label="Remove Ana Lopez"/);
    assert.match((await visitor.get(removal())).text, /Remove Ana\?[\s\S]*You can add this child again/);
    const done = await visitor.post(removal(), {}, `${desk.home}/children`);
    assert.equal(done.headers.location, `${desk.home}/children`);
    assert.match((await visitor.get(`${desk.home}/children`)).text, /Ana Lopez is removed\./);
    assert.equal(await childrenOf(household._id), 0);
    assert.equal((await visitor.post(removal(), {}, `${desk.home}/children`)).status, 404);
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
    const pull = Household.findOneAndUpdate.bind(Household);
    Household.findOneAndUpdate = ((...args: Parameters<typeof pull>) => {
      Household.findOneAndUpdate = pull;
      const removing = pull(...args);
      return {
        lean: async () => {
          const before: unknown = await removing.lean();
          await Appointment.updateOne({ _id: id }, { state: 'booked' });
          return before;
        },
      };
    }) as unknown as typeof pull;
    assert.equal((await visitor.post(removal(), {}, `${desk.home}/children`)).status, 409);
    assert.equal(await childrenOf(household._id), 1);
  });

  it('of another family is not here', async () => {
    const { household } = await desk.parentOf(0);
    const other = await desk.parentOf(1);
    assert.equal((await other.visitor.get(removal())).status, 404);
    assert.equal((await other.visitor.post(removal(), {}, `${desk.home}/children`)).status, 404);
    assert.equal(await childrenOf(household._id), 1);
  });
});
