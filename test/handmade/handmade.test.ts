import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { Appointment } from '../../server/models/appointment.js';
import { Contact } from '../../server/models/contact.js';
import { Diary } from '../../server/models/diary.js';
import { Household } from '../../server/models/household.js';
import { Resource } from '../../server/models/resource.js';
import { School } from '../../server/models/school.js';
import { Slot } from '../../server/models/slot.js';
import { User } from '../../server/models/user.js';
import { expireHolds } from '../../server/booking/expire-holds.js';
import { createTestApp, makeUser, Visitor, type TestApp } from '../support/app.js';
import {
  bookSlot,
  DAY,
  EVE,
  makeConference,
  makeHousehold,
  wishOf,
  type Conference,
} from '../support/booking/conference.js';
import { emptyDatabase } from '../support/hooks.js';

describe('what families book without a class', () => {
  let test: TestApp;
  let fair: Conference;
  let office: Visitor;
  let home: string;

  beforeEach(async () => {
    await emptyDatabase();
    test = createTestApp();
    test.setNow(EVE);
    fair = await makeConference({ students: 2, teachers: 2 });
    office = await new Visitor(test.app).logIn(await makeUser(fair.account._id, 'event administrator'));
    home = `/events/${fair.event._id.toHexString()}`;
  });

  const seenAt = async (address: string) => {
    const [, seen = ''] = /name="seen" value="([^"]*)"/.exec((await office.get(address)).text) ?? [];
    return seen.replaceAll('&#34;', '"').replaceAll('&amp;', '&');
  };
  const add = async (fields: Record<string, unknown> = {}) => {
    const id = new Types.ObjectId().toHexString();
    const form = { id, name: 'Ms. Ortiz', kind: 'Counselor', room: 'C 1', ...fields };
    const answer = await office.post(`${home}/handmade`, form, `${home}/handmade/new`);
    return { answer, id };
  };
  const giveSlots = async (id: string, count = 2) => {
    const answer = await office.post(
      `${home}/slots`,
      {
        ...{ resources: id, day: DAY, from: '17:00', to: `17:${String(count * 10)}`, minutes: '10' },
        ...{ breakMinutes: '0', capacity: '1', kind: 'in person', state: 'visible', message: '' },
      },
      `${home}/slots/new`,
    );
    assert.equal(answer.status, 303, answer.text.slice(0, 3000));
    return Slot.find({ resource: id }).sort({ from: 1 }).lean();
  };
  const parentOf = async (...students: Contact[]) => {
    const login = await makeUser(fair.account._id, 'customer');
    const family = await makeHousehold(fair.account._id, students, login._id);
    return { family, parent: await new Visitor(test.app).logIn(login) };
  };

  it('is added once, found in the Class Editor, gone under "show only classes", given slots by the generator, and booked by a family', async () => {
    const { answer, id } = await add();
    assert.equal(answer.status, 303);
    await office.post(
      `${home}/handmade`,
      { id, name: 'Ms. Ortiz', kind: 'Counselor' },
      `${home}/handmade/new`,
    );
    assert.equal(await Resource.countDocuments({ event: fair.event._id, byHand: { $exists: true } }), 1);

    const list = await office.get(`${home}/classes`);
    assert.match(list.text, new RegExp(`href="${home}/handmade/${id}">Ms. Ortiz</a>`));
    assert.match(list.text, new RegExp(`btn-x" href="${home}/handmade/${id}/deletion"`));
    assert.doesNotMatch((await office.get(`${home}/classes?only=classes`)).text, /Ms\. Ortiz/);
    assert.match((await office.get(`${home}/classes?q=counselor`)).text, /Ms\. Ortiz/);

    const slots = await giveSlots(id);
    assert.equal(slots.length, 2);
    const [ana] = fair.students;
    const { family, parent } = await parentOf(ana!);
    const link = `/e/${fair.event.link}`;
    const page = await parent.get(link);
    assert.match(page.text, /Also for Ana[\s\S]*Ms\. Ortiz[\s\S]*Counselor · C 1/);
    const held = await parent.post(
      `${link}/appointments`,
      { slot: slots[0]!._id.toHexString(), student: ana!._id.toHexString(), key: 'k1' },
      `${link}/times/${id}?student=${ana!._id.toHexString()}`,
    );
    assert.equal(held.status, 303);
    const at = held.headers.location!;
    assert.equal((await parent.post(`${at}/confirm`, { note: 'Math' }, at)).status, 303);
    const booked = await Appointment.findOne({ household: family._id }).lean();
    assert.equal(booked?.state, 'booked');
    assert.equal(booked.class, undefined);
    assert.match((await parent.get(`${link}/schedule`)).text, /Ms\. Ortiz[\s\S]*C 1/);

    for (const report of ['schedule', 'rooms', 'appointments'])
      assert.match(
        (await office.get(`/reports/${fair.event._id.toHexString()}/${report}`)).text,
        /Ms\. Ortiz/,
        report,
      );
    assert.match((await office.get(`${home}/day-sheet?day=${DAY}`)).text, /Ms\. Ortiz/);
  });

  it('is offered to the chosen schools and grades alone, also to whoever asks for it all the same', async () => {
    const school = await School.create({ account: fair.account._id, name: 'North', sortKey: 'north' });
    const [ana, leo] = fair.students;
    await Contact.updateOne({ _id: ana!._id }, { $set: { schools: [school._id], grade: '3' } });
    await Contact.updateOne({ _id: leo!._id }, { $set: { schools: [school._id], grade: '4' } });
    const { id } = await add({ schools: school._id.toHexString(), grades: '3' });
    const [slot] = await giveSlots(id);
    const first = await parentOf(ana!);
    const second = await parentOf(leo!);
    assert.match((await first.parent.get(`/e/${fair.event.link}`)).text, /Also for Ana/);
    assert.doesNotMatch((await second.parent.get(`/e/${fair.event.link}`)).text, /Ortiz/);
    const refused = await bookSlot(test.deps, wishOf(fair, second.family, slot!));
    assert.deepEqual(refused, { ok: false, reason: 'no class' });
    const booked = await bookSlot(test.deps, wishOf(fair, first.family, slot!));
    assert.equal(booked.ok, true);
  });

  it('is not for a student who has no class in the event', async () => {
    const { id } = await add();
    const [slot] = await giveSlots(id);
    const stranger = await Contact.create({
      ...{ account: fair.account._id, type: 'student', source: 'hand', status: 'active', firstName: 'Zed' },
    });
    const { family, parent } = await parentOf(stranger.toObject());
    assert.doesNotMatch((await parent.get(`/e/${fair.event.link}`)).text, /Ortiz/);
    assert.deepEqual(await bookSlot(test.deps, wishOf(fair, family, slot!)), {
      ok: false,
      reason: 'no class',
    });
  });

  it('hidden is out of the parents’ way, stays hidden through an edit, and what is booked stays', async () => {
    const { id } = await add();
    const [slot, next] = await giveSlots(id);
    const first = await parentOf(fair.students[0]!);
    const second = await parentOf(fair.students[1]!);
    assert.equal((await bookSlot(test.deps, wishOf(fair, first.family, slot!))).ok, true);
    await office.post(`${home}/handmade/${id}/hiding`, { to: 'hidden' }, `${home}/handmade/${id}`);
    const seen = await seenAt(`${home}/handmade/${id}`);
    const edit = { name: 'Nurse Kim', kind: 'Nurse', room: 'N', seen };
    assert.equal((await office.post(`${home}/handmade/${id}`, edit, `${home}/handmade/${id}`)).status, 303);
    assert.doesNotMatch((await second.parent.get(`/e/${fair.event.link}`)).text, /Kim/);
    assert.match((await first.parent.get(`/e/${fair.event.link}/schedule`)).text, /Nurse Kim/);
    assert.deepEqual(await bookSlot(test.deps, wishOf(fair, second.family, next!)), {
      ok: false,
      reason: 'no class',
    });
    assert.match((await office.get(`${home}/classes?type=hide`)).text, /Nurse Kim/);
  });

  it('two people edit: the second sees what changed, and saves over it knowingly', async () => {
    const { id } = await add();
    const seen = await seenAt(`${home}/handmade/${id}`);
    const fields = { name: 'Ms. Ortiz', kind: 'Counselor', seen };
    await office.post(`${home}/handmade/${id}`, { ...fields, room: 'D 2' }, `${home}/handmade/${id}`);
    const late = await office.post(
      `${home}/handmade/${id}`,
      { ...fields, room: 'E 3' },
      `${home}/handmade/${id}`,
    );
    assert.equal(late.status, 422);
    assert.match(late.text, /Somebody else changed this[\s\S]*Room[\s\S]*D 2/);
    assert.equal((await Resource.findById(id).lean())?.room, 'D 2');
  });

  it('with bookings it is not deleted but hidden, its free slots go; without it goes, and its name is still known', async () => {
    const { id } = await add();
    const [slot] = await giveSlots(id);
    const { family } = await parentOf(fair.students[0]!);
    const booked = await bookSlot(test.deps, wishOf(fair, family, slot!));
    assert.equal(booked.ok, true);
    assert.match((await office.get(`${home}/handmade/${id}/deletion`)).text, /1 family has/);
    await office.post(`${home}/handmade/${id}/deletion`, {}, `${home}/handmade/${id}/deletion`);
    assert.equal((await Resource.findById(id).lean())?.status, 'active');
    assert.deepEqual((await Slot.find({ resource: id }).lean()).map(String).length, 1);
    const slotPage = await office.get(`${home}/handmade/${id}`);
    assert.match(slotPage.text, /isn’t deleted: 1 slot is booked/);
    await Appointment.updateOne({ resource: id }, { $set: { state: 'cancelled' } });
    await office.post(`${home}/handmade/${id}/deletion`, {}, `${home}/handmade/${id}/deletion`);
    assert.equal((await Resource.findById(id).lean())?.status, 'gone');
    assert.equal(await Slot.countDocuments({ resource: id }), 0);
    assert.match((await office.get(`${home}/classes`)).text, /Ms\. Ortiz is deleted/);
    assert.doesNotMatch((await office.get(`${home}/classes`)).text, /Ortiz/);
    assert.equal((await office.get(`${home}/handmade/${id}`)).status, 404);
    const canceled = await office.get(`/reports/${fair.event._id.toHexString()}/appointments?show=cancelled`);
    assert.match(canceled.text, /Ms\. Ortiz/);
  });

  it('names no staff contact that is not there, and says which of several to tell apart', async () => {
    const runsOne = office;
    office = await new Visitor(test.app).logIn(await makeUser(fair.account._id, 'administrator'));
    const unknown = await add({ staff: 'nobody@maple.example' });
    assert.equal(unknown.answer.status, 422);
    assert.match(unknown.answer.text, /No teacher or staff member in Contacts/);
    assert.match(unknown.answer.text, /value="nobody@maple.example"/);
    const person = {
      account: fair.account._id,
      type: 'staff',
      source: 'hand',
      status: 'active',
      sortKey: 'ortiz eva',
    } as const;
    await Contact.create({ ...person, firstName: 'Eva', lastName: 'Ortiz', email: 'eva@maple.example' });
    const one = await add({ staff: 'Ortiz, Eva' });
    assert.equal(one.answer.status, 303);
    // Who runs one event names nobody but its teachers, and keeps whom an administrator named.
    const all = office;
    office = runsOne;
    const hidden = await add({ staff: 'Eva Ortiz' });
    assert.equal(hidden.answer.status, 422);
    assert.match(hidden.answer.text, /No teacher or staff member of this event/);
    const page = `${home}/handmade/${one.id}`;
    const kept = { name: 'Ms. O', kind: 'Counselor', room: 'C 1', staff: 'eva@maple.example' };
    const saved = await office.post(page, { ...kept, seen: await seenAt(page) }, page);
    assert.equal(saved.status, 303);
    office = all;
    await Contact.create({ ...person, firstName: 'Eva', lastName: 'Ortiz', email: 'eva2@maple.example' });
    assert.match((await add({ staff: 'Eva Ortiz' })).answer.text, /Several people/);
    assert.equal((await add({ staff: 'EVA@maple.example' })).answer.status, 303);
  });

  it('nobody is at two places: a staff contact who teaches, or is a parent, is not booked twice, however they came to be one', async () => {
    const [lee] = fair.teachers;
    const { id } = await add({ staff: lee!.contact.lastName });
    const [slot, later] = await giveSlots(id);
    const first = await parentOf(fair.students[0]!);
    const second = await parentOf(fair.students[1]!);
    assert.equal((await bookSlot(test.deps, wishOf(fair, first.family, lee!.slots[0]!))).ok, true);
    assert.deepEqual(await bookSlot(test.deps, wishOf(fair, second.family, slot!)), {
      ok: false,
      reason: 'teacher busy',
    });

    // The teacher is the second family's parent, and so cannot meet another teacher while booked here.
    await User.updateOne(
      { _id: second.family.adults[0] },
      {
        $push: {
          grants: { account: fair.account._id, level: 'resource administrator', contact: lee!.contact._id },
        },
      },
    );
    assert.equal((await bookSlot(test.deps, wishOf(fair, first.family, later!))).ok, true);
    const park = fair.teachers[1]!;
    const atTwo = await bookSlot(test.deps, wishOf(fair, second.family, park.slots[1]!));
    assert.deepEqual(atTwo, { ok: false, reason: 'household busy' });
  });

  it('another staff contact takes over what is booked, and one who is elsewhere then is refused', async () => {
    const [lee, park] = fair.teachers;
    const { id } = await add({ staff: lee!.contact.lastName });
    const [slot] = await giveSlots(id);
    const first = await parentOf(fair.students[0]!);
    const second = await parentOf(fair.students[1]!);
    assert.equal((await bookSlot(test.deps, wishOf(fair, first.family, slot!))).ok, true);
    const change = async (staff: string) =>
      office.post(
        `${home}/handmade/${id}`,
        {
          name: 'Ms. Ortiz',
          kind: 'Counselor',
          room: 'C 1',
          staff,
          seen: await seenAt(`${home}/handmade/${id}`),
        },
        `${home}/handmade/${id}`,
      );
    assert.equal((await bookSlot(test.deps, wishOf(fair, second.family, park!.slots[0]!))).ok, true);
    const refused = await change(park!.contact.lastName);
    assert.equal(refused.status, 422);
    assert.match(refused.text, /another appointment on/);
    // A hold counts too: it may be booked in a moment.
    await Appointment.updateMany(
      { resource: park!.resource._id },
      { $set: { state: 'pending', expiresAt: new Date(EVE.getTime() + 60_000) } },
    );
    assert.equal((await change(park!.contact.lastName)).status, 422);
    assert.equal(String((await Resource.findById(id).lean())?.byHand?.staff), String(lee!.contact._id));
    assert.equal((await change('')).status, 303);
    // Lee is free again at that time.
    const third = await makeHousehold(fair.account._id, [fair.students[1]!]);
    assert.deepEqual(
      (await Household.countDocuments({ _id: third._id })) === 1 &&
        (await bookSlot(test.deps, wishOf(fair, third, lee!.slots[0]!))).ok,
      true,
    );
  });

  it('and what is booked in a team’s slot where it sits: one contact’s diary is free, the other’s is taken', async () => {
    const [lee, park] = fair.teachers;
    const other = await Contact.create({
      ...{ account: fair.account._id, type: 'staff', source: 'hand', status: 'active' },
      ...{ firstName: 'Eva', lastName: 'Ortiz', email: 'eva@maple.example', sortKey: 'ortiz eva' },
    });
    office = await new Visitor(test.app).logIn(await makeUser(fair.account._id, 'administrator'));
    const { id } = await add({ staff: park!.contact.lastName });
    const [slot] = lee!.slots;
    await Slot.updateOne({ _id: slot!._id }, { $set: { with: [id] } });
    const { family } = await parentOf(fair.students[0]!);
    assert.equal((await bookSlot(test.deps, wishOf(fair, family, slot!))).ok, true);
    const busy = (person: Types.ObjectId) =>
      Diary.countDocuments({ _id: new RegExp(`^${person.toHexString()}:`), 'busy.slot': slot!._id });
    assert.equal(await busy(park!.contact._id), 1);
    const page = `${home}/handmade/${id}`;
    const form = { name: 'Ms. Ortiz', kind: 'Counselor', room: 'C 1', staff: 'eva@maple.example' };
    assert.equal((await office.post(page, { ...form, seen: await seenAt(page) }, page)).status, 303);
    assert.deepEqual([await busy(park!.contact._id), await busy(other._id)], [0, 1]);
    assert.equal(await Slot.countDocuments({ unsettled: true }), 0);
  });

  it('one who turns out to be elsewhere leaves all its slots: those settled before are settled again', async () => {
    const { id } = await add();
    const slots = await giveSlots(id);
    const park = fair.teachers[1]!;
    const first = await parentOf(fair.students[0]!);
    const second = await parentOf(fair.students[1]!);
    assert.equal((await bookSlot(test.deps, wishOf(fair, first.family, slots[0]!))).ok, true);
    assert.equal((await bookSlot(test.deps, wishOf(fair, second.family, slots[1]!))).ok, true);
    assert.equal((await bookSlot(test.deps, wishOf(fair, first.family, park.slots[1]!))).ok, true);
    // As a process that died left it, after Park was booked elsewhere.
    await Resource.updateOne({ _id: id }, { $set: { 'byHand.staff': park.contact._id } });
    await Slot.updateMany({ resource: id }, { $set: { unsettled: true } });
    for (let minute = 0; minute < 2; minute++) await expireHolds(test.deps, new AbortController().signal);
    assert.equal((await Resource.findById(id).lean())?.byHand?.staff, undefined);
    const theirs = { _id: new RegExp(`^${park.contact._id.toHexString()}:`) };
    assert.equal(
      await Diary.countDocuments({ ...theirs, 'busy.slot': { $in: slots.map(({ _id }) => _id) } }),
      0,
    );
    assert.equal(await Slot.countDocuments({ unsettled: true }), 0);
  });

  it('meetings that are over keep nobody from deleting it', async () => {
    const { id } = await add();
    const [slot] = await giveSlots(id);
    const { family } = await parentOf(fair.students[0]!);
    assert.equal((await bookSlot(test.deps, wishOf(fair, family, slot!))).ok, true);
    test.setNow(new Date(EVE.getTime() + 3 * 24 * 3600_000));
    office = await new Visitor(test.app).logIn(await makeUser(fair.account._id, 'event administrator'));
    await office.post(`${home}/handmade/${id}/deletion`, {}, `${home}/handmade/${id}/deletion`);
    assert.equal((await Resource.findById(id).lean())?.status, 'gone');
    assert.equal(await Appointment.countDocuments({ resource: id, state: 'booked' }), 1);
    assert.equal(await Slot.countDocuments({ resource: id }), 1);
  });
});
