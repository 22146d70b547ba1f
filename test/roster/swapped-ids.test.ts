import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { Appointment } from '../../server/models/appointment.js';
import { Class } from '../../server/models/class.js';
import { Contact, type Contact as Person } from '../../server/models/contact.js';
import { Duplicate } from '../../server/models/duplicate.js';
import { Household } from '../../server/models/household.js';
import { mergeContacts } from '../../server/duplicates/merge-contacts.js';
import { keepOfLost } from '../../server/families/keep-appointments.js';
import { decideIdentity } from '../../server/duplicates/decide-identity.js';
import { noteDuplicates } from '../../server/roster/people/note-duplicates.js';
import { asApp } from '../support/scans.js';
import { bookable, bookIn } from '../support/roster/appointments.js';
import { EventNights } from '../support/roster/event-nights.js';

const user = new Types.ObjectId();

/** A child with a family, a booking, and somebody whom the roster ties to it. */
interface Child {
  person: Person;
  booked: Types.ObjectId;
}

describe('two children whose record ids are exchanged', () => {
  let nights: EventNights;
  let one: Child;
  let other: Child;

  beforeEach(async () => {
    nights = new EventNights();
    await nights.begin();
    [one, other] = await chooseTwo();
  });
  afterEach(() => nights.district.close());

  const idOf = ({ person }: Child): string => person.record?.id ?? assert.fail();

  /** Two children who share no class, in different grades. */
  async function chooseTwo(): Promise<[Child, Child]> {
    const { account, event } = nights.district;
    const chosen: Child[] = [];
    const classes = await bookable(event);
    for (const item of classes) {
      const [student] = item.synced.students;
      const person = await Contact.findById(student).orFail().lean();
      const isApart = chosen.every(
        ({ person: { grade, _id } }) => grade !== person.grade && !_id.equals(person._id),
      );
      if (!isApart || !person.birthDate || !person.record) continue;
      const booked = await bookIn(item, person._id);
      const adult = new Types.ObjectId();
      const children = [{ student: person._id, adult, by: 'roster' as const, at: new Date() }];
      await Household.create({ account, adults: [adult], children, createdAt: new Date() });
      chosen.push({ person, booked });
      if (chosen.length === 2) break;
    }
    const [first, second] = chosen;
    assert.ok(first && second);
    return [first, second];
  }

  /** The district gives each of two ids what was under the other: facts, classes, and whose child it is. */
  function exchange(a: string, b: string): void {
    const sandbox = nights.district.sandbox;
    const [of, to] = [sandbox.read(a), sandbox.read(b)];
    assert.ok(of && to);
    const facts = ({ name, email, roles }: Record<string, unknown>) => ({ name, email, roles });
    sandbox.change(a, facts(to));
    sandbox.change(b, facts(of));
    const swap = (id: string): string => (id === a ? b : id === b ? a : id);
    for (let index = 0; index < sandbox.totals().sections; index += 1) {
      const id = sandbox.idOf('section', index);
      const { students = [] } = (sandbox.read(id) ?? {}) as { students?: string[] };
      if (students.some((student) => swap(student) !== student))
        sandbox.change(id, { students: students.map(swap) });
    }
    for (let index = 0; index < 180; index += 1) {
      const id = sandbox.idOf('contact', index);
      const { roles } = (sandbox.read(id) ?? {}) as {
        roles?: { contact?: { student_relationships?: { student: string }[] } };
      };
      const ties = roles?.contact?.student_relationships ?? [];
      if (ties.some(({ student }) => swap(student) !== student))
        sandbox.change(id, {
          roles: {
            ...roles,
            contact: {
              ...roles?.contact,
              student_relationships: ties.map((tie) => ({ ...tie, student: swap(tie.student) })),
            },
          },
        });
    }
  }

  const night = async (how: 'full' | 'events') => {
    if (how === 'events') return nights.night();
    const run = await nights.district.sync();
    assert.equal(run.state, 'done');
    return nights.district.refreshOf(run);
  };

  const classesOf = async (student: Types.ObjectId) =>
    (await Class.find({ status: 'active', 'synced.students': student }).sort({ _id: 1 }).lean()).map(
      ({ _id }) => String(_id),
    );
  const tiedTo = async (ids: string[]) =>
    (
      await Contact.find({ 'relations.student': { $in: ids }, status: 'active' })
        .sort({ _id: 1 })
        .lean()
    ).map(({ _id }) => String(_id));

  /** What a family sees of its child. */
  const seenOf = async (person: Pick<Person, '_id' | 'record'>) => {
    const { firstName, lastName, birthDate, status, record } = await Contact.findById(person._id)
      .orFail()
      .lean();
    const ids = [...(record?.id ? [record.id] : []), ...(record?.also ?? [])];
    return {
      firstName,
      lastName,
      birthDate,
      status,
      classes: await classesOf(person._id),
      tied: await tiedTo(ids),
    };
  };
  const bookings = async () =>
    (
      await Appointment.find({ _id: { $in: [one.booked, other.booked] } })
        .sort({ _id: 1 })
        .lean()
    ).map(({ state }) => state);
  const open = () => Duplicate.find({ state: 'open', recycled: 'id' }).sort({ _id: 1 }).lean();

  for (const how of ['full', 'events'] as const) {
    it(`are two doubts (${how}): each family goes on seeing its own child alone, with its classes and bookings`, async () => {
      const before = [await seenOf(one.person), await seenOf(other.person)];
      const people = await Contact.countDocuments({ status: 'active' });
      exchange(idOf(one), idOf(other));
      for (let count = 0; count < 3; count += 1) {
        await night(how);
        assert.deepEqual([await seenOf(one.person), await seenOf(other.person)], before);
        assert.deepEqual(await bookings(), ['booked', 'booked']);
        assert.equal((await open()).length, 2);
        assert.equal(await Contact.countDocuments({ status: 'active' }), people);
      }
    });

    it(`are none any more when the district takes it back (${how})`, async () => {
      const before = [await seenOf(one.person), await seenOf(other.person)];
      exchange(idOf(one), idOf(other));
      await night(how);
      exchange(idOf(one), idOf(other));
      await night(how);
      assert.deepEqual(await open(), []);
      assert.deepEqual([await seenOf(one.person), await seenOf(other.person)], before);
    });

    for (const order of [0, 1] as const)
      it(`decided as different people, the ${order ? 'second' : 'first'} one first (${how}): no family sees the other’s child, and merging each with its own puts all right`, async () => {
        const before = [await seenOf(one.person), await seenOf(other.person)];
        exchange(idOf(one), idOf(other));
        await night(how);
        const pairs = await open();
        for (const pair of order ? pairs.toReversed() : pairs) {
          const decided = await asApp(() =>
            decideIdentity(
              nights.district.deps,
              { account: nights.district.account, user },
              pair._id,
              'different',
            ),
          );
          assert.deepEqual(decided, { ok: true });
          await night(how);
          await seesNoOther();
        }
        for (const child of [one, other]) {
          const { firstName, lastName, birthDate } = child.person;
          const found = await Contact.find({ firstName, lastName, birthDate, status: 'active' }).lean();
          const [again, ...more] = found.filter(({ _id }) => !_id.equals(child.person._id));
          assert.ok(again && more.length === 0, `${firstName} ${lastName} is here once under the new id`);
          const listed = await Duplicate.findOne({
            state: 'open',
            contact: { $in: [again._id, child.person._id] },
            candidate: { $in: [again._id, child.person._id] },
          }).lean();
          assert.ok(listed, `${firstName} ${lastName} and who was here are listed as possibly one person`);
          const merged = await asApp(() =>
            mergeContacts(
              nights.district.deps,
              { account: nights.district.account, user },
              child.person._id,
              again._id,
              keepOfLost(nights.district.deps),
            ),
          );
          assert.deepEqual(merged, { ok: true });
        }
        await night(how);
        await night(how);
        const after = [await seenOf(one.person), await seenOf(other.person)];
        assert.deepEqual(
          after.map(({ tied: _, ...seen }) => seen),
          before.map(({ tied: _, ...seen }) => seen),
        );
        assert.deepEqual(await bookings(), ['booked', 'booked']);
        assert.deepEqual(await open(), []);
        await seesNoOther();
      });

    it(`one of them a further id since a merge (${how}): each stays who and where it was until somebody decides`, async () => {
      const further = await listTwice(one);
      const before = [await seenOf(one.person), await seenOf(other.person)];
      exchange(further, idOf(other));
      for (let count = 0; count < 2; count += 1) {
        await night(how);
        assert.deepEqual([await seenOf(one.person), await seenOf(other.person)], before);
        assert.deepEqual(await bookings(), ['booked', 'booked']);
        assert.equal((await open()).length, 2);
      }
      exchange(further, idOf(other));
      await night(how);
      assert.deepEqual(await open(), []);
      assert.deepEqual([await seenOf(one.person), await seenOf(other.person)], before);
    });
  }

  /** Whoever is tied to a child by the roster, or has it in the household, has no other one by that. */
  async function seesNoOther(): Promise<void> {
    for (const [child, stranger] of [
      [one, other],
      [other, one],
    ] as const) {
      const { firstName, lastName } = stranger.person;
      const [house] = await Household.find({ 'children.student': child.person._id }).lean();
      const mine = await Contact.find({
        _id: { $in: house?.children.map(({ student }) => student) ?? [] },
      }).lean();
      assert.deepEqual(
        mine.filter((person) => person.firstName === firstName && person.lastName === lastName),
        [],
      );
      const appointment = await Appointment.findById(child.booked).orFail().lean();
      assert.deepEqual(appointment.students.map(String), [String(child.person._id)]);
    }
  }

  /** The district lists the child once more, and somebody merges the two. @returns the further id */
  async function listTwice({ person }: Child): Promise<string> {
    const { sandbox, deps, account } = nights.district;
    const id = person.record?.id ?? '';
    const arrived = sandbox.advanceNight().arrived.find((each) => sandbox.read(each) && each !== id);
    assert.ok(arrived);
    const { roles, name } = sandbox.read(id) as { name: object; roles: { student: { dob: string } } };
    const was = sandbox.read(arrived) as { roles: { student: object } };
    sandbox.change(arrived, { name, roles: { student: { ...was.roles.student, dob: roles.student.dob } } });
    await nights.district.sync();
    const contact = await Contact.findOne({ 'record.id': arrived }).orFail().lean();
    await noteDuplicates(
      account,
      [{ contact: contact._id, candidate: person._id, reason: { code: 'birth' } }],
      new Date(),
    );
    const merge = () => mergeContacts(deps, { account, user }, person._id, contact._id, keepOfLost(deps));
    assert.deepEqual(await asApp(merge), { ok: true });
    await nights.district.sync();
    return arrived;
  }
});
