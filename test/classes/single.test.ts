import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { Class } from '../../server/models/class.js';
import type { Event } from '../../server/models/event.js';
import { createTestApp, makeAccount, makeUser, Visitor, type TestApp } from '../support/app.js';
import { makeEvent, makeTeacher } from '../support/event.js';
import { emptyDatabase } from '../support/hooks.js';
import { makeClass, makePerson, makeTeachingPerson } from '../support/classes/school-day.js';

describe('one class of an event', () => {
  let test: TestApp;
  let event: Event;
  let visitor: Visitor;
  let path: string;

  beforeEach(async () => {
    await emptyDatabase();
    test = createTestApp();
    const account = await makeAccount();
    event = await makeEvent(account._id);
    visitor = await new Visitor(test.app).logIn(await makeUser(account._id, 'event administrator'));
    path = `/events/${event._id.toHexString()}/classes`;
  });

  const seenIn = async (address: string) =>
    /name="seen" value="([^"]+)"/.exec((await visitor.get(address)).text)?.[1] ?? '';

  it('shows students, teachers, and what Clever says beside what was set here', async () => {
    const lee = await makeTeachingPerson(event, 'Ana Lee');
    const students = [
      await makePerson(event.account, 'student', 'Zoe <b>Ortiz</b>'),
      await makePerson(event.account, 'student', 'Bea Adams'),
    ];
    const art = await makeClass(event, 'Art', {
      teachers: [lee.contact._id, new Types.ObjectId()],
      students: students.map(({ _id }) => _id),
      edits: { name: 'Painting' },
    });
    const page = await visitor.get(`${path}/${art._id.toHexString()}`);
    assert.equal(page.status, 200);
    assert.match(page.text, /Zoe &lt;b&gt;Ortiz[\s\S]*Bea Adams/);
    assert.match(page.text, /Primary: parents meet this one/);
    assert.match(page.text, /Unknown teacher/);
    assert.match(page.text, /data-label="In the roster">Art[\s\S]*data-label="Set here">Painting/);
  });

  it('is renamed, moved and limited, found and sorted by the new name, and an empty name is the first one again', async () => {
    const art = await makeClass(event, 'Art');
    const address = `${path}/${art._id.toHexString()}`;
    const fields = { name: ' Zeichnen  Über ', type: 'Homeroom', room: '7', allowed: '2' };
    const answer = await visitor.post(address, { ...fields, seen: await seenIn(address) }, path);
    assert.equal(answer.status, 303);
    const after = await Class.findById(art._id).lean();
    assert.deepEqual(after?.edits, { name: 'Zeichnen  Über', type: 'Homeroom', room: '7', allowed: 2 });
    assert.equal(after.sortKey, 'zeichnen uber');
    assert.match((await visitor.get(`${path}?q=uber`)).text, /Roster: Art/);
    const empty = { name: '', type: 'Class', room: '', allowed: '' };
    await visitor.post(address, { ...empty, seen: await seenIn(address) }, path);
    const back = await Class.findById(art._id).lean();
    assert.deepEqual(back?.edits, {});
    assert.equal(back.sortKey, 'art');
  });

  it('changed by somebody else meanwhile keeps what was typed and asks to compare', async () => {
    const art = await makeClass(event, 'Art');
    const address = `${path}/${art._id.toHexString()}`;
    const seen = await seenIn(address);
    await Class.updateOne({ _id: art._id }, { $set: { 'edits.room': '9' } });
    const answer = await visitor.post(
      address,
      { name: 'Mine', type: 'Class', room: '', allowed: '', seen },
      path,
    );
    assert.equal(answer.status, 422);
    assert.match(answer.text, /changed this class while you had it open/);
    assert.match(answer.text, /value="Mine"/);
    assert.deepEqual((await Class.findById(art._id).lean())?.edits, { room: '9' });
  });

  it('with a name too long or a number that is none is refused beside the field', async () => {
    const art = await makeClass(event, 'Art');
    const address = `${path}/${art._id.toHexString()}`;
    const answer = await visitor.post(
      address,
      { name: 'x'.repeat(121), type: 'Class', allowed: 'many' },
      path,
    );
    assert.equal(answer.status, 422);
    assert.match(answer.text, /Use 120 characters at most/);
    assert.match(answer.text, /as a number/);
  });

  it('that is deleted can be looked at and brought back, not changed; one that never was is 404', async () => {
    const art = await makeClass(event, 'Art');
    const address = `${path}/${art._id.toHexString()}`;
    await Class.updateOne({ _id: art._id }, { $set: { status: 'deleted', deletedAt: new Date() } });
    const page = await visitor.get(address);
    assert.match(page.text, /This class is deleted/);
    assert.match(page.text, /Bring back/);
    assert.equal((await visitor.post(address, { name: 'X', type: 'Class' }, path)).status, 404);
    assert.equal((await visitor.get(`${path}/${new Types.ObjectId().toHexString()}`)).status, 404);
    assert.equal((await visitor.get(`${path}/nonsense`)).status, 404);
  });

  describe('made by hand', () => {
    const form = (more: Record<string, string | string[]> = {}) => ({
      id: new Types.ObjectId().toHexString(),
      name: 'Chess club',
      type: 'Activity',
      room: 'Library',
      from: 'event',
      ...more,
    });

    it('takes the students of ticked classes, each once, and has no section', async () => {
      const lee = await makeTeachingPerson(event, 'Ana Lee');
      const [one, two, three] = [new Types.ObjectId(), new Types.ObjectId(), new Types.ObjectId()];
      const art = await makeClass(event, 'Art', { students: [one, two] });
      const bio = await makeClass(event, 'Bio', { students: [two] });
      await makeClass(event, 'Chem', { students: [three] });
      const ids = [art._id.toHexString(), bio._id.toHexString()];
      const asked = await visitor.post(`${path}/new`, { ids }, path);
      assert.match(
        (await visitor.get(asked.headers.location ?? '')).text,
        /2 students of 2 selected classes/,
      );
      const fields = form({ from: 'classes', ids, teacher: lee.resource._id.toHexString() });
      const answers = [await visitor.post(path, fields, path), await visitor.post(path, fields, path)];
      assert.deepEqual(
        answers.map(({ headers }) => headers.location),
        [`${path}/${fields.id}`, `${path}/${fields.id}`],
      );
      const made = await Class.find({ 'synced.name': 'Chess club' }).lean();
      const [club] = made;
      assert.equal(made.length, 1);
      assert.ok(club, 'made');
      assert.equal(club.section, undefined);
      assert.deepEqual(club.synced.students.map(String).sort(), [one, two].map(String).sort());
      assert.deepEqual(club.synced.teachers.map(String), [lee.contact._id.toHexString()]);
      assert.equal(club.edits.room, 'Library');
      assert.match((await visitor.get(`${path}/${fields.id}`)).text, /Syncs never change this class/);
    });

    it('takes all students of the event', async () => {
      const lee = await makeTeachingPerson(event, 'Ana Lee');
      await makeClass(event, 'Art', { students: [new Types.ObjectId()] });
      await makeClass(event, 'Bio', { students: [new Types.ObjectId()] });
      await visitor.post(path, form({ teacher: lee.resource._id.toHexString() }), path);
      assert.equal((await Class.findOne({ 'synced.name': 'Chess club' }).lean())?.synced.students.length, 2);
    });

    it('without a name or teacher, or with nobody in it, is refused with what was typed', async () => {
      const lee = await makeTeachingPerson(event, 'Ana Lee');
      const empty = await visitor.post(path, form({ name: '', teacher: '' }), path);
      assert.equal(empty.status, 422);
      assert.match(empty.text, /Enter a name\./);
      assert.match(empty.text, /Select a teacher\./);
      const nobody = await visitor.post(path, form({ teacher: lee.resource._id.toHexString() }), path);
      assert.equal(nobody.status, 422);
      assert.match(nobody.text, /There are no students in these classes/);
      assert.match(nobody.text, /value="Chess club"/);
      assert.equal(await Class.countDocuments(), 0);
    });

    it("never takes another event's teacher or classes, nor the id of another class", async () => {
      const lee = await makeTeachingPerson(event, 'Ana Lee');
      const other = await makeEvent((await makeAccount('Oak School'))._id);
      const foreign = await makeTeacher(other, 'Eve', { contact: new Types.ObjectId() });
      const theirs = await makeClass(other, 'Theirs', { students: [new Types.ObjectId()] });
      await makeClass(event, 'Art', { students: [new Types.ObjectId()] });
      const teacher = lee.resource._id.toHexString();
      for (const fields of [
        form({ teacher: foreign._id.toHexString() }),
        form({ teacher, from: 'classes', ids: [theirs._id.toHexString()] }),
        form({ teacher, id: theirs._id.toHexString() }),
      ])
        assert.equal((await visitor.post(path, fields, path)).status, 422);
      assert.equal((await Class.findById(theirs._id).lean())?.synced.name, 'Theirs');
      assert.equal(await Class.countDocuments({ account: event.account }), 1);
    });
  });
});
