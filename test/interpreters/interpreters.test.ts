import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { cancelAppointment } from '../../server/booking/cancel-appointment.js';
import { findNeeds } from '../../server/booking/find-needs.js';
import { joinBySchool } from '../../server/households/join-household.js';
import { leaveHousehold } from '../../server/households/leave-household.js';
import { assignInterpreter } from '../../server/interpreters/assign-interpreter.js';
import { saveInterpreter } from '../../server/interpreters/edit-interpreter.js';
import { reconcileInterpreters } from '../../server/interpreters/reconcile-interpreters.js';
import { Appointment, LIVING_STATES } from '../../server/models/appointment.js';
import { Contact } from '../../server/models/contact.js';
import { Diary } from '../../server/models/diary.js';
import { Event } from '../../server/models/event.js';
import { Household } from '../../server/models/household.js';
import { Interpreter } from '../../server/models/interpreter.js';
import { Notification } from '../../server/models/notification.js';
import { Slot } from '../../server/models/slot.js';
import type { Actor } from '../../server/web/actor.js';
import { makeUser, Visitor } from '../support/app.js';
import { DAY, makeHousehold } from '../support/booking/conference.js';
import { Desk, hidden } from '../support/booking/desk.js';
import { asApp } from '../support/scans.js';

const running = new AbortController().signal;

