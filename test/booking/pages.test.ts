import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { Appointment } from '../../server/models/appointment.js';
import { Contact } from '../../server/models/contact.js';
import { Household } from '../../server/models/household.js';
import { Notification } from '../../server/models/notification.js';
import { User } from '../../server/models/user.js';
import { createTestApp, makeAccount, makeUser, PASSWORD, Visitor, type TestApp } from '../support/app.js';
import { emptyDatabase } from '../support/hooks.js';
import { EVE, makeConference, makeHousehold, type Conference } from './conference.js';

const hidden = (html: string, name: string): string =>
  new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1] ?? '';

describe("parents' pages", () => {
  let test: TestApp;
  let fair: Conference;
  let home: string;

  beforeEach(async () => {
    await emptyDatabase();
    test = createTestApp();
    test.setNow(EVE);
    fair = await makeConference();
    home = `/e/${fair.event.link}`;
  });

  async function parent(
    more: { proven?: boolean; email?: string } = {},
  ): Promise<{ visitor: Visitor; user: User }> {
    const user = await makeUser(fair.account._id, 'customer', { name: 'Kim Lopez', ...more });
    return { visitor: await new Visitor(test.app).logIn(user), user };
  }
  /** A parent with the n-th student as child. */
  async function parentOf(n: number): Promise<{ visitor: Visitor; user: User; household: Household }> {
    const { visitor, user } = await parent();
    const household = await makeHousehold(fair.account._id, fair.students.slice(n, n + 1), user._id);
    return { visitor, user, household };
  }
  const timesPath = (teacher = 0, student = 0): string =>
    `${home}/times/${String(fair.teachers[teacher]!.resource._id)}?student=${String(fair.students[student]!._id)}`;
  async function choose(visitor: Visitor, teacher: number, slot: number, student = 0, more = {}) {
    const page = await visitor.get(timesPath(teacher, student));
    return visitor.agent
      .post(`${home}/appointments`)
      .type('form')
      .send({
        _csrf: hidden(page.text, '_csrf'),
        student: hidden(page.text, 'student'),
        key: hidden(page.text, 'key'),
        slot: String(fair.teachers[teacher]!.slots[slot]!._id),
        ...more,
      });
  }
  async function book(visitor: Visitor, teacher: number, slot: number, student = 0): Promise<string> {
    const held = await choose(visitor, teacher, slot, student);
    assert.equal(held.status, 303);
    const path = held.headers.location ?? '';
    assert.equal((await visitor.post(`${path}/confirm`, { note: 'Hello' }, path)).status, 303);
    return path;
  }

  describe('the link', () => {
    it('shows the event to everybody, and a wrong one is 404', async () => {
      const page = await new Visitor(test.app).get(home);
      assert.equal(page.status, 200);
      assert.match(page.text, /Fall Conferences[\s\S]*Tuesday 24 November 2026[\s\S]*Booking is open until/);
      assert.ok(!page.text.includes('Lopez'));
      assert.equal((await new Visitor(test.app).get('/e/nothing')).status, 404);
      const deeper = await new Visitor(test.app).get(`${home}/children`);
      assert.match(deeper.headers.location ?? '', /^\/login\?next=/);
    });

    it('lets a login of another school book here too, after one tap', async () => {
      const stranger = await makeUser((await makeAccount('Oak School'))._id, 'administrator');
      const visitor = await new Visitor(test.app).logIn(stranger);
      assert.match((await visitor.get(home)).text, /Book at Maple School/);
      assert.equal((await visitor.get(`${home}/children`)).headers.location, home);
      await visitor.post(`${home}/join`, {}, home);
      assert.equal((await visitor.get(`${home}/children`)).status, 200);
      assert.match((await visitor.get('/my')).text, /Fall Conferences/);
    });
  });

  describe('registering', () => {
    const form = { name: 'Kim Lopez', email: 'kim@example.org', password: PASSWORD };
    const register = (email: string) =>
      new Visitor(test.app).post(`${home}/register`, { ...form, email }, `${home}/register`);

    it('answers the same whether the address is known or not; the mail tells', async () => {
      await makeUser(fair.account._id, 'customer', { email: 'known@example.org' });
      const answers = [await register('kim@example.org'), await register('known@example.org')];
      assert.deepEqual(
        answers.map((answer) => [answer.status, answer.headers.location]),
        [
          [303, `${home}/registered`],
          [303, `${home}/registered`],
        ],
      );
      const kinds = (await Notification.find().sort({ to: 1 }).lean()).map((mail) => mail.kind);
      assert.deepEqual(kinds, ['prove e-mail', 'already registered']);
      assert.equal(await User.countDocuments(), 2);
    });

    it('leads by the mailed link to the children, logged in and with the address proven', async () => {
      await register('kim@example.org');
      const mail = await Notification.findOne({ kind: 'prove e-mail' }).lean();
      const path = new URL(/http\S+/.exec(mail?.text ?? '')?.[0] ?? '').pathname;
      const visitor = new Visitor(test.app);
      const proved = await visitor.post(path, {}, path);
      assert.equal(proved.headers.location, home);
      assert.equal((await visitor.get(home)).headers.location, `${home}/children`);
    });
  });

  describe('children', () => {
    const proof = { number: '1000', day: '9', month: '3', year: '2014' };
    const add = (visitor: Visitor, fields: object) =>
      visitor.post(`${home}/children`, { ...proof, ...fields }, `${home}/children`);

    it('are added by number and birth date, and other adults of the child are told no name', async () => {
      const other = await parentOf(0);
      const { visitor, user } = await parent();
      assert.equal((await add(visitor, {})).status, 303);
      const household = await Household.findOne({ adults: user._id }).lean();
      assert.equal(household?.children[0]?.by, 'number and security value');
      const mail = await Notification.findOne({ kind: 'another adult' }).lean();
      assert.equal(mail?.to, other.user.email);
      assert.ok(!mail.text.includes(user.email));
    });

    it('are refused in one way whatever is wrong', async () => {
      const { visitor } = await parent();
      await Contact.updateOne({ schoolId: '1001' }, { $set: { securityValue: 'blue-77' } });
      const wrong = [{ number: '9999' }, { day: '10' }, { number: '1001' }, { number: '1001', code: 'red' }];
      const texts = [];
      for (const fields of wrong) {
        const answer = await add(visitor, fields);
        assert.equal(answer.status, 422);
        texts.push(/<p class="error"[^>]*>[\s\S]*?<\/p>/.exec(answer.text)?.[0]);
      }
      assert.equal(new Set(texts).size, 1);
      assert.equal((await add(visitor, { number: '1001', code: ' Blue 77' })).status, 303);
    });

    it('cannot be guessed at: ten tries an hour', async () => {
      const { visitor } = await parent();
      const statuses = [];
      for (let n = 0; n < 11; n++) statuses.push((await add(visitor, { day: String(n + 10) })).status);
      assert.deepEqual(statuses, [...Array<number>(10).fill(422), 429]);
    });

    it('tied to the proven address as parent or guardian are offered and taken over, others not', async () => {
      const guardian = (tie: { student: string; relationship: string; type: string }) =>
        Contact.create({
          account: fair.account._id,
          type: 'guardian',
          source: 'clever',
          status: 'active',
          email: 'kim@example.org',
          relations: [tie],
          searchKey: 'kim',
          sortKey: 'kim',
        });
      await guardian({ student: 'student-0', relationship: 'Parent', type: 'Primary' });
      await guardian({ student: 'student-1', relationship: 'Aunt/Uncle', type: 'Emergency' });
      const unproven = await parent({ proven: false, email: 'kim@example.org' });
      const before = await unproven.visitor.get(`${home}/children`);
      assert.ok(!before.text.includes('Ana'));
      await User.updateOne({ _id: unproven.user._id }, { $set: { emailProvenAt: EVE } });
      const after = await unproven.visitor.get(`${home}/children`);
      assert.match(after.text, /Ana Lopez/);
      assert.ok(!after.text.includes('Leo'));
      const students = fair.students.map(({ _id }) => String(_id));
      await unproven.visitor.post(`${home}/children/linked`, { students }, `${home}/children`);
      const household = await Household.findOne({ adults: unproven.user._id }).lean();
      assert.deepEqual(
        household?.children.map((child) => String(child.student)),
        students.slice(0, 1),
      );
    });
  });

  describe('booking', () => {
    it('goes from the teachers to a time, a check in words, and a booked meeting', async () => {
      const { visitor } = await parentOf(0);
      assert.match((await visitor.get(home)).text, /Mrs Lee[\s\S]*0 of 2 teachers booked/);
      const held = await choose(visitor, 0, 1);
      const path = held.headers.location ?? '';
      const check = await visitor.get(path);
      assert.match(
        check.text,
        /Mrs Lee, Room 10, Tuesday 24 November 2026, 5:10 to 5:20 PM \(Chicago time\)/,
      );
      for (let click = 0; click < 2; click++)
        assert.equal(
          (await visitor.post(`${path}/confirm`, { note: '<b>Hi</b>' }, home)).headers.location,
          path,
        );
      const done = await visitor.get(path);
      assert.match(done.text, /Your meeting is booked[\s\S]*&lt;b&gt;Hi/);
      assert.match((await visitor.get(home)).text, /1 of 2 teachers booked/);
      const mails = await Notification.find({ kind: 'appointment booked' }).lean();
      assert.equal(mails.length, 1);
      assert.match(mails[0]?.ics ?? '', /DTSTART;TZID=America\/Chicago:20261124T171000/);
      const file = await visitor.get(`${path}/calendar.ics`);
      assert.match(file.headers['content-type'] ?? '', /^text\/calendar/);
      assert.match((await visitor.get(`${home}/schedule`)).text, /5:10 to 5:20 PM[\s\S]*Mrs Lee/);
      assert.match((await visitor.get(`${home}/schedule.ics`)).text, /SUMMARY:Mrs Lee \(Ana\)/);
    });

    it('the same click twice holds once', async () => {
      const { visitor } = await parentOf(0);
      const page = await visitor.get(timesPath());
      const fields = {
        _csrf: hidden(page.text, '_csrf'),
        student: hidden(page.text, 'student'),
        key: hidden(page.text, 'key'),
        slot: String(fair.teachers[0]!.slots[0]!._id),
      };
      const click = () => visitor.agent.post(`${home}/appointments`).type('form').send(fields);
      const answers = await Promise.all([click(), click(), click()]);
      assert.equal(new Set(answers.map((answer) => answer.headers.location)).size, 1);
      assert.equal(await Appointment.countDocuments(), 1);
    });

    it('of a taken time answers 409 with the nearest free ones and nothing of who has it', async () => {
      const first = await parentOf(0);
      await book(first.visitor, 0, 1);
      const second = await parentOf(1);
      const answer = await choose(second.visitor, 0, 1, 1);
      assert.equal(answer.status, 409);
      assert.match(answer.text, /has just been taken[\s\S]*nearest free times[\s\S]*5:00[\s\S]*5:20/);
      assert.ok(!/Kim|Ana/.test(answer.text.replace(/<header[\s\S]*?<\/header>/, '')));
      assert.match((await second.visitor.get(timesPath(0, 1))).text, /Another family has this time/);
    });

    it('shows a meeting with another teacher in line with the times', async () => {
      const { visitor } = await parentOf(0);
      await book(visitor, 0, 1);
      assert.match((await visitor.get(timesPath(1))).text, /time-is-other[\s\S]*Ana: Mrs Lee/);
    });

    it('can be changed: the old time stays until the new one is booked', async () => {
      const { visitor } = await parentOf(0);
      const path = await book(visitor, 0, 1);
      const id = path.split('/').at(-1)!;
      const change = await visitor.get(`${path}/change`);
      assert.match(change.headers.location ?? '', new RegExp(`change=${id}`));
      const held = await choose(visitor, 0, 2, 0, { change: id });
      const fresh = held.headers.location ?? '';
      assert.match((await visitor.get(path)).text, /Your meeting is booked/);
      await visitor.post(`${fresh}/confirm`, {}, fresh);
      assert.match((await visitor.get(path)).text, /This meeting is cancelled[\s\S]*another time instead/);
      assert.equal(await Appointment.countDocuments({ state: 'booked' }), 1);
      const kinds = (await Notification.find().lean()).map((mail) => mail.kind).sort();
      assert.deepEqual(kinds, ['appointment booked', 'appointment changed']);
    });

    it('can be cancelled after a page that asks, and frees the time', async () => {
      const { visitor } = await parentOf(0);
      const path = await book(visitor, 0, 1);
      assert.match((await visitor.get(`${path}/cancel`)).text, /does not take place/);
      for (let click = 0; click < 2; click++)
        assert.equal((await visitor.post(`${path}/cancel`, {}, home)).status, 303);
      assert.match((await visitor.get(path)).text, /You cancelled it/);
      assert.equal((await choose((await parentOf(1)).visitor, 0, 1, 1)).status, 303);
      const mail = await Notification.findOne({ kind: 'appointment cancelled' }).lean();
      assert.match(mail?.ics ?? '', /METHOD:CANCEL/);
    });

    it("of another household is 404 on every page, and so is a child's that is not theirs", async () => {
      const { visitor } = await parentOf(0);
      const path = await book(visitor, 0, 1);
      const stranger = (await parentOf(1)).visitor;
      for (const page of ['', '/cancel', '/change', '/calendar.ics'])
        assert.equal((await stranger.get(`${path}${page}`)).status, 404, page);
      for (const page of ['/cancel', '/confirm'])
        assert.equal((await stranger.post(`${path}${page}`, {}, home)).status, 404, page);
      assert.equal((await stranger.get(timesPath(0, 0))).status, 404);
      const forged = await choose(stranger, 0, 0, 1, { student: String(fair.students[0]!._id) });
      assert.equal(forged.status, 404);
      assert.equal(await Appointment.countDocuments({ state: 'booked' }), 1);
    });

    it('shows nothing of the other household of the same child', async () => {
      const { visitor } = await parentOf(0);
      await book(visitor, 0, 1);
      const other = await parentOf(0);
      const pages = [await other.visitor.get(home), await other.visitor.get(`${home}/schedule`)];
      for (const page of pages) assert.ok(!page.text.includes('Booked'));
      const refused = await choose(other.visitor, 0, 2);
      assert.equal(refused.status, 409);
      assert.match(refused.text, /already a meeting with this teacher/);
    });

    it('sends no mail to an address that is not proven, and says so', async () => {
      const { visitor, user } = await parent({ proven: false });
      await makeHousehold(fair.account._id, fair.students.slice(0, 1), user._id);
      const path = await book(visitor, 0, 0);
      assert.match((await visitor.get(path)).text, /No mail is sent/);
      assert.equal(await Notification.countDocuments(), 0);
    });

    it('says when a hold has run out, and leads to the times', async () => {
      const { visitor } = await parentOf(0);
      const path = (await choose(visitor, 0, 0)).headers.location ?? '';
      test.setNow(new Date(EVE.getTime() + 11 * 60_000));
      assert.match((await visitor.get(path)).text, /not kept for you any longer/);
      assert.equal((await visitor.post(`${path}/confirm`, {}, home)).status, 409);
    });

    it('an unknown id in an address is 404', async () => {
      const { visitor } = await parentOf(0);
      const id = new Types.ObjectId().toHexString();
      for (const path of [
        `${home}/appointments/${id}`,
        `${home}/times/${id}?student=${id}`,
        `${home}/appointments/x`,
      ])
        assert.equal((await visitor.get(path)).status, 404, path);
    });
  });
});
