import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import fc from 'fast-check';
import { AuditEntry } from '../../server/models/audit-entry.js';
import { Contact } from '../../server/models/contact.js';
import { contactKeys } from '../../server/models/person-keys.js';
import { Event } from '../../server/models/event.js';
import { Resource } from '../../server/models/resource.js';
import { Slot } from '../../server/models/slot.js';
import { changeOfMany, changesOfRooms } from '../../server/slots/name-before.js';
import { changeSlots } from '../../server/slots/change-slots.js';
import { lockFree } from '../../server/slots/lock-slots.js';
import { keepLayouts } from '../../server/slots/bulk/write-layout.js';
import type { Actor } from '../../server/web/actor.js';
import { layAgain } from '../../server/slots/bulk/lay-again.js';
import { overlap } from '../../server/slots/plan-slots.js';
import { startAs, type Visitor } from '../support/app.js';
import { makeAppointment } from '../support/appointment.js';
import { hidden } from '../support/booking/desk.js';
import { makeEvent, makeSlot, makeSlots, makeTeacher } from '../support/event.js';

const NOW = new Date('2026-10-02T15:00:00Z');
const hex = (item: { _id: Types.ObjectId }) => item._id.toHexString();

describe('many slots at once', () => {
  let account: Types.ObjectId;
  let admin: Visitor;
  let event: Event;
  let lee: Resource;
  let slots: Slot[];
  let home: string;

  beforeEach(async () => {
    ({ account, visitor: admin } = await startAs('event administrator', NOW));
    event = await makeEvent(account, { days: ['2026-11-24', '2026-11-25'] });
    lee = await makeTeacher(event, 'Lee', { contact: new Types.ObjectId(), room: '12' });
    slots = await makeSlots(event, lee, '2026-11-24', ['17:00', '17:10', '17:20', '17:30', '17:40', '17:50']);
    home = `/events/${hex(event)}/slots`;
  });

  type Fields = Record<string, string | string[]>;
  const bulk = (fields: Fields) => admin.post(`${home}/bulk`, { resources: hex(lee), ...fields }, home);
  const copy = (fields: Fields) => admin.post(`${home}/copy`, { resources: hex(lee), ...fields }, home);
  const timesOf = async (of: Pick<Resource, '_id'> = lee) =>
    (await Slot.find({ resource: of._id }).sort({ from: 1 }).lean()).map(
      ({ from, to, state }) =>
        `${from.toISOString().slice(11, 16)}-${to.toISOString().slice(11, 16)} ${state}`,
    );

  it('their form says how many of whom; what is left empty stays; numbers come before anything is done', async () => {
    const form = await admin.post(`${home}/changes`, { action: 'change', resources: hex(lee) }, home);
    assert.match(form.text, /Change 6 slots[\s\S]*Lee · Tuesday, November 24, 2026/);
    const ask = await bulk({ minutes: '15', print: hidden(form.text, 'print') });
    assert.match(ask.text, /4 slots last 15 minutes[\s\S]*2 slots fewer/);
    assert.equal(await Slot.countDocuments(), 6);
    assert.equal((await bulk({})).status, 422);
    const long = await bulk({ minutes: '15', state: 'unavailable' });
    assert.match(long.text, /Enter the message for parents/);
  });

  it('become longer or shorter between the same begin and end; a booked one keeps its time and is told', async () => {
    await bulk({ minutes: '15', sure: '1' });
    assert.deepEqual(
      await timesOf(),
      ['23:00-23:15', '23:15-23:30', '23:30-23:45', '23:45-00:00'].map((one) => `${one} visible`),
    );
    await bulk({ minutes: '10', sure: '1' });
    assert.equal((await timesOf()).length, 6);
    const [second] = (await Slot.find().sort({ from: 1 }).lean()).slice(1);
    await makeAppointment(second!);
    const done = await bulk({ minutes: '20', state: 'hidden', sure: '1' });
    assert.match(
      done.text,
      /2 slots stay as they are[\s\S]*It’s booked\.[\s\S]*There’s no room for this length|2 slots stay as they are[\s\S]*There’s no room for this length[\s\S]*It’s booked\./,
    );
    assert.deepEqual(
      await timesOf(),
      ['23:00-23:10', '23:10-23:20', '23:20-23:40', '23:40-00:00'].map((one) => `${one} hidden`),
    );
    const kept = await Slot.findById(second!._id).lean();
    assert.equal(+kept!.to, +second!.to);
  });

  it('get seats, kind, visibility and room; seats that families have stay, and a booked one keeps its kind', async () => {
    await bulk({ capacity: '3', room: 'Gym', sure: '1' });
    await makeAppointment(slots[0]!);
    await makeAppointment(slots[0]!);
    const fewer = await bulk({ capacity: '1', sure: '1' });
    assert.match(fewer.text, /1 slot stays as it is[\s\S]*More families than that have already booked it/);
    assert.deepEqual(
      (await Slot.find().sort({ from: 1 }).lean()).map(({ capacity }) => capacity),
      [3, 1, 1, 1, 1, 1],
    );
    const video = await bulk({ kind: 'video', sure: '1' });
    assert.match(video.text, /Changed 5 slots/);
    assert.deepEqual(await Slot.distinct('kind', { _id: slots[0]!._id }), ['in person']);
    assert.equal(await Slot.countDocuments({ state: 'visible', kind: 'video' }), 5);
    assert.equal((await Resource.findById(lee._id).lean())?.room, 'Gym');
  });

  it('the audit says what they and their teachers’ rooms were before', async () => {
    await Slot.updateOne({ _id: slots[0]!._id }, { $set: { state: 'hidden', capacity: 2 } });
    await bulk({
      capacity: '3',
      kind: 'video',
      state: 'unavailable',
      message: 'Ill',
      room: 'Gym',
      sure: '1',
    });
    const audit = await admin.get(`/events/${hex(event)}/settings/audit`);
    const lines = [...audit.text.matchAll(/<li class="text-break">([\s\S]*?)<\/li>/g)].map(([, line = '']) =>
      line.replace(/<[^>]*>/g, '').replace('→became', '→'),
    );
    assert.deepEqual(lines.sort(), [
      'Families at a time: 1 (5), 2 (1) → 3',
      'Meeting type: in person (6) → video',
      'Message for parents: nothing (6) → Ill',
      'Room of Lee: 12 → Gym',
      'Visibility: visible (5), hidden (1) → unavailable',
    ]);
    // However many they were, the entry stays small.
    const many = Array.from({ length: 25 }, (_, n) => [`Text ${String(n).padStart(2, '0')}`, 1] as const);
    const [texts] = changeOfMany('message', many, '');
    assert.match(String(texts?.before), /^Text 00 \(1\), [\s\S]*, Text 19 \(1\) and 5 more$/);
    const rooms = many.map(([was]) => ({ _id: new Types.ObjectId(), was, room: 'Gym' }));
    const { changes, detail } = changesOfRooms(rooms);
    assert.deepEqual([changes.length, detail], [20, { unlisted: 5 }]);
  });

  it('that somebody changed since they were asked about are asked about again', async () => {
    const ask = await bulk({ minutes: '15' });
    await Slot.updateOne({ _id: slots[0]!._id }, { $set: { capacity: 4 } });
    const again = await bulk({ minutes: '15', print: hidden(ask.text, 'print'), sure: '1' });
    assert.equal(again.status, 422);
    assert.match(again.text, /Somebody else changed some of these slots/);
    assert.equal(await Slot.countDocuments(), 6);
  });

  for (const action of ['show', 'remove'] as const)
    it(`that a dead process was making longer are finished before the office’s next click: ${action}`, async () => {
      const { by } = await lockFree(event, slots, NOW);
      const times = ['23:00', '23:20', '23:40'].map((time) => {
        const from = new Date(`2026-11-24T${time}:00Z`);
        return { from, to: new Date(+from + 20 * 60_000) };
      });
      const audit = { at: NOW, user: new Types.ObjectId(), detail: { slots: 6, left: 0, room: 'Gym' } };
      await keepLayouts(event, [{ slots, times, set: {}, audit }], by);
      // It died after it had removed those that are too many.
      await Slot.deleteMany({ _id: { $in: slots.slice(3).map(({ _id }) => _id) } });
      const locked = await Slot.find({ state: 'unavailable' }).lean();
      const ids = locked.map(hex);
      assert.equal(
        await changeSlots(
          { account, user: new Types.ObjectId() } as Actor,
          event,
          locked,
          { state: 'visible', message: '' },
          NOW,
        ),
        0,
        'a locked one is not touched',
      );
      await admin.post(`${home}/changes`, { action, ids, sure: '1' }, home);
      assert.equal(await Slot.countDocuments({ locked: { $exists: true } }), 0);
      assert.deepEqual(
        await timesOf(),
        action === 'show' ? ['23:00-23:20', '23:20-23:40', '23:40-00:00'].map((one) => `${one} visible`) : [],
      );
      const entry = await AuditEntry.findOne({ action: 'change many slots' }).orFail().lean();
      assert.deepEqual(
        [entry.user, entry.from, entry.detail],
        [audit.user, undefined, { slots: 6, left: 0, room: 'Gym', changed: 3, made: 0, removed: 3 }],
      );
    });

  it('are copied to other teachers and to another day, adding what is missing alone', async () => {
    const park = await makeTeacher(event, 'Park', { contact: new Types.ObjectId() });
    await makeSlot(event, park, '2026-11-24T17:05');
    const ask = await copy({ to: hex(park) });
    assert.match(ask.text, /Make 4 slots\?[\s\S]*2 times are left out/);
    await copy({ to: hex(park), sure: '1' });
    assert.equal(await Slot.countDocuments({ resource: park._id }), 5);
    await Slot.updateOne({ _id: slots[0]!._id }, { $set: { state: 'hidden', capacity: 2 } });
    const other = await copy({ toDay: '2026-12-01', resources: [hex(lee), hex(park)] });
    assert.match(other.text, /Make 11 slots\?[\s\S]*Tuesday, December 1, 2026 is added/);
    await copy({ toDay: '2026-12-01', resources: [hex(lee), hex(park)], sure: '1' });
    const moved = await Slot.findOne({ resource: lee._id, day: '2026-12-01' }).sort({ from: 1 }).lean();
    assert.deepEqual(
      [moved?.from.toISOString(), moved?.state, moved?.capacity],
      ['2026-12-01T23:00:00.000Z', 'hidden', 2],
    );
    assert.deepEqual((await Event.findById(event._id).lean())?.days.at(-1), '2026-12-01');
    assert.match(
      (await copy({ toDay: '2026-12-01', resources: [hex(lee), hex(park)] })).text,
      /several days/,
    );
    assert.match((await copy({})).text, /Select the teachers who get these times/);
    assert.match((await copy({ list: 'Nobody' })).text, /Not recognized, or more than one teacher: “Nobody”/);
  });

  it('all that the list finds are selected at once, on whatever page, as long as it finds what was shown', async () => {
    for (let n = 0; n < 55; n++) {
      const teacher = await makeTeacher(event, `Teacher ${String(n).padStart(2, '0')}`);
      if (n % 2) await makeSlot(event, teacher, '2026-11-24T17:00');
    }
    const page = await admin.get(`${home}?q=teacher&show=with`);
    assert.match(page.text, /All 27 that match/);
    const list = await admin.get(`${home}?q=teacher`);
    assert.match(list.text, /All 55 that match/);
    const fields = { action: 'hide', all: '1', listed: hidden(list.text, 'listed') };
    const ask = await admin.post(`${home}/changes?q=teacher`, fields, home);
    assert.match(ask.text, /Hide 27 slots\?/);
    await makeTeacher(event, 'Teacher new');
    const again = await admin.post(`${home}/changes?q=teacher`, fields, home);
    assert.equal(again.status, 422);
    assert.match(again.text, /it had 55 rows and now has 56\. Nothing is changed yet/);
    assert.equal(await Slot.countDocuments({ state: 'hidden' }), 0);
    const chosen = [...ask.text.matchAll(/name="resources" value="(\w+)"/g)].map(([, id]) => id!);
    await admin.post(`${home}/changes?q=teacher`, { action: 'hide', resources: chosen, sure: '1' }, home);
    assert.equal(await Slot.countDocuments({ state: 'hidden' }), 27);
    const one = await admin.get(`${home}/${hex(lee)}`);
    const own = { action: 'hide', all: '1', listed: hidden(one.text, 'listed') };
    await admin.post(`${home}/${hex(lee)}/changes`, own, `${home}/${hex(lee)}`);
    assert.equal(await Slot.countDocuments({ resource: lee._id, state: 'hidden' }), 6);
    const make = await admin.post(
      `${home}/changes?q=teacher`,
      { ...fields, action: 'make', listed: hidden((await admin.get(`${home}?q=teacher`)).text, 'listed') },
      home,
    );
    const to = make.status === 303 ? await admin.get(make.headers.location ?? '') : make;
    assert.match(to.text, /Only the 56 selected teachers get slots/);
  });

  describe('rooms', () => {
    let ann: Resource;

    beforeEach(async () => {
      const person = { firstName: 'Ann', lastName: 'Cruz', email: 'ann@x.org', schoolId: '7' };
      const contact = await Contact.create({
        ...{ account, type: 'teacher', source: 'clever', status: 'active', ...person },
        ...contactKeys(person),
      });
      ann = await makeTeacher(event, 'Ann Cruz', { contact: contact._id });
    });

    const roomOf = async (of: Resource) => (await Resource.findById(of._id).lean())?.room;
    const save = (fields: Fields) => admin.post(`${home}/rooms`, fields, `${home}/rooms`);

    it('are typed in one column, and pasted as two', async () => {
      const page = await admin.get(`${home}/rooms`);
      assert.match(page.text, /aria-label="Room of Ann Cruz"/);
      const column = { teacher: [hex(ann), hex(lee)], was: ['', '12'], room: [' 3 <b>', '12'] };
      assert.equal((await save(column)).status, 303);
      assert.deepEqual([await roomOf(ann), await roomOf(lee)], ['3 <b>', '12']);
      const list = 'Cruz, Ann\tGym A\r\nLee\t14';
      await save({ teacher: [hex(ann), hex(lee)], was: ['3 <b>', '12'], room: ['3 <b>', '12'], list });
      assert.deepEqual([await roomOf(ann), await roomOf(lee)], ['Gym A', '14']);
      const entry = await AuditEntry.findOne({ action: 'change rooms', 'changes.before': '12' })
        .orFail()
        .lean();
      assert.deepEqual(entry.changes, [
        { field: `room.${hex(ann)}`, before: '3 <b>', after: 'Gym A' },
        { field: `room.${hex(lee)}`, before: '12', after: '14' },
      ]);
      await save({ list: 'ann@x.org, Annex; B' });
      assert.equal(await roomOf(ann), 'Gym A');
    });

    it('what is not recognized is told and stays in the box; what somebody else set stays, and is told', async () => {
      const list = `7\tLab\nNobody <i>\t5\nLee\t${'x'.repeat(61)}`;
      await Resource.updateOne({ _id: lee._id }, { $set: { room: 'Moved' } });
      const told = await save({ teacher: [hex(lee)], was: ['12'], room: ['13'], list });
      assert.equal(told.status, 422);
      assert.match(told.text, /Saved 1 room/);
      assert.match(told.text, /Somebody else set the room of Lee/);
      assert.match(told.text, /name="was" value="Moved">\s*<input[^>]*value="13"/);
      assert.match(told.text, /<textarea[^>]*>Nobody &lt;i&gt;\t5\nLee\tx{61}<\/textarea>/);
      assert.deepEqual([await roomOf(ann), await roomOf(lee)], ['Lab', 'Moved']);
      const cut = await save({ teacher: [hex(lee), hex(ann)], was: ['Moved'], room: ['13'] });
      assert.match(cut.text, /didn’t arrive completely/);
    });
  });

  it('laid out again never overlap, stay in their stretch and leave others alone (property)', () => {
    const part = fc.record({
      length: fc.integer({ min: 1, max: 40 }),
      gap: fc.constantFrom(0, 0, 0, 5, 60),
      free: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(part, { maxLength: 30 }), fc.integer({ min: 1, max: 60 }), (parts, minutes) => {
        let at = 0;
        const own = parts.map(({ length, gap, free }, index) => {
          const from = at;
          at += length + gap;
          return {
            from: new Date(from * 60_000),
            to: new Date((from + length) * 60_000),
            day: 'd',
            free,
            index,
          };
        });
        const { runs, left } = layAgain(own, ({ free }) => free, minutes);
        const moved = new Set(runs.flatMap(({ slots: list }) => list));
        const after = [...own.filter((slot) => !moved.has(slot)), ...runs.flatMap((run) => run.times)];
        after.sort((a, b) => +a.from - +b.from);
        after.forEach((span, index) => assert.ok(!after[index + 1] || !overlap(span, after[index + 1]!)));
        assert.ok([...moved, ...left].every(({ free }) => free));
        for (const run of runs) {
          assert.equal(+run.times[0]!.from, +run.slots[0]!.from);
          assert.ok(run.times.every(({ from, to }) => +to - +from === minutes * 60_000));
        }
      }),
    );
  });
});