describe('interpreters', () => {
  let desk: Desk;
  let office: Visitor;
  let settings: string;
  let list: string;
  const settle = () => asApp(() => reconcileInterpreters(desk.test.deps, running));

  beforeEach(async () => {
    desk = await Desk.open({ students: 4, teachers: 3, slots: 4 });
    const home = `/events/${String(desk.fair.event._id)}`;
    settings = `${home}/settings/interpreters`;
    list = `${home}/interpreters`;
    const admin = await makeUser(desk.fair.account._id, 'administrator');
    office = await new Visitor(desk.test.app).logIn(admin);
  });

  const allow = async (languages: string[], more = {}) => {
    assert.equal((await office.post(settings, { languages, ...more }, settings)).status, 303);
  };
  const add = async (name: string, languages: string[], more = {}) => {
    const added = await office.post(`${settings}/new`, { name, languages, ...more }, `${settings}/new`);
    assert.equal(added.status, 303, added.text);
    return Interpreter.findOne({ name }).orFail().lean();
  };
  const ask = (visitor: Visitor, language: string) =>
    visitor.post(`${desk.home}/interpreter`, { language }, `${desk.home}/interpreter`);

  /** Nobody is at two places at once, and every diary says who is where. */
  async function look(): Promise<void> {
    const living = await Appointment.find({ state: { $in: LIVING_STATES } }).lean();
    const diaries = await Diary.find().lean();
    const at = new Map<string, Appointment[]>();
    for (const one of living) {
      const slot = await Slot.findById(one.slot).orFail().lean();
      const people = (await asApp(() => findNeeds(one, slot))).flatMap((need) =>
        need.kind === 'diary' ? String(need.person) : [],
      );
      for (const person of people) {
        for (const other of at.get(person) ?? [])
          assert.ok(
            other.from >= one.to || one.from >= other.to || other.slot.equals(one.slot),
            `${person} is at two places`,
          );
        at.set(person, [...(at.get(person) ?? []), one]);
        const own = diaries.find(({ _id }) => _id.startsWith(person));
        assert.ok(
          own?.busy.some(({ appointment }) => appointment.equals(one._id)),
          'it is in the diary',
        );
      }
      // Nobody else has it.
      for (const { _id, busy } of diaries)
        if (busy.some(({ appointment }) => appointment.equals(one._id)))
          assert.ok(people.includes(_id.slice(0, 24)), `${_id} has it for nothing`);
    }
  }

  it('are asked for once; only times at which one is free are offered, and the booking takes their diary', async () => {
    const { visitor } = await desk.parentOf(0);
    assert.equal((await visitor.get(`${desk.home}/interpreter`)).status, 404);
    await allow(['es', 'vi']);
    const ana = await add('Ana Ruiz', ['es'], { [`from-${DAY}`]: '17:10', [`to-${DAY}`]: '17:30' });
    assert.match((await office.get(settings)).text, /Ana Ruiz[^]*5:10–5:30 PM/);
    const form = (await office.get(`${settings}/new`)).text;
    assert.deepEqual(
      ['Spanish', 'Vietnamese', 'French'].map((language) => form.includes(language)),
      [true, true, false],
    );
    assert.match((await visitor.get(desk.home)).text, /Do you need an interpreter\?/);
    assert.equal((await ask(visitor, 'xx')).status, 422);
    assert.equal((await ask(visitor, 'fr')).status, 422);
    assert.equal((await ask(visitor, 'es')).status, 303);
    assert.match((await visitor.get(desk.home)).text, /You need an interpreter: Spanish/);
    const times = (await visitor.get(desk.timesPath())).text;
    assert.equal(
      times.split('No interpreter for Spanish is free then').length - 1,
      2,
      'the first and the last',
    );
    assert.match((await desk.choose(visitor, 0, 0)).text, /No interpreter for Spanish is free then/);
    const path = await desk.book(visitor, 0, 1);
    assert.match((await visitor.get(path)).text, /Interpreter: Ana Ruiz/);
    // Pressed again in a second tab: she is busy with this very meeting.
    assert.equal((await desk.choose(visitor, 0, 1)).headers.location, path);
    const [mail] = await Notification.find({ kind: 'appointment booked' }).lean();
    assert.match(mail!.text, /Interpreter: Ana Ruiz/);
    assert.match(mail!.ics!, /Interpreter: Ana Ruiz/);

    // Another family, another teacher, the same time: she is not free. Who needs none can have it.
    const other = await desk.parentOf(1);
    await ask(other.visitor, 'es');
    assert.match((await desk.choose(other.visitor, 1, 1, 1)).text, /No interpreter for Spanish/);
    await ask(other.visitor, '');
    await desk.book(other.visitor, 1, 1, 1);
    await look();
    assert.match((await office.get(`${list}/${String(ana._id)}`)).text, /Mrs Lee/);

    const booked = await Appointment.findOne({ interpreter: ana._id }).orFail().lean();
    await asApp(() =>
      cancelAppointment(desk.test.deps, {
        appointment: booked,
        by: 'school',
        actor: { user: booked.bookedBy },
      }),
    );
    assert.equal(
      await Diary.countDocuments({ _id: new RegExp(String(ana._id)), 'busy.0': { $exists: true } }),
      0,
    );
  });

  it('are saved by two people: the second hears what the first has saved, and overwrites nothing', async () => {
    await allow(['es']);
    const ana = await add('Ana Ruiz', ['es']);
    const at = `${settings}/${String(ana._id)}`;
    const seen = hidden((await office.get(at)).text, 'seen').replaceAll('&#34;', '"');
    const hours = { [`from-${DAY}`]: '15:00', [`to-${DAY}`]: '17:00' };
    const fields = { email: '', languages: 'es', seen };
    assert.equal((await office.post(at, { ...fields, name: 'Ana Ruiz', ...hours }, at)).status, 303);
    const late = await office.post(at, { ...fields, name: 'Ana Ruíz' }, at);
    assert.equal(late.status, 422);
    assert.match(late.text, /Somebody else[\s\S]*from[\s\S]*15:00/);
    assert.match(late.text, /value="Ana Ruíz"/);
    const { name, times } = await Interpreter.findById(ana._id).orFail().lean();
    assert.deepEqual([name, times], ['Ana Ruiz', [{ day: DAY, from: '15:00', to: '17:00' }]]);
  });

  it('are chosen anew when they go, come, or the family needs another language, and the family is told', async () => {
    await allow(['es', 'vi']);
    const ana = await add('Ana Ruiz', ['es']);
    const { visitor, household } = await desk.parentOf(0);
    await ask(visitor, 'es');
    await desk.book(visitor, 0, 0);
    const ben = await add('Ben Cho', ['es', 'vi']);
    const { _id } = await Appointment.findOne({ state: 'booked' }).orFail().lean();
    const who = async () => (await Appointment.findById(_id).orFail().lean()).interpreter;
    assert.deepEqual(await who(), ana._id, 'stays');
    const at = `${settings}/${String(ana._id)}`;
    const asked = (await office.get(`${at}/removal`)).text;
    assert.match(
      asked,
      /Remove Ana Ruiz\?[\s\S]*1 upcoming appointment loses this interpreter[\s\S]*Keep interpreter/,
    );
    assert.equal((await office.post(`${at}/removal`, {}, at)).status, 303);
    assert.match(
      (await office.get(settings)).text,
      /Ana Ruiz is removed\. No email server is set up, so nobody is told by email\./,
    );
    assert.deepEqual(await who(), ben._id);
    const mails = () => Notification.find({ kind: 'appointment changed' }).sort({ _id: 1 }).lean();
    assert.match((await mails())[0]!.text, /Ben Cho is the interpreter for this meeting/);
    await look();
    await ask(visitor, 'vi');
    assert.deepEqual(await who(), ben._id);
    // Ben is there no more at that time: nobody is, which the office sees first.
    const his = `${settings}/${String(ben._id)}`;
    await office.post(
      his,
      { name: 'Ben Cho', languages: ['es', 'vi'], [`from-${DAY}`]: '18:00', [`to-${DAY}`]: '19:00' },
      his,
    );
    assert.equal(await who(), undefined);
    assert.match(
      (await office.get(list)).text,
      /Vietnamese[\s\S]*Nobody yet[\s\S]*No interpreter is free then/,
    );
    assert.match((await mails()).at(-1)!.text, /Ben Cho no longer interprets/);
    const cara = await add('Cara Le', ['vi']);
    assert.deepEqual(await who(), cara._id);
    await look();
    await ask(visitor, '');
    assert.equal(await who(), undefined);
    await look();
    assert.equal((await Household.findById(household._id).orFail().lean()).interpreter, undefined);
  });

  it('are assigned by the office where it says so; one who is elsewhere is refused', async () => {
    await allow(['es'], { byHand: '1' });
    const ana = await add('Ana Ruiz', ['es']);
    const ben = await add('Ben Cho', ['es']);
    const booked: Types.ObjectId[] = [];
    for (const n of [0, 1]) {
      const { visitor } = await desk.parentOf(n);
      await ask(visitor, 'es');
      booked.push(new Types.ObjectId((await desk.book(visitor, n, 0, n)).slice(-24)));
    }
    const assign = (n: number, interpreter: unknown) =>
      office.post(list, { appointment: String(booked[n]), interpreter: String(interpreter) }, list);
    assert.equal((await office.get(list)).text.split('Nobody yet').length - 1, 2);
    await assign(0, ana._id);
    const page = await assign(1, ana._id).then(() => office.get(list));
    assert.match(page.text, /This interpreter isn’t free then/);
    assert.match(page.text, /Nobody yet[\s\S]*Ben Cho/);
    await assign(1, ben._id);
    await look();
    const at = async (n: number) => (await Appointment.findById(booked[n]).orFail().lean()).interpreter;
    assert.deepEqual([await at(0), await at(1)], [ana._id, ben._id]);
    await assign(0, '');
    assert.equal(await at(0), undefined);
    await assign(1, ana._id);
    assert.deepEqual(await at(1), ana._id);
    await look();
    assert.equal(await Notification.countDocuments({ kind: 'appointment changed' }), 4);
  });

  it('lose their meetings where the office takes a language away, which it is told; who saves an old form is asked', async () => {
    await allow(['es', 'vi']);
    const ana = await add('Ana Ruiz', ['es']);
    const { visitor } = await desk.parentOf(0);
    await ask(visitor, 'es');
    await desk.book(visitor, 0, 0);
    const meeting = () => Appointment.findOne({ state: 'booked' }).orFail().lean();
    assert.deepEqual((await meeting()).interpreter, ana._id);
    const seen = JSON.stringify({ languages: 'es', byHand: '' });
    const late = await office.post(settings, { languages: ['fr'], seen }, settings);
    assert.equal(late.status, 422);
    assert.match(late.text, /Somebody else changed this while you had it open[\s\S]*Spanish, Vietnamese/);
    assert.deepEqual((await meeting()).interpreter, ana._id);

    const asked = await office.post(settings, { languages: ['vi'] }, settings);
    assert.match(asked.text, /Take the interpreter off one appointment\?[\s\S]*name="languages" value="vi"/);
    assert.deepEqual((await meeting()).interpreter, ana._id);
    await allow(['vi'], { sure: '1' });
    assert.match((await office.get(settings)).text, /1 appointment has no interpreter now/);
    assert.equal((await meeting()).interpreter, undefined);
    await look();
    const [mail] = await Notification.find({ kind: 'appointment changed' }).lean();
    assert.match(mail!.text, /Ana Ruiz no longer interprets/);
    // It comes back: so does the interpreter.
    await allow(['es']);
    assert.deepEqual((await meeting()).interpreter, ana._id);
  });

  it('who are lacking are counted where the office looks, and each has a report', async () => {
    await allow(['es'], { byHand: '1' });
    const ana = await add('Ana Ruiz', ['es']);
    const { visitor } = await desk.parentOf(0);
    await ask(visitor, 'es');
    const id = (await desk.book(visitor, 0, 0)).slice(-24);
    const event = `/events/${String(desk.fair.event._id)}`;
    assert.match((await office.get(`${event}/problems`)).text, /1 appointment still needs one/);
    assert.match((await visitor.get(desk.home)).text, /No interpreter yet/);
    assert.match((await office.get(event)).text, /1 appointment still needs an interpreter/);
    await office.post(list, { appointment: id, interpreter: String(ana._id) }, list);
    assert.match((await office.get(`${event}/problems`)).text, /each one has an interpreter/);
    assert.doesNotMatch((await office.get(event)).text, /still needs an interpreter/);
    const reports = `/reports/${String(desk.fair.event._id)}`;
    assert.match((await office.get(`${reports}/interpreters`)).text, /Ana Ruiz[\s\S]*Spanish[\s\S]*Mrs Lee/);
    assert.match((await office.get(`${reports}/interpreters.csv`)).text, /Ana Ruiz.*Spanish.*Mrs Lee/);
    const file = (await office.get(`${reports}/schedule.csv`)).text;
    assert.match(file, /^.*,Interpreter[\s\S]*Mrs Lee.*,Ana Ruiz/);
    assert.match((await visitor.get(desk.home)).text, /Interpreter: Ana Ruiz/);
  });

  it('have one diary in all events, and it stays the same while they have meetings; nobody is lost between two forms', async () => {
    await allow(['es', 'vi']);
    assert.match((await office.get(settings)).text, /Nobody interprets Vietnamese/);
    assert.match(
      (await office.get(settings.replace('settings/interpreters', 'opening'))).text,
      /Nobody interprets Spanish/,
    );
    const email = 'ana@example.org';
    const other = new Types.ObjectId();
    const there = await Interpreter.create({
      ...{ account: desk.fair.account._id, event: other, name: 'Ana', languages: ['es'], email },
      ...{ status: 'active', sortKey: 'ana' },
    });
    const ana = await add('Ana Ruiz', ['es', 'vi'], { email });
    assert.deepEqual(ana.contact, there._id);
    assert.doesNotMatch((await office.get(settings)).text, /Nobody interprets/);
    const { visitor } = await desk.parentOf(0);
    await ask(visitor, 'es');
    await desk.book(visitor, 0, 0);
    const at = `${settings}/${String(ana._id)}`;
    const form = { name: 'Ana Ruiz', languages: ['es'], email: 'else@example.org' };
    const refused = await office.post(at, form, at);
    assert.equal(refused.status, 422);
    assert.match(refused.text, /this email is somebody else’s/);
    // The roster changes: with her address as it was she can still be changed.
    await Contact.create({
      ...{ account: desk.fair.account._id, type: 'staff', source: 'clever', status: 'active', email },
    });
    const kept = await office.post(at, { ...form, email, name: 'Ana M. Ruiz' }, at);
    assert.equal(kept.status, 303);
    assert.match((await office.get(settings)).text, /Ana M\. Ruiz is saved\. Somebody in your contacts/);
    const now = await Interpreter.findById(ana._id).orFail().lean();
    assert.deepEqual([now.name, now.contact], ['Ana M. Ruiz', there._id]);
    assert.deepEqual((await Appointment.findOne({ state: 'booked' }).lean())?.interpreter, ana._id);
    await office.post(at, { ...form, email }, at);
    // Somebody removes her while another one has her form open.
    await Interpreter.updateOne({ _id: ana._id }, { $set: { status: 'gone' } });
    const late = await asApp(() =>
      saveInterpreter(
        desk.test.deps,
        { user: new Types.ObjectId() } as Actor,
        desk.fair.event,
        { ...form, email, times: [] },
        ana,
      ),
    );
    assert.deepEqual(late, { ok: false, reason: 'changed meanwhile' });
    assert.equal((await Interpreter.findById(ana._id).orFail().lean()).status, 'gone');
  });

  it('are assigned by a teacher at their own meetings alone, and asked for by their own families', async () => {
    await allow(['es'], { byHand: '1' });
    const ana = await add('Ana Ruiz', ['es']);
    const families = [await desk.parentOf(0), await desk.parentOf(1)];
    const ids: string[] = [];
    for (const [n, { visitor }] of families.entries()) {
      await ask(visitor, 'es');
      ids.push((await desk.book(visitor, n, 0, n)).slice(-24));
    }
    await Contact.updateOne(
      { _id: desk.fair.teachers[0]!.contact._id },
      { $set: { email: 'lee@example.org' } },
    );
    const login = await makeUser(desk.fair.account._id, 'resource administrator', {
      email: 'lee@example.org',
    });
    const teacher = await new Visitor(desk.test.app).logIn(login);
    const seen = (await teacher.get(list)).text;
    assert.match(seen, /Mrs Lee/);
    assert.doesNotMatch(seen, /Mr Park/);
    await teacher.post(list, { appointment: ids[1]!, interpreter: String(ana._id) }, list);
    const booked = (n: number) => Appointment.findById(ids[n]).orFail().lean();
    assert.equal((await booked(1)).interpreter, undefined);
    await office.post(list, { appointment: ids[1]!, interpreter: String(ana._id) }, list);
    const sheet = `${list}/${String(ana._id)}`;
    assert.match((await office.get(sheet)).text, /Mr Park/);
    assert.doesNotMatch((await teacher.get(sheet)).text, /Mr Park/);
    // A child whom the event doesn't have.
    const stranger = await Contact.create({
      ...{ account: desk.fair.account._id, type: 'student', source: 'clever', status: 'active' },
      ...{ firstName: 'Zoe', lastName: 'Ng', searchKey: 'zoe ng', sortKey: 'ng zoe' },
    });
    const theirs = await makeHousehold(desk.fair.account._id, [stranger.toObject()]);
    const asked = { household: String(theirs._id), student: String(stranger._id), language: 'es' };
    assert.equal((await teacher.post(`${list}/families`, asked, list)).status, 404);
    assert.equal((await Household.findById(theirs._id).orFail().lean()).interpreter, undefined);
  });

  it('stay needed by a family that joins another one, and their meetings come along', async () => {
    await allow(['es']);
    const ana = await add('Ana Ruiz', ['es']);
    const [first, second] = [await desk.parentOf(0), await desk.parentOf(1)];
    await ask(first.visitor, 'es');
    await desk.book(first.visitor, 0, 0);
    const decided = {
      ...{ account: desk.fair.account._id, household: second.household._id },
      ...{ adult: first.user._id, by: first.user._id },
    };
    assert.ok(await asApp(() => joinBySchool(desk.test.deps, decided)));
    // At no moment is she free then.
    await look();
    await settle();
    assert.equal((await Household.findById(second.household._id).orFail().lean()).interpreter, 'es');
    const { interpreter, household } = await Appointment.findOne({ state: 'booked' }).orFail().lean();
    assert.deepEqual([interpreter, household], [ana._id, second.household._id]);
    await look();
    const joined = await Household.findById(second.household._id).orFail().lean();
    const leaving = { adult: first.user._id, by: first.user._id };
    assert.ok(await asApp(() => leaveHousehold(desk.test.deps, joined, leaving)));
    await look();
    const own = await Household.findOne({ adults: first.user._id }).orFail().lean();
    assert.equal(own.interpreter, 'es');
    const taken = await Appointment.findOne({ state: 'booked' }).orFail().lean();
    assert.deepEqual([taken.interpreter, taken.household], [ana._id, own._id]);
  });

  it('are at one place, however many families press at once', async () => {
    await allow(['es']);
    await add('Ana Ruiz', ['es']);
    await add('Ben Cho', ['es']);
    const families = await Promise.all([0, 1, 2].map((n) => desk.parentOf(n)));
    await Household.updateMany({}, { $set: { interpreter: 'es' } });
    const answers = await Promise.all(
      families.map(({ visitor }, n) => desk.choose(visitor, n, 0, n, { now: '1' })),
    );
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 303, 303]);
    assert.equal(await Appointment.countDocuments({ state: 'booked', interpreter: { $exists: true } }), 2);
    await look();
  });

  it('are settled after a death at any step, by whoever comes next', async () => {
    await allow(['es'], { byHand: '1' });
    const [ana, ben] = [await add('Ana Ruiz', ['es']), await add('Ben Cho', ['es'])];
    const { visitor, user } = await desk.parentOf(0);
    await makeHousehold(desk.fair.account._id, []);
    await ask(visitor, 'es');
    const id = new Types.ObjectId((await desk.book(visitor, 0, 0)).slice(-24));
    const event = await Event.findOne().orFail().lean();
    const models = [Appointment, Diary] as unknown as {
      updateOne: unknown;
      updateMany: unknown;
      bulkWrite: unknown;
    }[];
    for (let step = 0; step < 7; step++) {
      const to = step % 2 ? ana : ben;
      let left = step;
      const real = models.map((model) => ({
        ...model,
        updateOne: model.updateOne,
        updateMany: model.updateMany,
        bulkWrite: model.bulkWrite,
      }));
      const dying = (target: unknown, name: 'updateOne' | 'updateMany' | 'bulkWrite', work: unknown) =>
        function (this: unknown, ...args: unknown[]) {
          if (left-- <= 0) throw new Error('died');
          return (work as (...all: unknown[]) => unknown).apply(target, args);
        };
      for (const model of models)
        for (const name of ['updateOne', 'updateMany', 'bulkWrite'] as const)
          model[name] = dying(model, name, model[name]);
      await asApp(() =>
        assignInterpreter(desk.test.deps, event, {
          appointment: id,
          interpreter: to._id,
          user: user._id,
          sight: {},
        }),
      ).catch((error: unknown) => assert.match(String(error), /died/));
      models.forEach((model, n) => {
        model.updateOne = real[n]!.updateOne;
        model.updateMany = real[n]!.updateMany;
        model.bulkWrite = real[n]!.bulkWrite;
      });
      await settle();
      const after = await Appointment.findById(id).orFail().lean();
      assert.equal(after.interpreting, undefined);
      if (step > 0) assert.deepEqual(after.interpreter, to._id, `step ${String(step)}`);
      await look();
    }
  });
});
