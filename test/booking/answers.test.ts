import assert from 'node:assert/strict';
import { Appointment } from '../../server/models/appointment.js';
import type { AppointmentField } from '../../server/models/appointment-field.js';
import { Event } from '../../server/models/event.js';
import { Notification } from '../../server/models/notification.js';
import { makeUser, Visitor } from '../support/app.js';
import { Desk } from '../support/booking/desk.js';

const id = (n: number) => String(n).repeat(24);
const field = (n: number, more: Partial<AppointmentField>): AppointmentField => ({
  ...{ id: id(n), label: `Question ${n}`, kind: 'text', choices: [], required: false, staffOnly: false },
  ...more,
});
const FIELDS = [
  field(1, { label: 'Allergies <b>?', required: true }),
  field(2, { label: 'Language', kind: 'choice', choices: ['English', 'Spanish'] }),
  field(3, { label: 'Interpreter', kind: 'tick' }),
  field(4, { label: 'Cell phone', kind: 'phone', required: true }),
  field(5, { label: '=Anything else', kind: 'long text' }),
  field(6, { label: 'Seen by nurse', staffOnly: true, required: true }),
];

describe('questions at booking', () => {
  let desk: Desk;
  let parent: Visitor;
  let path: string;
  const name = (n: number) => `answer-${id(n)}`;
  const good = {
    [name(1)]: 'Nuts & <milk>',
    [name(2)]: 'Spanish',
    [name(3)]: 'yes',
    [name(4)]: '(555) 010-1234 ext. 5',
    [name(5)]: 'One\r\ntwo',
    note: 'Hello',
  };
  const setFields = (fields: AppointmentField[]) =>
    Event.updateOne({ _id: desk.fair.event._id }, { $set: { fields } });
  const hold = async (slot = 0, more = {}) =>
    (await desk.choose(parent, 0, slot, 0, more)).headers.location ?? '';
  const confirm = (fields: Record<string, string | string[]>) => parent.post(`${path}/confirm`, fields, path);
  const appointment = async (at = path) => (await Appointment.findById(at.split('/').at(-1)).lean())!;

  beforeEach(async () => {
    desk = await Desk.open();
    await setFields(FIELDS);
    ({ visitor: parent } = await desk.parentOf(0));
    path = await hold();
  });

  it('are asked before booking, but for those for staff; what is missing is told beside it and all else is kept', async () => {
    const page = await parent.get(path);
    assert.match(page.text, /Allergies &lt;b&gt;\?/);
    assert.doesNotMatch(page.text, /Seen by nurse/);
    const answer = await confirm({ ...good, [name(1)]: ' ', [name(4)]: '12', [name(2)]: 'Klingon' });
    assert.equal(answer.status, 422);
    assert.match(answer.text, /There are 3 problems/);
    assert.match(answer.text, /has-error[\s\S]{0,400}Answer “Allergies &lt;b&gt;\?”\./);
    assert.match(answer.text, /“Cell phone”: enter a phone number with at least 7 digits/);
    assert.match(answer.text, /Select one of the choices of “Language”\./);
    assert.match(answer.text, />One\r?\ntwo<\/textarea>/);
    assert.match(answer.text, />Hello<\/textarea>/);
    assert.match(answer.text, new RegExp(`name="${name(3)}" value="yes" checked`));
    assert.equal((await appointment()).state, 'pending');
    const twice = await confirm({ ...good, [name(1)]: ['a', 'b'] });
    assert.match(twice.text, /Answer “Allergies &lt;b&gt;\?” once\./);
    const long = await confirm({ ...good, [name(5)]: 'x'.repeat(1001) });
    assert.match(long.text, /“=Anything else”: use 1000 characters at most\./);
  });

  it('are kept with the appointment as they read then, and shown wherever it is, to the family without staff’s', async () => {
    assert.equal((await confirm(good)).status, 303);
    const { answers } = await appointment();
    assert.deepEqual(answers, [
      { field: id(1), label: 'Allergies <b>?', kind: 'text', value: 'Nuts & <milk>' },
      { field: id(2), label: 'Language', kind: 'choice', value: 'Spanish' },
      { field: id(3), label: 'Interpreter', kind: 'tick', value: 'yes' },
      { field: id(4), label: 'Cell phone', kind: 'phone', value: '(555) 010-1234 ext. 5' },
      { field: id(5), label: '=Anything else', kind: 'long text', value: 'One\ntwo' },
    ]);
    const staffs = { field: id(6), label: 'Seen by nurse', kind: 'text', value: 'Monday', staffOnly: true };
    await Appointment.updateOne({ _id: (await appointment())._id }, { $push: { answers: staffs } });
    for (const page of [path, `${desk.home}/schedule`]) {
      const { text } = await parent.get(page);
      assert.match(text, /Nuts &amp; &lt;milk&gt;/, page);
      assert.doesNotMatch(text, /Seen by nurse|Monday/, page);
    }
    const mail = await Notification.findOne({ kind: 'appointment booked' }).lean();
    assert.match(mail?.text ?? '', /Language: Spanish\nInterpreter: Yes\n/);

    const office = await new Visitor(desk.test.app).logIn(
      await makeUser(desk.fair.account._id, 'event administrator'),
    );
    const event = desk.fair.event._id.toHexString();
    const slot = desk.fair.teachers[0]!.slots[0]!._id.toHexString();
    for (const page of [
      `/events/${event}/appointments`,
      `/events/${event}/day-sheet/${slot}`,
      `/reports/${event}/schedule`,
      `/reports/${event}/appointments`,
    ]) {
      const { text } = await office.get(page);
      assert.match(text, /Nuts &amp; &lt;milk&gt;/, page);
      assert.match(text, /Seen by nurse[\s\S]{0,80}Monday/, page);
    }
    // A question that is gone is told all the same.
    await setFields(FIELDS.filter((one) => one.id !== id(2)));
    for (const file of [
      `/events/${event}/appointments.csv`,
      `/reports/${event}/schedule.csv`,
      `/reports/${event}/appointments.csv`,
    ]) {
      const { text } = await office.get(file);
      assert.match(
        text,
        /Allergies <b>\?,Interpreter,Cell phone,'=Anything else,Seen by nurse,Other answers/,
        file,
      );
      assert.match(
        text,
        /Nuts & <milk>,Yes,\(555\) 010-1234 ext\. 5,"One\ntwo",Monday,Language: Spanish/,
        file,
      );
    }
  });

  it('keep their answers when the time is changed', async () => {
    await confirm(good);
    const { _id } = await appointment();
    const staffs = { field: id(6), label: 'Seen by nurse', kind: 'text', value: 'Monday', staffOnly: true };
    await Appointment.updateOne({ _id }, { $push: { answers: staffs } });
    path = await hold(1, { change: String(_id) });
    const page = await parent.get(path);
    assert.match(page.text, /value="Nuts &amp; &lt;milk&gt;"/);
    assert.match(page.text, /<option value="Spanish" selected>/);
    assert.match(page.text, new RegExp(`name="${name(3)}" value="yes" checked`));
    assert.match(page.text, />Hello<\/textarea>/);
    const { [name(3)]: _without, ...unticked } = good;
    assert.equal((await confirm({ ...unticked, [name(2)]: 'English' })).status, 303);
    const { answers = [] } = await appointment();
    assert.deepEqual(
      answers.map(({ label, value }) => `${label}: ${value}`),
      [
        ...['Allergies <b>?: Nuts & <milk>', 'Language: English', 'Cell phone: (555) 010-1234 ext. 5'],
        ...['=Anything else: One\ntwo', 'Seen by nurse: Monday'],
      ],
    );
  });

  describe('that change after something was booked', () => {
    it('leave what is booked as it is, also where one is required now or is gone', async () => {
      await setFields([]);
      assert.equal((await confirm({ note: '' })).status, 303);
      const booked = path;
      await setFields([field(7, { label: 'New and required', required: true })]);
      assert.match((await parent.get(booked)).text, /Your meeting is booked/);
      assert.match((await parent.get(`${desk.home}/schedule`)).text, /Mrs Lee/);
      path = await hold(1, { change: booked.split('/').at(-1)! });
      assert.match((await confirm({ note: '' })).text, /Answer “New and required”\./);
      assert.equal((await appointment(booked)).state, 'booked');
      assert.equal((await confirm({ [`answer-${id(7)}`]: 'Now' })).status, 303);
      assert.equal((await parent.post(`${path}/cancel`, {}, `${path}/cancel`)).status, 303);
      assert.equal((await appointment()).state, 'cancelled');
    });

    it('are asked as they are when the form comes, and the hold stays', async () => {
      await setFields([field(8, { label: 'Just added', required: true }), ...FIELDS]);
      const answer = await confirm(good);
      assert.equal(answer.status, 422);
      assert.match(answer.text, /Answer “Just added”\./);
      assert.match(answer.text, /value="Nuts &amp; &lt;milk&gt;"/);
      assert.equal((await confirm({ ...good, [`answer-${id(8)}`]: 'Yes' })).status, 303);
    });
  });
});
