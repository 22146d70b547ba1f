import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { Contact } from '../../server/models/contact.js';
import { Duplicate } from '../../server/models/duplicate.js';
import { RosterChange } from '../../server/models/roster-change.js';
import { undoRun } from '../../server/review/run/undo-run.js';
import { makeUser, Visitor } from '../support/app.js';
import { NewIds } from '../support/roster/new-ids.js';
import { wholeRoster } from '../support/roster/whole-roster.js';
import { sayResult } from '../support/say-run.js';

const idOf = ({ _id }: { _id: Types.ObjectId }) => _id.toHexString();

describe('a new school year with all ids new', () => {
  let year: NewIds;
  beforeEach(() => (year = new NewIds()));
  afterEach(() => year.district.close());

  const night = async (date: string) => {
    const run = await year.district.start({ trigger: 'nightly', night: date });
    assert.equal(run.state, 'done', sayResult(run));
    return run;
  };
  /** Syncs once more; there is nothing to do. */
  const changesNothing = async (date: string) => {
    const before = await wholeRoster();
    const run = await night(date);
    assert.deepEqual(await wholeRoster(), before);
    return run;
  };
  const isEverybodyWhoTheyWere = async () => {
    const now = await Contact.find().sort({ _id: 1 }).lean();
    assert.deepEqual(now.map(idOf), year.people.map(idOf), 'nobody new');
    for (const [index, { record, status, relations }] of now.entries()) {
      const before = year.people[index] ?? assert.fail();
      assert.deepEqual([status, record?.id], ['active', year.fresh.get(before.record?.id ?? '')]);
      assert.deepEqual(
        relations.map(({ student }) => student),
        before.relations.map(({ student }) => year.fresh.get(student)),
      );
    }
    assert.equal(await Duplicate.countDocuments(), 0);
  };

  it('with numbers everybody keeps their contact, old classes stay until their removal is accepted, and new classes take over the bookings', async () => {
    await year.begin(true);
    const [logins, classes] = [await year.logins(), await year.classes()];
    year.reissue();
    const run = await night('first');
    const refresh = await year.district.refreshOf(run);
    assert.equal(refresh.how, 'full');
    await isEverybodyWhoTheyWere();
    const old = classes.map(idOf);
    const meanwhile = await year.classes();
    assert.deepEqual(
      meanwhile.filter((item) => old.includes(idOf(item))),
      classes,
    );
    const noTerm = meanwhile.length - classes.length;
    assert.deepEqual([run.counts.class?.added, run.remarks], [noTerm, []]);
    assert.equal(refresh.counts.section?.withheld, refresh.counts.section?.added);
    const office = await new Visitor(year.district.test.app).logIn(
      await makeUser(year.district.account, 'administrator'),
    );
    const page = await office.get(`/importer/refreshes/${idOf(refresh)}/withheld`);
    assert.match(page.text, /This looks like a new school year: \d+ sections are gone, and \d+ new ones/);
    const again = await changesNothing('second');
    const followed = await year.accept(await year.district.refreshOf(again));
    assert.equal(followed.counts.class?.withheld, classes.length);
    assert.deepEqual((await year.classes()).map(idOf), meanwhile.map(idOf));
    assert.deepEqual(await year.booked(), ['booked', 'booked', 'booked', 'booked']);
    await year.chooseTerms();
    const chosen = await year.district.start({ trigger: 'first import' });
    assert.equal(chosen.state, 'done', sayResult(chosen));
    assert.deepEqual((await year.classes('gone')).map(idOf), old);
    const namesOf = (items: typeof classes) => items.map(({ synced }) => synced.name).sort();
    assert.deepEqual(namesOf(await year.classes()), namesOf(classes));
    assert.deepEqual(await year.booked(), ['booked', 'booked', 'booked', 'booked']);
    await changesNothing('third');
    assert.equal(await RosterChange.countDocuments({ state: 'withheld' }), 0);
    const now = (await year.logins()) as { email?: string }[][];
    assert.deepEqual([now[0]?.filter(({ email }) => !email?.startsWith('administrator')), now[1]], logins);
  });

  it('after an undo everything is as before, including ids, and the same sync does the same again', async () => {
    await year.begin(true);
    const [before, logins] = [await wholeRoster(), await year.logins()];
    year.reissue();
    const run = await year.district.sync();
    await isEverybodyWhoTheyWere();
    const undone = await undoRun(year.district.deps, run, {
      by: new Types.ObjectId(),
      reason: '',
      whole: true,
      stopNightly: false,
    });
    assert.ok(undone.ok);
    assert.equal((await year.district.work(undone.run)).state, 'done');
    // Sections, courses and terms from the undone sync are kept as archived: nothing is ever deleted.
    const here = (await wholeRoster()).filter((line) => line.here);
    assert.deepEqual(
      here,
      before.filter((line) => line.here),
    );
    assert.deepEqual(await year.logins(), logins);
    await year.district.sync();
    await isEverybodyWhoTheyWere();
  });

  it('without numbers some are matched by email, the others are new and listed as pairs, and nobody is mistaken for somebody else', async () => {
    await year.begin(false);
    const logins = await year.logins();
    year.reissue();
    const run = await year.district.sync();
    assert.equal(run.state, 'done', sayResult(run));
    const now = new Map((await Contact.find().lean()).map((contact) => [idOf(contact), contact]));
    const pairs = await Duplicate.find().lean();
    let [joined, apart] = [0, 0];
    for (const person of year.people) {
      const { record, relations } = now.get(idOf(person)) ?? assert.fail();
      const fresh = year.fresh.get(person.record?.id ?? '');
      if (record?.id === fresh) joined += 1;
      // Somebody with neither number nor name matches nobody.
      else if (person.sortKey === '') apart += 1;
      else {
        assert.deepEqual(record, person.record);
        const newer = [...now.values()].find((contact) => contact.record?.id === fresh) ?? assert.fail();
        assert.ok(
          pairs.some(({ contact, candidate }) => contact.equals(newer._id) && candidate.equals(person._id)),
          `${person.type} ${person.lastName}`,
        );
        apart += 1;
      }
      // Guardians of students who stay for now stay too.
      for (const { student } of person.relations) {
        const child = [...now.values()].find((contact) => contact.record?.id === student);
        if (child?.status === 'active') assert.ok(relations.some((tie) => tie.student === student));
      }
    }
    assert.ok(joined > 100 && apart > 20, `${String(joined)} and ${String(apart)}`);
    assert.equal(now.size, year.people.length + apart, 'nobody is there a third time');
    assert.deepEqual(await year.booked(), ['booked', 'booked', 'booked', 'booked']);
    assert.deepEqual(await year.logins(), logins);
    await changesNothing('a night');
    const last = await changesNothing('another');
    const followed = await year.accept(await year.district.refreshOf(last));
    await year.acceptClasses(followed);
    // Guardians of students who left lose their ties with the next download.
    await night('ties');
    await changesNothing('before the terms');
    await year.chooseTerms();
    await year.district.start({ trigger: 'first import' });
    await changesNothing('after them');
    assert.equal(await RosterChange.countDocuments({ state: 'withheld' }), 0);
    assert.deepEqual(await year.logins(), logins);
    assert.deepEqual(await year.booked(), ['problem', 'problem', 'problem', 'problem']);
    await year.mergeBooked();
    await night('merged');
    assert.deepEqual(await year.booked(), ['booked', 'booked', 'booked', 'booked']);
    assert.deepEqual(await year.logins(), logins);
  });
});
