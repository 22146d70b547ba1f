import assert from 'node:assert/strict';
import type { Types } from 'mongoose';
import { readForm } from '../../server/scratch/read-form.js';
import { Account } from '../../server/models/account.js';
import { Appointment } from '../../server/models/appointment.js';
import { Contact } from '../../server/models/contact.js';
import { Event } from '../../server/models/event.js';
import { School } from '../../server/models/school.js';
import { noteDuplicates } from '../../server/roster/people/note-duplicates.js';
import { makeUser, Visitor } from '../support/app.js';
import { EVE } from '../support/booking/conference.js';
import { Desk } from '../support/booking/desk.js';

/** Pages that lie open while somebody else changes what they show. */
describe('a page that lay open', () => {
  let desk: Desk;
  let office: Visitor;
  let account: Types.ObjectId;
  let event: string;

  beforeEach(async () => {
    desk = await Desk.open();
    account = desk.fair.account._id;
    event = `/events/${String(desk.fair.event._id)}`;
    office = await new Visitor(desk.test.app).logIn(await makeUser(account, 'administrator'));
  });

  /** Opens a page; `press` sends its form as it was then. */
  async function open(page: string, action = page) {
    const form = readForm((await office.get(page)).text, action, page);
    assert.ok(form, page);
    return (more: Record<string, string> = {}) => {
      const body = new URLSearchParams(form.fields.filter(([name]) => !(name in more)));
      for (const [name, value] of Object.entries(more)) body.append(name, value);
      return office.agent.post(action).type('form').send(body.toString());
    };
  }
  const booking = async () => (await Event.findById(desk.fair.event._id).orFail().lean()).booking;

  it('“Cancel scheduled opening” does not close booking that has opened since', async () => {
    await Event.updateOne(
      { _id: desk.fair.event._id },
      { $set: { 'booking.opensAt': new Date(+EVE + 60_000) } },
    );
    const press = await open(`${event}/closing`);
    desk.test.setNow(new Date(+EVE + 120_000));
    const before = await booking();
    const told = await press();
    assert.equal(told.status, 422);
    assert.match(told.text, /booking times changed[\s\S]*Close booking\?/);
    assert.deepEqual(await booking(), before);
    const again = readForm(told.text, `${event}/closing`, `${event}/closing`);
    const sent = await office.agent
      .post(`${event}/closing`)
      .type('form')
      .send(new URLSearchParams(again?.fields).toString());
    assert.equal(sent.status, 303);
    assert.deepEqual((await booking()).closesAt, desk.test.deps.now());
  });

  it('“Open booking now” asks again where somebody else set other times', async () => {
    await Event.updateOne(
      { _id: desk.fair.event._id },
      { $set: { 'booking.closesAt': new Date(+EVE - 60_000) } },
    );
    const press = await open(`${event}/opening`);
    const opensAt = new Date(+EVE + 3600_000);
    await Event.updateOne(
      { _id: desk.fair.event._id },
      { $set: { 'booking.opensAt': opensAt }, $unset: { 'booking.closesAt': 1 } },
    );
    assert.equal((await press()).status, 422);
    assert.deepEqual((await booking()).opensAt, opensAt);
  });

  it('taking a child away and blocking: an appointment that was booked since is not canceled unseen', async () => {
    const parent = await desk.parentOf(0);
    const booked = (await desk.book(parent.visitor, 0, 0)).split('/').at(-1) ?? '';
    const home = `/global-setup/families/${String(parent.user._id)}`;
    const child = String(desk.fair.students[0]?._id);
    for (const [page, at] of [
      [`${home}/children/${child}/removal`, 1],
      [`${home}/block`, 2],
    ] as const) {
      const press = await open(page);
      await Event.updateOne({ _id: desk.fair.event._id }, { $set: { 'booking.perStudentAndTeacher': 4 } });
      const later = (await desk.book(parent.visitor, 1, at)).split('/').at(-1) ?? '';
      const told = await press({ appointments: 'cancel' });
      assert.equal(told.status, 422, page);
      assert.match(told.text, /appointments changed while you had this page open/);
      for (const id of [booked, later])
        assert.equal((await Appointment.findById(id).orFail().lean()).state, 'booked');
    }
  });

  it('Clever: a match that is another one now is not cleared', async () => {
    const home = '/global-setup/clever';
    const kinds = { students: true, teachers: true, staff: false, contacts: false };
    const clever = { districtId: 'a'.repeat(24), approval: 'approved', enabled: false, schools: [], kinds };
    await Account.updateOne({ _id: account }, { $set: { clever } });
    const school = await School.create({
      account,
      name: 'Oak',
      sortKey: 'oak',
      clever: { id: 'c1', name: 'One' },
    });
    const press = await open(home, `${home}/schools/clear`);
    await School.updateOne({ _id: school._id }, { $set: { clever: { id: 'c2', name: 'Two' } } });
    const told = await press({ clear: String(school._id) });
    assert.equal(told.status, 422);
    assert.match(told.text, /Somebody else matched this school/);
    assert.equal((await School.findById(school._id).orFail().lean()).clever?.id, 'c2');
  });

  it('roster files: the kind is not changed under somebody who chose another one meanwhile', async () => {
    const home = '/global-setup/roster-files';
    const files = { on: true, format: 'clever-csv', since: EVE };
    await Account.updateOne({ _id: account }, { $set: { files, recordsOf: 'clever-csv' } });
    await Contact.updateMany({}, { $unset: { record: 1 } });
    const press = await open(home, `${home}/format`);
    await Account.updateOne(
      { _id: account },
      { $set: { 'files.format': 'oneroster', recordsOf: 'oneroster' } },
    );
    const told = await press({ format: 'pickatime' });
    assert.equal(told.status, 422);
    assert.match(told.text, /Somebody else changed the roster source/);
    assert.equal((await Account.findById(account).orFail().lean()).files?.format, 'oneroster');
  });

  it('a merge asks again where one of the two changed since', async () => {
    const [keep, drop] = desk.fair.students;
    assert.ok(keep && drop);
    await noteDuplicates(
      account,
      [{ contact: drop._id, candidate: keep._id, reason: { code: 'name' } }],
      EVE,
    );
    const list = await office.get('/global-setup/duplicates');
    const page = /href="(\/global-setup\/duplicates\/[0-9a-f]{24}\/merging)"/.exec(list.text)?.[1] ?? '';
    const press = await open(page);
    await Contact.updateOne({ _id: drop._id }, { $set: { birthDate: '2015-12-31' } });
    const told = await press({ keep: String(keep._id) });
    assert.equal(told.status, 422);
    assert.match(told.text, /changed while you had this page open, and nothing is merged/);
    assert.ok(await Contact.exists({ _id: drop._id }));
    const again = readForm(told.text, page, page);
    const body = new URLSearchParams(again?.fields.filter(([name]) => name !== 'keep'));
    body.set('keep', String(keep._id));
    assert.equal((await office.agent.post(page).type('form').send(body.toString())).status, 303);
    assert.equal(await Contact.exists({ _id: drop._id }), null);
  });
});
