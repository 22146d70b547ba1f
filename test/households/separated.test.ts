import assert from 'node:assert/strict';
import type { Types } from 'mongoose';
import { Appointment, LIVING_STATES } from '../../server/models/appointment.js';
import { Event } from '../../server/models/event.js';
import { Household } from '../../server/models/household.js';
import { Notification } from '../../server/models/notification.js';
import type { User } from '../../server/models/user.js';
import { makeUser, Visitor } from '../support/app.js';
import { findDoubles, makeHousehold } from '../support/booking/conference.js';
import { Desk } from '../support/booking/desk.js';

/** A press that was refused leads to a page that says why. */
const isRefused = ({ headers }: { headers: Record<string, string | undefined> }): boolean =>
  headers.location?.includes('/times/') ?? true;

interface Person {
  visitor: Visitor;
  user: User;
}

describe('adults who share a child', () => {
  let desk: Desk;
  let [kim, lou]: Person[] = [];
  let account: Types.ObjectId;

  const person = async (name: string): Promise<Person> => {
    const user = await makeUser(account, 'customer', { name });
    return { visitor: await new Visitor(desk.test.app).logIn(user), user };
  };
  const set = (booking: Record<string, unknown>) =>
    Event.updateOne(
      { _id: desk.fair.event._id },
      { $set: Object.fromEntries(Object.entries(booking).map(([key, value]) => [`booking.${key}`, value])) },
    );
  const living = () => Appointment.find({ state: { $in: LIVING_STATES } }).lean();

  beforeEach(async () => {
    desk = await Desk.open();
    account = desk.fair.account._id;
    [kim, lou] = [await person('Kim Lopez'), await person('Lou Park')];
  });

  describe('and act apart', () => {
    beforeEach(async () => {
      for (const { user } of [kim!, lou!])
        await makeHousehold(account, desk.fair.students.slice(0, 1), user._id);
    });

    it('share the one meeting with a teacher until the event gives each their own; a refusal names nobody', async () => {
      await desk.book(kim!.visitor, 0, 0);
      const refused = await desk.choose(lou!.visitor, 0, 1);
      assert.ok(isRefused(refused));
      assert.doesNotMatch((await lou!.visitor.get(refused.headers.location ?? '')).text, /Kim/);
      // The rule changes after somebody booked, both ways.
      await set({ eachHousehold: true });
      await desk.book(lou!.visitor, 0, 1);
      assert.equal((await living()).length, 2);
      // Each has one and no more, by two tabs at once too.
      const again = await Promise.all([0, 1].map(() => desk.choose(lou!.visitor, 0, 2)));
      assert.ok(again.every(isRefused));
      assert.equal((await living()).length, 2);
      await set({ eachHousehold: false });
      assert.ok(isRefused(await desk.choose(kim!.visitor, 0, 2)));
      // Two with one teacher about one child is all that is double.
      const doubles = await findDoubles(desk.fair);
      assert.deepEqual([doubles.length, doubles[0]?.startsWith('student and teacher')], [1, true]);
    });

    it('see nothing of each other: not on pages, in calendars or in mails', async () => {
      await set({ eachHousehold: true });
      const path = await desk.book(kim!.visitor, 0, 0);
      for (const where of ['', '/schedule', '/family', '/children'])
        assert.doesNotMatch((await lou!.visitor.get(`${desk.home}${where}`)).text, /Kim|Booked: /, where);
      assert.equal((await lou!.visitor.get(path)).status, 404);
      assert.equal((await lou!.visitor.get(`${path}/calendar.ics`)).status, 404);
      const times = (await lou!.visitor.get(desk.timesPath())).text;
      assert.doesNotMatch(times, /Kim/);
      assert.equal(await Notification.countDocuments({ to: lou!.user.email }), 0);
    });
  });

  describe('and act as one', () => {
    beforeEach(async () => {
      const { _id } = await makeHousehold(account, desk.fair.students, kim!.user._id);
      await Household.updateOne({ _id }, { $push: { adults: lou!.user._id } });
    });

    const choose = async ({ visitor }: Person, teacher: number, slot: number, goer?: string) => {
      const page = await visitor.get(`${desk.timesPath(teacher)}${goer ? `&goer=${goer}` : ''}`);
      const chosen = /name="goer" value="([^"]*)"/.exec(page.text)?.[1] ?? '';
      const held = await desk.choose(visitor, teacher, slot, 0, { goer: chosen });
      const path = held.headers.location ?? '';
      if (isRefused(held)) return { isHeld: false, path };
      await visitor.post(`${path}/confirm`, {}, path);
      return { isHeld: true, path };
    };

    it('are at one meeting at a time, and at two where the event says so: then each page says who goes', async () => {
      assert.ok((await choose(kim!, 0, 0)).isHeld);
      assert.ok(!(await choose(lou!, 1, 0)).isHeld);
      assert.doesNotMatch((await lou!.visitor.get(desk.timesPath(1))).text, /Who goes/);

      await set({ twoAtOnce: true });
      // What was booked before is of both.
      assert.ok(!(await choose(lou!, 1, 0)).isHeld);
      const { path } = await choose(lou!, 1, 1);
      assert.match((await kim!.visitor.get(path)).text, /Lou Park goes\./);
      assert.match((await kim!.visitor.get(desk.home)).text, /Lou Park goes\./);
      const mail = await Notification.findOne({ to: kim!.user.email }).sort({ _id: -1 }).lean();
      assert.match(mail!.text, /Who goes: Lou Park/);
      const booked = await Appointment.findById(path.split('/').at(-1)).lean();
      assert.ok(booked?.goer?.equals(lou!.user._id));
      assert.deepEqual(await findDoubles(desk.fair), []);
    });

    it('go to two at once, never one to two, and all go only where all are free; a rule that ends leaves what is booked', async () => {
      await set({ twoAtOnce: true, perStudentAndTeacher: 3 });
      assert.ok((await choose(kim!, 0, 0)).isHeld);
      assert.ok((await choose(lou!, 1, 0)).isHeld);
      assert.ok((await choose(kim!, 1, 1, 'all')).isHeld);
      assert.ok(!(await choose(lou!, 0, 1)).isHeld);
      assert.ok((await choose(kim!, 1, 2, lou!.user._id.toHexString())).isHeld);
      assert.ok(!(await choose(lou!, 0, 2)).isHeld);
      assert.ok((await choose(kim!, 0, 2)).isHeld);
      const meetings = await living();
      assert.equal(meetings.length, 5);
      // Nobody's id but of the family counts.
      assert.ok(!(await choose(kim!, 0, 1, String(desk.fair.event._id))).isHeld);
      await set({ twoAtOnce: false });
      assert.equal((await living()).length, 5);
    });
  });
});
