import assert from 'node:assert/strict';
import type { Types } from 'mongoose';
import { Class } from '../../server/models/class.js';
import { Contact } from '../../server/models/contact.js';
import { contactKeys } from '../../server/models/person-keys.js';
import { Event } from '../../server/models/event.js';
import type { Resource } from '../../server/models/resource.js';
import { School } from '../../server/models/school.js';
import { Slot } from '../../server/models/slot.js';
import { startAs, type Visitor } from '../support/app.js';
import { makeClass } from '../support/classes/school-day.js';
import { makeEvent, makeTeacher } from '../support/event.js';

const NOW = new Date('2026-10-02T15:00:00Z');
const hex = (item: { _id: Types.ObjectId }) => item._id.toHexString();

describe('making slots for several days, blocks and chosen teachers', () => {
  let account: Types.ObjectId;
  let admin: Visitor;
  let event: Event;
  let home: string;
  let teachers: Record<'lee' | 'park' | 'ann' | 'bob', Resource>;
  let east: Types.ObjectId;

  const typed = {
    day: ['2026-12-08', '2026-12-10'],
    from: ['09:00', '13:00', ''],
    to: ['11:00', '14:00', ''],
    minutes: 30,
    breakMinutes: 0,
    capacity: 1,
    kind: 'in person',
    state: 'visible',
  };

  async function makePerson(first: string, last: string, more: Partial<Contact> = {}): Promise<Resource> {
    const person = { firstName: first, lastName: last, email: `${first}@x.org`.toLowerCase(), schoolId: '' };
    const contact = await Contact.create({
      ...{ account, type: 'teacher', source: 'clever', status: 'active', ...person, ...more },
      ...contactKeys({ ...person, ...more }),
    });
    const resource = await makeTeacher(event, `${first} ${last}`, { contact: contact._id });
    await makeClass(event, `Class of ${last}`, { teachers: [contact._id] });
    return resource;
  }

  beforeEach(async () => {
    ({ account, visitor: admin } = await startAs('event administrator', NOW));
    event = await makeEvent(account, { days: ['2026-12-08', '2026-12-10'] });
    home = `/events/${hex(event)}/slots`;
    east = (await School.create({ account, name: 'East', sortKey: 'east' }))._id;
    const west = (await School.create({ account, name: 'West', sortKey: 'west' }))._id;
    teachers = {
      lee: await makePerson('Kim', 'Lee', { schools: [east], schoolId: '0042' }),
      park: await makePerson('Jo', 'Park', { schools: [west] }),
      ann: await makePerson('Ann', 'Cruz', { schools: [west] }),
      bob: await makePerson('Bob', 'Cruz', { schools: [east] }),
    };
    await Class.updateOne({ event: event._id, searchKey: 'class of lee' }, { $set: { 'synced.grade': '3' } });
    await Class.updateOne(
      { event: event._id, searchKey: 'class of park' },
      { $set: { 'edits.type': 'Hide' } },
    );
  });

  const preview = (change = {}) => admin.post(`${home}/preview`, { ...typed, ...change }, `${home}/new`);
  const make = (change = {}) => admin.post(home, { ...typed, ...change }, `${home}/new`);
  const form = (change = {}) => admin.post(`${home}/new`, { ...typed, ...change }, `${home}/new`);
  const having = async () =>
    (await Slot.distinct('resource', { event: event._id })).map((id) => id.toHexString()).sort();

  it('each day gets every block, with the break between; once more makes what is missing alone', async () => {
    const page = await preview();
    assert.match(page.text, /Make 36 slots\?[\s\S]*36 slots for all 3 teachers, 12 each, on 2 days/);
    await make();
    const lee = await Slot.find({ resource: teachers.lee._id }).sort({ from: 1 }).lean();
    assert.deepEqual(
      lee.map(({ from, day }) => `${day} ${from.toISOString().slice(11, 16)}`),
      ['2026-12-08', '2026-12-10'].flatMap((day) =>
        ['15:00', '15:30', '16:00', '16:30', '19:00', '19:30'].map((time) => `${day} ${time}`),
      ),
    );
    await Slot.deleteMany({ resource: teachers.lee._id, day: '2026-12-10' });
    const before = await Slot.find().sort({ _id: 1 }).lean();
    assert.match((await preview()).text, /Make 6 slots\?/);
    await make();
    const after = await Slot.find().sort({ _id: 1 }).lean();
    assert.deepEqual(after.slice(0, before.length), before);
    assert.equal(after.length, 36);
  });

  it('who has only hidden classes gets none, which the preview says, unless selected', async () => {
    const page = await preview();
    assert.match(page.text, /1 teacher gets none, because all their classes are hidden: Jo Park/);
    await make();
    assert.ok(!(await having()).includes(hex(teachers.park)));
    await make({ resources: hex(teachers.park) });
    assert.ok((await having()).includes(hex(teachers.park)));
  });

  it('selecting one chooses only that one', async () => {
    const page = await preview({ resources: hex(teachers.ann) });
    assert.match(page.text, /Make 12 slots\?[\s\S]*Only for the selected teacher/);
    await make({ resources: hex(teachers.ann) });
    assert.deepEqual(await having(), [hex(teachers.ann)]);
  });

  it('a pasted list is read by name, email and number; what names nobody or several is told', async () => {
    const list = 'Lee, Kim\r\n\r\n JO@x.org \nCruz\nNobody <b>';
    const page = await preview({ list });
    assert.match(page.text, /Make 24 slots\?/);
    assert.match(page.text, /1 line of your list isn’t recognized: “Nobody &lt;b&gt;”/);
    assert.match(page.text, /1 line of your list names more than one teacher: “Cruz”/);
    assert.match(page.text, new RegExp(`name="resources" value="${hex(teachers.park)}"`));
    await make({ list: '42' });
    assert.deepEqual(await having(), [hex(teachers.lee)]);
    const again = await form({ list, step: 'list' });
    assert.match(again.text, /2 lines weren’t recognized[\s\S]*<\/fieldset>/);
    assert.match(again.text, new RegExp(`value="${hex(teachers.lee)}" checked`));
    assert.match(again.text, /<textarea[^>]*>Nobody &lt;b&gt;\s*Cruz<\/textarea>/);
  });

  it('teachers are found by school, grade, class type and words; those found are selected at once', async () => {
    const found = async (filter: object) => {
      const page = await form({ ...filter, step: 'find' });
      assert.equal(page.status, 200);
      return Object.values(teachers).filter((one) => page.text.includes(`value="${hex(one)}"`)).length;
    };
    assert.equal(await found({ school: east.toHexString() }), 2);
    assert.equal(await found({ grade: '3' }), 1);
    assert.equal(await found({ type: 'Hide' }), 1);
    assert.equal(await found({ q: 'cruz' }), 2);
    assert.equal(await found({ q: 'kim@x' }), 1);
    const page = await form({ q: 'cruz', step: 'found', resources: hex(teachers.lee) });
    for (const one of [teachers.ann, teachers.bob, teachers.lee])
      assert.match(page.text, new RegExp(`value="${hex(one)}" checked`));
    const none = await form({ q: 'cruz', step: 'none', resources: hex(teachers.lee) });
    assert.doesNotMatch(none.text, / name="resources"[^>]* checked/);
    // A search that was typed and not looked at yet is no wish for everybody.
    const entered = await preview({ q: 'cruz', shown: '|||' });
    assert.match(entered.text, /2 teachers match/);
    const list = await admin.get(`${home}?school=${east.toHexString()}`);
    assert.match(list.text, /Kim Lee/);
    assert.doesNotMatch(list.text, /Jo Park/);
  });

  it('the form has the values of the last time', async () => {
    assert.doesNotMatch((await admin.get(`${home}/new`)).text, /value="09:00"/);
    await make({ day: '2026-12-10', capacity: 3, kind: 'video' });
    const page = (await admin.get(`${home}/new`)).text;
    assert.match(page, /value="09:00"[\s\S]*value="11:00"[\s\S]*value="13:00"[\s\S]*value="14:00"/);
    assert.match(page, /value="2026-12-10" checked/);
    assert.doesNotMatch(page, /value="2026-12-08" checked/);
    assert.match(page, /name="capacity" value="3"|value="3"[^>]*name="capacity"/);
    assert.match(page, /value="video" checked/);
  });

  it('a Sunday, a day that is no day of the event and a day without slots are told; the new day joins the event', async () => {
    const page = await preview({ day: '2026-12-08', otherDay: '2026-12-13' });
    assert.match(page.text, /Sunday, December 13, 2026 isn’t a day of this event yet/);
    assert.match(page.text, /Sunday, December 13, 2026 is a Sunday/);
    assert.match(page.text, /Thursday, December 10, 2026 still has no slots/);
    assert.deepEqual((await Event.findById(event._id).lean())?.days, event.days);
    await make({ day: '2026-12-08', otherDay: '2026-12-13' });
    assert.deepEqual((await Event.findById(event._id).lean())?.days, [...event.days, '2026-12-13']);
    assert.match((await admin.get(home)).text, /Thursday, December 10, 2026 has no slots/);
    assert.equal(await Slot.countDocuments({ day: '2026-12-13' }), 18);
  });

  it('more blocks are there for the asking, with what was typed', async () => {
    const count = (text: string) => [...text.matchAll(/type="time"/g)].length;
    const page = await form({
      from: ['09:00', '11:00', '13:00'],
      to: ['10:00', '12:00', '14:00'],
      step: 'more',
    });
    assert.equal(page.status, 200);
    assert.equal(count(page.text), 8);
    assert.match(page.text, /value="13:00"/);
  });
});
