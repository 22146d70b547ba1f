import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { listInterpreted } from '../../server/interpreters/queries.js';
import { Appointment } from '../../server/models/appointment.js';
import { Diary } from '../../server/models/diary.js';
import { Event } from '../../server/models/event.js';
import { Household } from '../../server/models/household.js';
import { Interpreter } from '../../server/models/interpreter.js';
import { placed } from '../../server/web/place.js';
import { makeUser, Visitor } from '../support/app.js';
import { DAY, EVE } from '../support/booking/conference.js';
import { Desk } from '../support/booking/desk.js';
import { asApp } from '../support/scans.js';

describe('meetings with interpreters', () => {
  let desk: Desk;
  let family: Awaited<ReturnType<Desk['parentOf']>>;

  beforeEach(async () => {
    desk = await Desk.open({ students: 2, teachers: 3, slots: 4, booking: { inARow: 2 } });
    await Event.updateOne({}, { $set: { interpreting: { languages: ['es'], byHand: false } } });
    family = await desk.parentOf(0);
    await Household.updateMany({}, { $set: { interpreter: 'es' } });
  });

  const add = (name: string, times: { day: string; from: string; to: string }[] = []) => {
    const { account, _id: event } = desk.fair.event;
    const own = { account, event, name, languages: ['es'], sortKey: name.toLowerCase() };
    return Interpreter.create({ ...own, status: 'active', times });
  };

  /** @returns how many meetings of a family's plan are booked */
  async function plan({ visitor }: typeof family, student: number): Promise<number> {
    const before = await Appointment.countDocuments({ state: 'booked' });
    const child = String(desk.fair.students[student]!._id);
    const wish = desk.fair.teachers.map(({ resource }) => `${child}:${String(resource._id)}`);
    const key = new Types.ObjectId().toHexString();
    const made = await visitor.post(`${desk.home}/plan`, { key, day: DAY, wish }, `${desk.home}/plan`);
    const path = made.headers.location ?? '';
    await visitor.post(`${path}/book`, {}, path);
    return (await Appointment.countDocuments({ state: 'booked' })) - before;
  }

  it('are planned together: each at a time at which one is free, and none where nobody is left', async () => {
    const ana = await add('Ana Ruiz');
    assert.equal(await plan(family, 0), 3);
    const booked = await Appointment.find({ state: 'booked' }).lean();
    assert.ok(booked.every(({ interpreter }) => interpreter?.equals(ana._id)));
    const other = await desk.parentOf(1);
    await Household.updateMany({}, { $set: { interpreter: 'es' } });
    assert.equal(await plan(other, 1), 1, 'she has one of four times left');
    const times = (await Appointment.find({ state: 'booked' }).lean()).map(({ from }) => +from);
    assert.equal(new Set(times).size, 4);
  });

  it('are as long as one interpreter can stay, and the desk sees at which times nobody can', async () => {
    await add('Ana Ruiz', [{ day: DAY, from: '17:00', to: '17:10' }]);
    const ben = await add('Ben Cho', [{ day: DAY, from: '17:10', to: '17:20' }]);
    const lengths = async () => {
      const path = (await desk.choose(family.visitor, 0, 0)).headers.location ?? '';
      return (await family.visitor.get(path)).text.split('name="inARow"').length - 1;
    };
    assert.equal(await lengths(), 0, 'each could for a part of it');
    const user = await makeUser(desk.fair.account._id, 'administrator');
    const office = await new Visitor(desk.test.app).logIn(user);
    const child = `/events/${String(desk.fair.event._id)}/desk/children/${String(desk.fair.students[0]!._id)}`;
    const page = (await office.get(`${child}?adult=h${String(family.household._id)}`)).text;
    // The last two of each teacher, and the first of two: what the family has on hold with the third keeps Ana.
    assert.equal(page.split('no interpreter').length - 1, 8);
    await Interpreter.updateOne({ _id: ben._id }, { $set: { times: [] } });
    assert.equal(await lengths(), 2);
  });

  it('have who is free offered to the office also where a hold in their diary has run out, or what was booked is canceled', async () => {
    await Event.updateOne({}, { $set: { 'interpreting.byHand': true } });
    const ana = await add('Ana Ruiz');
    await desk.book(family.visitor, 0, 0);
    const { _id: meeting, ...booked } = await Appointment.findOne().orFail().lean();
    const { from, to, account } = booked;
    const other = new Types.ObjectId();
    const diary = `${String(ana._id)}:${from.toISOString().slice(0, 10)}`;
    const busy = [{ from, to, slot: new Types.ObjectId(), appointment: other }];
    await Diary.create({ _id: diary, account, busy });
    const hold = {
      ...booked,
      _id: other,
      byKey: 'other',
      state: 'pending' as const,
      expiresAt: new Date(+EVE + 1),
    };
    await Appointment.create(hold);
    const isOffered = async () => {
      const event = placed(await Event.findOne().orFail().lean(), {});
      const listed = await asApp(() => listInterpreted(event, EVE, {}));
      return listed.some(({ row, choices }) => row.id === String(meeting) && choices.length > 0);
    };
    assert.equal(await isOffered(), false);
    await Appointment.updateOne({ _id: other }, { $set: { expiresAt: EVE } });
    assert.equal(await isOffered(), true);
    await Appointment.updateOne({ _id: other }, { $set: { state: 'booked' } });
    assert.equal(await isOffered(), false);
    await Appointment.updateOne({ _id: other }, { $set: { state: 'cancelled' } });
    assert.equal(await isOffered(), true);
  });

  it('say before a day is moved at how many the interpreter isn’t there then', async () => {
    await add('Ana Ruiz', [{ day: DAY, from: '17:00', to: '18:00' }]);
    await desk.book(family.visitor, 0, 0);
    const user = await makeUser(desk.fair.account._id, 'administrator');
    const office = await new Visitor(desk.test.app).logIn(user);
    const slots = `/events/${String(desk.fair.event._id)}/slots/move`;
    const move = { kind: 'move', day: DAY, teacher: '', room: '', notice: '', toTime: '', toDay: '' };
    const preview = (more: object) => office.post(`${slots}/preview`, { ...move, ...more }, slots);
    assert.match(
      (await preview({ toDay: '2026-12-01' })).text,
      /For 1 appointment the interpreter isn’t available at the new time/,
    );
    assert.doesNotMatch((await preview({ toTime: '17:10' })).text, /isn’t available at the new time/);
  });
});
