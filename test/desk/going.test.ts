import assert from 'node:assert/strict';
import { meetingLines } from '../../server/mailings/list-meetings.js';
import { Appointment } from '../../server/models/appointment.js';
import { Event } from '../../server/models/event.js';
import { Household } from '../../server/models/household.js';
import { Notification } from '../../server/models/notification.js';
import { User } from '../../server/models/user.js';
import { placed } from '../../server/web/place.js';
import type { Visitor } from '../support/app.js';
import { findDoubles } from '../support/booking/conference.js';
import { FrontDesk } from '../support/booking/front-desk.js';
import { hidden } from '../support/booking/desk.js';
import { asApp } from '../support/scans.js';

describe('who of a family goes to what the desk books', () => {
  let front: FrontDesk;
  let clerk: Visitor;
  let household: Household;
  let mother: User;
  let father: User;

  beforeEach(async () => {
    front = await FrontDesk.open();
    ({ visitor: clerk } = await front.clerk());
    ({ user: mother, household } = await front.desk.parentOf(0));
    ({ user: father } = await front.desk.parent());
    await Household.updateOne({ _id: household._id }, { $push: { adults: father._id } });
    await Event.updateOne({}, { $set: { 'booking.twoAtOnce': true } });
  });

  const page = (goer = '') =>
    clerk.get(
      `${front.home}/children/${String(front.fair.students[0]!._id)}?adult=h${String(household._id)}&goer=${goer}`,
    );

  /** As a clerk presses, on the page as it is shown. */
  async function book(
    teacher: number,
    slot: number,
    goer = '',
  ): Promise<{ status: number; id?: string; text: string }> {
    const html = (await page(goer)).text;
    const held = await clerk.agent
      .post(`${front.home}/appointments`)
      .type('form')
      .send({
        _csrf: hidden(html, '_csrf'),
        ...{ student: String(front.fair.students[0]!._id), adult: `h${String(household._id)}` },
        ...{ key: hidden(html, 'key') + String(teacher), goer: hidden(html, 'goer') },
        slot: String(front.slot(teacher, slot)._id),
      });
    if (held.status !== 303) return { status: held.status, text: held.text };
    const self = held.headers.location!;
    const check = await clerk.get(self);
    const done = await clerk.agent
      .post(`${self}/confirmation`)
      .type('form')
      .send({ _csrf: hidden(check.text, '_csrf'), note: '' });
    assert.equal(done.status, 303, done.text);
    return { status: 303, id: self.split('/').at(-1)!, text: check.text };
  }

  it('is chosen on the child’s page: each of two adults at a meeting of their own at one time', async () => {
    const plain = (await page()).text;
    assert.match(plain, /Who goes[\s\S]*All of them[\s\S]*Booking for|Who goes[\s\S]*All of them/);
    const first = await book(0, 0, String(mother._id));
    assert.match(first.text, new RegExp(`${mother.name}</strong> goes`));
    const seen = (await page(String(father._id))).text;
    assert.doesNotMatch(seen, /with Mrs Lee\)/, 'her meeting is not in his way');
    assert.match((await page()).text, /with Mrs Lee\)/, 'it is in the way of all');
    // All of them can’t be there, and neither can she; he can.
    for (const goer of ['', String(mother._id)]) {
      const refused = await book(1, 0, goer);
      assert.equal(refused.status, 409);
      assert.match(refused.text, /Mrs Lee/);
      assert.match(refused.text, new RegExp(`name="goer" value="${goer}"`));
    }
    const second = await book(1, 0, String(father._id));
    assert.equal(second.status, 303, second.text);
    const booked = await Appointment.find({ state: 'booked' }).sort({ _id: 1 }).lean();
    assert.deepEqual(
      booked.map(({ goer }) => goer),
      [mother._id, father._id],
    );
    assert.match((await clerk.get(`${front.home}/appointments/${second.id!}`)).text, /Who goes[\s\S]*?<dd/);
    const doubles = await findDoubles(front.fair);
    assert.deepEqual(doubles, ['household at two places'], 'as the event allows');
  });

  it('stands wherever two meetings at one time are read: on the schedule, in its email and in the calendar', async () => {
    await User.updateOne({ _id: father._id }, { name: 'Bo Lopez' });
    await book(0, 0, String(mother._id));
    await book(1, 0, String(father._id));
    const path = `${front.home}/families/${String(household._id)}`;
    const shown = await clerk.get(path);
    for (const name of [mother.name, 'Bo Lopez']) assert.ok(shown.text.includes(`Who goes: ${name}`), name);
    const form = { _csrf: hidden(shown.text, '_csrf'), key: hidden(shown.text, 'key') };
    await clerk.agent.post(`${path}/mail`).type('form').send(form);
    const mail = await Notification.findOne({ kind: 'family schedule' }).orFail().lean();
    for (const text of [mail.text, mail.ics ?? '']) assert.match(text, /Bo Lopez goes\./);
    const [lines] = await asApp(async () =>
      meetingLines(placed(await Event.findOne().orFail().lean(), {}), front.fair.event.days[0]!, [
        { students: [front.fair.students[0]!._id], household: household._id },
      ]),
    );
    assert.match(lines!, /Mr Park, .*\(Ana\)\. Bo Lopez goes\./);
  });

  it('is nobody’s choice where the event does not allow it, and a stranger’s id is for all', async () => {
    const stranger = await front.desk.parent();
    assert.equal((await book(0, 0, String(stranger.user._id))).status, 303);
    await Event.updateOne({}, { $set: { 'booking.twoAtOnce': false } });
    assert.doesNotMatch((await page()).text, /Who goes/);
    const forged = await clerk.agent
      .post(`${front.home}/appointments`)
      .type('form')
      .send({
        _csrf: hidden((await page()).text, '_csrf'),
        ...{
          student: String(front.fair.students[0]!._id),
          adult: `h${String(household._id)}`,
          key: 'forged1',
        },
        ...{ goer: String(father._id), slot: String(front.slot(1, 0)._id) },
      });
    assert.equal(forged.status, 409, 'the family is elsewhere');
    assert.equal(await Appointment.countDocuments({ goer: { $exists: true } }), 0);
  });
});
