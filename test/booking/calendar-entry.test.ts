import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { cancelAppointment } from '../../server/booking/cancel-appointment.js';
import { Appointment } from '../../server/models/appointment.js';
import { Notification } from '../../server/models/notification.js';
import { Desk } from '../support/booking/desk.js';
import { momentOf, read } from '../support/booking/read-calendar.js';

describe('a meeting that is moved and canceled', () => {
  it('is one entry of the calendar, each file later than the one before', async () => {
    const desk = await Desk.open({ slots: 6 });
    const { visitor } = await desk.parentOf(0);
    let path = await desk.book(visitor, 0, 1);
    const files = [(await visitor.get(`${path}/calendar.ics`)).text];
    for (const slot of [3, 4, 0]) {
      const held = await desk.choose(visitor, 0, slot, 0, { change: path.split('/').at(-1) });
      assert.equal(held.status, 303);
      path = held.headers.location ?? '';
      assert.equal((await visitor.post(`${path}/confirm`, { note: '' }, path)).status, 303);
      files.push((await visitor.get(`${path}/calendar.ics`)).text);
    }
    await visitor.post(`${path}/cancel`, {}, path);
    const mails = await Notification.find({ ics: { $exists: true } })
      .sort({ _id: 1 })
      .lean();
    const mailed = mails.map(({ ics }) => ics ?? '');
    assert.equal(mailed.length, 5);
    const factsOf = (text: string) => {
      const { calendar, events } = read(text);
      assert.equal(events.length, 1);
      const value = (name: string) => events[0]!.getFirstPropertyValue(name);
      return {
        method: calendar.getFirstPropertyValue('method'),
        uid: String(value('uid')),
        sequence: Number(value('sequence')),
        status: value('status'),
        start: momentOf({ calendar, events }, events[0]!, 'dtstart'),
      };
    };
    const facts = mailed.map(factsOf);
    assert.deepEqual(facts.slice(0, 4), files.map(factsOf), 'the mailed file is the one of the page');
    assert.equal(new Set(facts.map(({ uid }) => uid)).size, 1);
    for (let n = 1; n < facts.length; n++) assert.ok(facts[n]!.sequence > facts[n - 1]!.sequence);
    const { slots } = desk.fair.teachers[0]!;
    assert.deepEqual(
      facts.map(({ start }) => start),
      [1, 3, 4, 0, 0].map((n) => +slots[n]!.from),
    );
    assert.deepEqual(
      facts.map(({ method, status }) => [method, status]),
      [...Array.from({ length: 4 }, () => ['PUBLISH', 'CONFIRMED']), ['CANCEL', 'CANCELLED']],
    );
    const whole = read((await visitor.get(`${desk.home}/schedule.ics`)).text);
    assert.equal(whole.events.length, 0);
  });

  it('that the school cancels while a change is on hold comes back under the same entry, later again', async () => {
    const desk = await Desk.open({ slots: 6 });
    const { visitor, user } = await desk.parentOf(0);
    const path = await desk.book(visitor, 0, 1);
    const id = path.split('/').at(-1) ?? '';
    const held = await desk.choose(visitor, 0, 3, 0, { change: id });
    await cancelAppointment(desk.test.deps, {
      appointment: { _id: new Types.ObjectId(id), account: desk.fair.account._id },
      by: 'school',
      actor: { user: user._id },
    });
    const fresh = held.headers.location ?? '';
    assert.equal((await visitor.post(`${fresh}/confirm`, { note: '' }, fresh)).status, 303);
    const mails = await Notification.find({ ics: { $exists: true } })
      .sort({ _id: 1 })
      .lean();
    const events = mails.map(({ ics }) => read(ics ?? '').events[0]!);
    assert.equal(new Set(events.map((one) => String(one.getFirstPropertyValue('uid')))).size, 1);
    const numbers = events.map((one) => Number(one.getFirstPropertyValue('sequence')));
    assert.deepEqual(
      numbers,
      [...new Set(numbers)].sort((a, b) => a - b),
    );
    assert.equal(numbers.length, 3);
  });

  it('is moved once: of two changes of one meeting the second is refused, also where no limit is set', async () => {
    const desk = await Desk.open({ slots: 6, booking: { perStudentAndTeacher: 5 } });
    const { visitor } = await desk.parentOf(0);
    const change = (await desk.book(visitor, 0, 1)).split('/').at(-1);
    const [one, two] = [
      await desk.choose(visitor, 0, 3, 0, { change }),
      await desk.choose(visitor, 0, 4, 0, { change }),
    ];
    const answers = [];
    for (const { headers } of [two, one]) {
      const at = headers.location ?? '';
      const answer = await visitor.post(`${at}/confirm`, { note: '' }, desk.home);
      answers.push(answer.headers.location === at);
    }
    assert.deepEqual(answers, [true, false]);
    assert.equal(await Appointment.countDocuments({ state: 'booked' }), 1);
  });
});
