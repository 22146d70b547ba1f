import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { reconcileInterpreters } from '../../server/interpreters/reconcile-interpreters.js';
import { endAppointment } from '../../server/booking/end-appointment.js';
import { deleteContacts } from '../../server/contacts/deletion/delete-contacts.js';
import { Appointment } from '../../server/models/appointment.js';
import { Contact } from '../../server/models/contact.js';
import { Diary } from '../../server/models/diary.js';
import { Interpreter } from '../../server/models/interpreter.js';
import { Notification } from '../../server/models/notification.js';
import { makeUser, Visitor } from '../support/app.js';
import { Desk, hidden } from '../support/booking/desk.js';
import { asApp } from '../support/scans.js';

const CONTACTS = '/global-setup/contacts';
const going = new AbortController().signal;

describe('an interpreter whose contact is deleted', () => {
  let desk: Desk;
  let office: Visitor;
  let staff: Contact;
  let settings: string;
  let booked: Appointment;

  beforeEach(async () => {
    desk = await Desk.open({ students: 4, teachers: 3, slots: 4 }, { SMTP_URL: 'smtp://127.0.0.1:9' });
    const { account, event } = desk.fair;
    settings = `/events/${String(event._id)}/settings/interpreters`;
    office = await new Visitor(desk.test.app).logIn(await makeUser(account._id, 'administrator'));
    const ana = { firstName: 'Ana', lastName: 'Ruiz', email: 'ana@school.test' };
    staff = (
      await Contact.create({ account: account._id, type: 'staff', source: 'hand', status: 'active', ...ana })
    ).toObject();
    await office.post(settings, { languages: ['es'] }, settings);
    await add('Ana Ruiz', ana.email);
    const { visitor } = await desk.parentOf(0);
    await visitor.post(`${desk.home}/interpreter`, { language: 'es' }, `${desk.home}/interpreter`);
    await desk.book(visitor, 0, 0);
    booked = await Appointment.findOne({ state: 'booked' }).orFail().lean();
    assert.ok(await Diary.exists({ _id: new RegExp(`^${String(staff._id)}:`) }));
    await Notification.deleteMany({});
  });

  const add = (name: string, email = '') =>
    office.post(`${settings}/new`, { name, email, languages: ['es'] }, `${settings}/new`);
  const settle = () => asApp(() => reconcileInterpreters(desk.test.deps, going));
  const remains = async () =>
    /Ana Ruiz|ana@school/.exec(JSON.stringify([await Interpreter.find().lean(), await Diary.find().lean()]));

  async function remove(): Promise<string> {
    await Contact.updateOne({ _id: staff._id }, { $set: { status: 'transferred' } });
    const path = `${CONTACTS}/${String(staff._id)}/deletion`;
    const { text } = await office.get(path);
    assert.equal((await office.post(path, { shown: hidden(text, 'shown') }, path)).status, 303);
    assert.equal(await Contact.countDocuments({ _id: staff._id }), 0);
    return text;
  }

  it('interprets no longer: another one takes the meeting, nobody is at two places, and no name stays', async () => {
    await add('Ben Cho');
    const page = await remove();
    assert.match(page, /1 event loses this person as an interpreter\. 1 upcoming appointment gets another/);
    await settle();
    const { interpreter } = await Appointment.findById(booked._id).orFail().lean();
    const ben = await Interpreter.findOne({ name: 'Ben Cho' }).orFail().lean();
    assert.deepEqual(interpreter, ben._id);
    const days = await Diary.find({ 'busy.appointment': booked._id }).lean();
    assert.ok(days.some(({ _id }) => _id.startsWith(String(ben._id))));
    assert.match(
      (await Notification.findOne({ kind: 'appointment changed' }).orFail().lean()).text,
      /Ben Cho/,
    );
    assert.equal(await remains(), null);
  });

  it('leaves what is over without a name, and what nobody takes without an interpreter', async () => {
    const past = { from: new Date('2026-11-01T16:00:00Z'), to: new Date('2026-11-01T16:10:00Z') };
    await Appointment.collection.insertOne(
      Object.assign({}, booked, past, { _id: new Types.ObjectId(), byKey: 'past' }),
    );
    await remove();
    await settle();
    assert.equal(await Appointment.countDocuments({ interpreter: { $exists: true } }), 0);
    const mail = await Notification.findOne({ kind: 'appointment changed' }).orFail().lean();
    assert.match(mail.text, /Interpreter no longer interprets at this meeting/);
  });

  it('is no interpreter either after all contacts are deleted', async () => {
    const path = `${CONTACTS}/deletions`;
    const form = { level: 'administrator', appointments: 'on', typed: 'Maple School' };
    const started = await office.post(path, form, path);
    const id = started.headers.location!.split('/').at(-1)!;
    await asApp(() => deleteContacts(desk.test.deps, id, going, endAppointment(desk.test.deps)));
    assert.equal(await Contact.countDocuments({ _id: staff._id }), 0);
    assert.equal(await remains(), null);
  });
});
