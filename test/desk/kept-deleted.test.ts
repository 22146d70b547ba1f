import assert from 'node:assert/strict';
import { Contact } from '../../server/models/contact.js';
import { Household } from '../../server/models/household.js';
import { makeUser, Visitor } from '../support/app.js';
import { hidden } from '../support/booking/desk.js';
import { FrontDesk } from '../support/booking/front-desk.js';

describe('a guardian for whom the office booked, and whose contact is deleted', () => {
  it('leaves the meeting to the school, as the page says first', async () => {
    const front = await FrontDesk.open({ students: 3 });
    const { visitor: clerk } = await front.clerk();
    const rosa = await front.guardianOf(0);
    const id = await front.book(clerk, 0, 0);
    await Contact.updateOne({ _id: rosa._id }, { $set: { status: 'transferred' } });
    const admin = await makeUser(front.fair.account._id, 'administrator');
    const office = await new Visitor(front.desk.test.app).logIn(admin);
    const path = `/global-setup/contacts/${String(rosa._id)}/deletion`;
    const { text } = await office.get(path);
    assert.match(text, /1 upcoming appointment that your school booked for this person stays booked/);
    assert.equal((await office.post(path, { shown: hidden(text, 'shown') }, path)).status, 303);
    assert.equal(await Contact.countDocuments({ _id: rosa._id }), 0);

    const booked = await front.stateOf(id);
    assert.equal(booked.state, 'booked');
    assert.equal((await Household.findById(booked.household).orFail().lean()).ofSchool, true);
    const list = await office.get(`/events/${String(front.fair.event._id)}/appointments`);
    assert.match(list.text, /Kept for the school/);
    assert.ok(!JSON.stringify(await Household.find().lean()).includes(String(rosa._id)));
    // Nobody else gets it, and the next guardian starts afresh.
    await front.guardianOf(0);
    assert.notDeepEqual((await front.stateOf(await front.book(clerk, 1, 1))).household, booked.household);
  });
});
