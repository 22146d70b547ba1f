import assert from 'node:assert/strict';
import { Contact } from '../../server/models/contact.js';
import { Household } from '../../server/models/household.js';
import { Notification } from '../../server/models/notification.js';
import { User } from '../../server/models/user.js';
import { makeAccount, makeUser, PASSWORD, Visitor } from '../support/app.js';
import { EVE } from '../support/booking/conference.js';
import { Desk } from '../support/booking/desk.js';

describe("a parent's way to the teachers", () => {
  let desk: Desk;

  beforeEach(async () => {
    desk = await Desk.open();
  });

  describe('the link', () => {
    it('shows the event to everybody, and a wrong one is 404', async () => {
      const page = await new Visitor(desk.test.app).get(desk.home);
      assert.equal(page.status, 200);
      assert.match(
        page.text,
        /Fall Conferences[\s\S]*Tuesday, November 24, 2026[\s\S]*Booking is open until/,
      );
      assert.ok(!page.text.includes('Lopez'));
      assert.equal((await new Visitor(desk.test.app).get('/e/nothing')).status, 404);
      const deeper = await new Visitor(desk.test.app).get(`${desk.home}/children`);
      assert.match(deeper.headers.location ?? '', /^\/login\?next=/);
    });

    it('leaves who works at two schools at the one they chose, for what they have open in another tab', async () => {
      const oak = (await makeAccount('Oak School'))._id;
      const user = await makeUser(oak, 'administrator');
      const grants = [{ account: desk.fair.account._id, level: 'administrator' as const }];
      await User.updateOne({ _id: user._id }, { $push: { grants: { $each: grants } } });
      const visitor = await new Visitor(desk.test.app).logIn(user);
      await visitor.post('/choose-school', { account: oak.toHexString() });
      assert.equal((await visitor.get(`${desk.home}/children`)).status, 200);
      assert.match((await visitor.get('/global-setup')).text, /value="Oak School"/);
    });

    it('lets a login of another school book here too, after one tap', async () => {
      const stranger = await makeUser((await makeAccount('Oak School'))._id, 'administrator');
      const visitor = await new Visitor(desk.test.app).logIn(stranger);
      assert.match((await visitor.get(desk.home)).text, /Book at Maple School/);
      assert.equal((await visitor.get(`${desk.home}/children`)).headers.location, desk.home);
      await visitor.post(`${desk.home}/join`, {}, desk.home);
      assert.equal((await visitor.get(`${desk.home}/children`)).status, 200);
      assert.match((await visitor.get('/my')).text, /Fall Conferences/);
    });
  });

  describe('registering', () => {
    const form = { name: 'Kim Lopez', email: 'kim@example.org', password: PASSWORD };
    const register = (email: string) =>
      new Visitor(desk.test.app).post(`${desk.home}/register`, { ...form, email }, `${desk.home}/register`);

    it('answers the same whether the address is known or not; the mail tells', async () => {
      await makeUser(desk.fair.account._id, 'customer', { email: 'known@example.org' });
      const answers = [await register('kim@example.org'), await register('known@example.org')];
      assert.deepEqual(
        answers.map((answer) => [answer.status, answer.headers.location]),
        [
          [303, `${desk.home}/registered`],
          [303, `${desk.home}/registered`],
        ],
      );
      const kinds = (await Notification.find().sort({ to: 1 }).lean()).map((mail) => mail.kind);
      assert.deepEqual(kinds, ['prove e-mail', 'already registered']);
      assert.equal(await User.countDocuments(), 2);
    });

    it('leads by the mailed link and the password to the children, with the address proven', async () => {
      await register('kim@example.org');
      const mail = await Notification.findOne({ kind: 'prove e-mail' }).lean();
      const path = new URL(/http\S+/.exec(mail?.text ?? '')?.[0] ?? '').pathname;
      const visitor = new Visitor(desk.test.app);
      const login = { email: form.email, password: PASSWORD, next: path };
      assert.equal((await visitor.post('/login', login, '/login')).headers.location, path);
      const proved = await visitor.post(path, {}, path);
      assert.equal(proved.headers.location, desk.home);
      assert.equal((await visitor.get(desk.home)).headers.location, `${desk.home}/children`);
    });
  });

  describe('children', () => {
    const proof = { number: '1000', day: '9', month: '3', year: '2014' };
    const add = (visitor: Visitor, fields: object) =>
      visitor.post(`${desk.home}/children`, { ...proof, ...fields }, `${desk.home}/children`);

    it('are added by number and birth date, and other adults of the child are told no name', async () => {
      const other = await desk.parentOf(0);
      const { visitor, user } = await desk.parent();
      assert.equal((await add(visitor, {})).status, 303);
      const household = await Household.findOne({ adults: user._id }).lean();
      assert.equal(household?.children[0]?.by, 'number and security value');
      const mail = await Notification.findOne({ kind: 'another adult' }).lean();
      assert.equal(mail?.to, other.user.email);
      assert.ok(!mail.text.includes(user.email));
    });

    it('are refused in one way whatever is wrong', async () => {
      const { visitor } = await desk.parent();
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
      const { visitor } = await desk.parent();
      const statuses = [];
      for (let n = 0; n < 11; n++) statuses.push((await add(visitor, { day: String(n + 10) })).status);
      assert.deepEqual(statuses, [...Array<number>(10).fill(422), 429]);
    });

    it('tied to the proven address as parent or guardian are offered and taken over, others not', async () => {
      const guardian = (tie: { student: string; relationship: string; type: string }) =>
        Contact.create({
          account: desk.fair.account._id,
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
      const unproven = await desk.parent({ proven: false, email: 'kim@example.org' });
      const before = await unproven.visitor.get(`${desk.home}/children`);
      assert.ok(!before.text.includes('Ana'));
      await User.updateOne({ _id: unproven.user._id }, { $set: { emailProvenAt: EVE } });
      const after = await unproven.visitor.get(`${desk.home}/children`);
      assert.match(after.text, /Ana Lopez/);
      assert.ok(!after.text.includes('Leo'));
      const students = desk.fair.students.map(({ _id }) => String(_id));
      await unproven.visitor.post(`${desk.home}/children/linked`, { students }, `${desk.home}/children`);
      const household = await Household.findOne({ adults: unproven.user._id }).lean();
      assert.deepEqual(
        household?.children.map((child) => String(child.student)),
        students.slice(0, 1),
      );
    });
  });
});
