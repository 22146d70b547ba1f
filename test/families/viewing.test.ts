import assert from 'node:assert/strict';
import mongoose, { Types } from 'mongoose';
import { Appointment } from '../../server/models/appointment.js';
import { AuditEntry } from '../../server/models/audit-entry.js';
import { Diary } from '../../server/models/diary.js';
import { Event } from '../../server/models/event.js';
import { Household } from '../../server/models/household.js';
import { Plan } from '../../server/models/plan.js';
import { createTestApp, makeUser, Visitor, type TestApp } from '../support/app.js';
import { EVE, makeHousehold } from '../support/booking/conference.js';
import { makeFullSchool, makePerson, type FullSchool } from '../support/contacts/full-school.js';
import { emptyDatabase } from '../support/hooks.js';

describe('the parents’ pages as staff see them', function () {
  let test: TestApp;
  let school: FullSchool;
  let admin: Visitor;
  let home: string;

  before(async () => {
    await emptyDatabase();
    test = createTestApp();
    school = await makeFullSchool(test);
    admin = await new Visitor(test.app).logIn(school.admin);
    home = `/events/${school.fair.event._id.toHexString()}/as`;
    await AuditEntry.deleteMany({});
  });

  const child = () => school.fair.students[0]!._id.toHexString();
  /** All that is stored but sessions and the audit. */
  async function stored(): Promise<string> {
    const names = (await mongoose.connection.db!.listCollections().toArray())
      .map(({ name }) => name)
      .filter((name) => !/session|auditEntry|rate|agenda/i.test(name))
      .sort();
    const all = await Promise.all(
      names.map((name) => mongoose.connection.db!.collection(name).find().sort({ _id: 1 }).toArray()),
    );
    return JSON.stringify(all);
  }

  it('are found by the child, and shown as an adult who has the child sees them', async () => {
    const found = await admin.get(`${home}?q=lopez`);
    assert.ok(found.text.includes(`${home}/${child()}`));
    const choice = (await admin.get(`${home}/${child()}`)).text;
    const parent = school.parents[0]!._id.toHexString();
    assert.ok(choice.includes(`${home}/${parent}/${child()}/now`));
    const page = (await admin.get(`${home}/${parent}/${child()}/now`)).text;
    for (const words of [
      'Nothing can be booked or changed here',
      'Your meetings',
      'Mrs Lee',
      'Ana’s teachers',
    ])
      assert.ok(page.includes(words), words);
    assert.ok(!page.includes('action="/logout"'));
    const links = [...page.matchAll(/href="([^"]*\/as\/[^"]*)"/g)].map(([, href = '']) =>
      href.replace(/&amp;/g, '&'),
    );
    assert.ok(
      links.some((link) => link.includes('/times/')) && links.some((link) => link.includes('/appointments/')),
    );
    for (const link of new Set(links)) {
      // Changing a meeting leads on to its times.
      const first = await admin.get(link);
      const answer = first.status === 303 ? await admin.get(first.headers.location!) : first;
      assert.equal(answer.status, 200, link);
      // Where one ends it, the staff's own pages go on.
      if (!/\/(now|open)\b/.test(link)) continue;
      if (link.includes('/now/')) assert.match(answer.text, /Nothing can be booked/, link);
      for (const [form = ''] of answer.text.matchAll(/<form[^>]*method="post"[\s\S]*?<\/form>/g))
        assert.match(form, /<fieldset class="form-off" disabled>/, link);
    }
  });

  it('show the form of a plan while the parent has one on hold, and a look writes nothing', async () => {
    const parent = school.parents[0]!._id;
    const household = await Household.findOne({ adults: parent }).orFail().lean();
    const plan = await Plan.create({
      account: household.account,
      event: school.fair.event._id,
      household: household._id,
      user: parent,
      byKey: 'looked at',
      state: 'held',
      open: true,
      expiresAt: new Date(EVE.getTime() + 600_000),
      createdAt: EVE,
    });
    const path = `${home}/${parent.toHexString()}/${child()}/now`;
    assert.equal((await admin.get(`${path}/plan`)).status, 200);
    // Decided, and not booked to its end: one meeting that was not agreed would be a fault.
    const appointments = [new Types.ObjectId()];
    await Plan.updateOne({ _id: plan._id }, { $set: { state: 'booking', appointments } });
    for (const page of ['', '/schedule']) assert.equal((await admin.get(`${path}${page}`)).status, 200);
    await Plan.deleteOne({ _id: plan._id });
  });

  it('show times before booking opens as they are, and as if it were open', async () => {
    const { _id, booking } = school.fair.event;
    await Event.updateOne({ _id }, { $set: { 'booking.opensAt': new Date(EVE.getTime() + 3600_000) } });
    const times = `times/${school.fair.teachers[1]!.resource._id.toHexString()}?student=${child()}`;
    assert.match((await admin.get(`${home}/none/${child()}/now/${times}`)).text, /Booking opens on/);
    const open = (await admin.get(`${home}/none/${child()}/open/${times}`)).text;
    assert.match(open, /Shown as if booking were open/);
    assert.match(open, /name="slot"/);
    assert.match(open, /<fieldset class="form-off" disabled>/);
    await Event.updateOne({ _id }, { $set: { booking } });
  });

  it('change nothing: whatever is sent is refused, and no household or session is made', async () => {
    const before = await stored();
    const parent = school.parents[0]!._id.toHexString();
    const slot = school.fair.teachers[1]!.slots[2]!._id.toHexString();
    for (const adult of [parent, 'none'])
      for (const [path, fields] of [
        ['appointments', { slot, student: child(), key: 'abc' }],
        ['children', { number: '1001', code: 'x' }],
        ['children/linked', { students: child() }],
        ['prove', {}],
        ['join', {}],
        ['', {}],
      ] as const) {
        const answer = await admin.post(`${home}/${adult}/${child()}/open/${path}`, fields);
        assert.equal(answer.status, 403, path);
        assert.match(answer.text, /Nothing can be booked or changed here/);
      }
    await admin.get(`${home}/none/${child()}/now`);
    assert.equal(await stored(), before);
    // Who looked is still themselves.
    assert.equal((await admin.get('/global-setup')).status, 200);
  });

  it('leave an entry, one an hour', async () => {
    await AuditEntry.deleteMany({});
    for (let n = 0; n < 3; n += 1) await admin.get(`${home}/none/${child()}/now`);
    assert.equal(await AuditEntry.countDocuments({ action: 'view as family', user: school.admin._id }), 1);
    test.setNow(new Date(EVE.getTime() + 3700_000));
    await admin.get(`${home}/none/${child()}/now`);
    test.setNow(EVE);
    assert.equal(await AuditEntry.countDocuments({ action: 'view as family' }), 2);
  });

  it('show a guardian of the roster who never registered', async () => {
    const guardian = await makePerson(school.account, 'guardian', 'Gran', 'Lopez', {
      email: 'gran@example.org',
      relations: [0, 1].map((n) => ({ student: `student-${n}`, relationship: 'Guardian', type: '' })),
    });
    const page = (await admin.get(`${home}/${guardian._id.toHexString()}/${child()}/now`)).text;
    assert.match(page, /Ana’s teachers[\s\S]*Leo’s teachers/);
  });

  it('name nobody from whom the school took the child or whom it blocked', async () => {
    const { account, blocked, parents } = school;
    const relations = [{ student: 'student-0', relationship: 'Parent', type: '' }];
    // The second parent, from whom this child was taken, and a login that was blocked.
    const named = await Promise.all(
      [parents[1]!.email, blocked.email, 'aunt@example.org'].map((email) =>
        makePerson(account, 'guardian', 'Named', 'Lopez', { email, relations }),
      ),
    );
    const choice = (await admin.get(`${home}/${child()}`)).text;
    const statuses = [];
    for (const { _id } of named) {
      const path = `${home}/${_id.toHexString()}/${child()}/now`;
      statuses.push([choice.includes(path), (await admin.get(path)).status]);
    }
    assert.deepEqual(statuses, [
      [false, 404],
      [false, 404],
      [true, 200],
    ]);
  });

  it('show who runs this event alone nothing of the family’s children and meetings elsewhere', async () => {
    const { account, fair } = school;
    const ofEvent = await new Visitor(test.app).logIn(
      await makeUser(account, 'event administrator', { event: fair.event._id }),
    );
    const ties = ['student-0', 'student-1', 'elsewhere'];
    await makePerson(account, 'student', 'Elsie', 'Elsewhere', { record: 'elsewhere', grade: '9' });
    const guardian = await makePerson(account, 'guardian', 'Two', 'Schools', {
      email: 'two-schools@example.org',
      relations: ties.map((student) => ({ student, relationship: 'Parent', type: '' })),
    });
    const login = await makeUser(account, 'customer', { email: 'both@example.org' });
    const household = await makeHousehold(account, fair.students.slice(0, 1), login._id);
    await makePerson(account, 'guardian', 'Two', 'Schools', {
      email: login.email,
      relations: guardian.relations,
    });
    for (const [adult, isOffered] of [
      [guardian._id, false],
      [login._id, true],
    ] as const) {
      const path = `${home}/${adult.toHexString()}/${child()}/now/children`;
      assert.match((await admin.get(path)).text, /Elsie/);
      const { text } = await ofEvent.get(path);
      assert.ok(!text.includes('Elsie'), path);
      // A sibling of this event is offered still.
      assert.equal(/value="[0-9a-f]{24}"/.test(text) && text.includes('Leo'), isOffered, path);
    }
    // A meeting in another event that began an hour ago and goes on.
    const teacher = fair.teachers[1]!;
    const times = `${home}/${login._id.toHexString()}/${child()}/now/times/${teacher.resource._id.toHexString()}?student=${child()}`;
    const [slot] = teacher.slots;
    test.setNow(new Date(slot!.from.getTime() - 60_000));
    const { _id: __, ...booked } = await Appointment.findOne({ event: fair.event._id }).orFail().lean();
    const elsewhere = await Appointment.create({
      ...booked,
      event: new Types.ObjectId(),
      household: household._id,
      students: fair.students.slice(0, 1).map(({ _id }) => _id),
      slot: new Types.ObjectId(),
      byKey: 'elsewhere',
      from: new Date(slot!.from.getTime() - 3600_000),
      to: new Date(slot!.from.getTime() + 3600_000),
    });
    await Diary.create({
      _id: `${household._id.toHexString()}:${slot!.from.toISOString().slice(0, 10)}`,
      account,
      busy: [{ from: elsewhere.from, to: elsewhere.to, slot: elsewhere.slot, appointment: elsewhere._id }],
    });
    assert.match((await admin.get(times)).text, /Ana: Mrs Lee/);
    assert.ok(!(await ofEvent.get(times)).text.includes('Ana: Mrs Lee'));
    test.setNow(EVE);
  });

  it('are of this event’s children and its administrators alone', async () => {
    const stranger = await makePerson(school.account, 'student', 'Not', 'Here');
    const other = school.parents[1]!._id.toHexString();
    for (const path of [
      `/${stranger._id.toHexString()}`,
      `/none/${stranger._id.toHexString()}/now`,
      `/${other}/${child()}/now`,
      `/none/${child()}/soon`,
      `/x/${child()}/now`,
      `/none/${child()}/now/times/${child()}?student=${child()}`,
    ])
      assert.equal((await admin.get(`${home}${path}`)).status, 404, path);
    const maker = await new Visitor(test.app).logIn(school.staff['appointment maker'].user);
    for (const path of ['', `/${child()}`, `/none/${child()}/now`])
      assert.equal((await maker.get(`${home}${path}`)).status, 403);
    const ofEvent = await new Visitor(test.app).logIn(
      await makeUser(school.account, 'event administrator', { event: school.fair.event._id }),
    );
    const page = await ofEvent.get(`${home}/${school.parents[0]!._id.toHexString()}/${child()}/now`);
    assert.match(page.text, /Your meetings/);
  });
});
