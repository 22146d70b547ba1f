import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { actorIn } from '../../server/accounts/load-actor.js';
import { Account } from '../../server/models/account.js';
import { AuditEntry } from '../../server/models/audit-entry.js';
import type { Event } from '../../server/models/event.js';
import type { Resource } from '../../server/models/resource.js';
import { Slot } from '../../server/models/slot.js';
import { addSlots } from '../../server/slots/add-slots.js';
import { overlap } from '../../server/slots/plan-slots.js';
import type { SlotForm } from '../../server/slots/generator/schema.js';
import { makeAccount, makeUser, startAs, type TestApp, Visitor } from '../support/app.js';
import { makeEvent, makeSlot, makeTeacher } from '../support/event.js';

const NOW = new Date('2026-10-02T15:00:00Z');
const typed = {
  day: '2026-11-24',
  from: '17:00',
  to: '18:05',
  minutes: 10,
  breakMinutes: 0,
  capacity: 1,
  kind: 'either',
  state: 'visible',
};

describe('making slots', () => {
  let test: TestApp;
  let account: Types.ObjectId;
  let admin: Visitor;
  let event: Event;
  let lee: Resource;
  let park: Resource;
  let home: string;

  beforeEach(async () => {
    ({ test, account, visitor: admin } = await startAs('event administrator', NOW));
    event = await makeEvent(account);
    lee = await makeTeacher(event, 'Lee', { contact: new Types.ObjectId() });
    park = await makeTeacher(event, 'Park', { contact: new Types.ObjectId() });
    await makeTeacher(event, 'Gone', { status: 'gone' });
    home = `/events/${event._id.toHexString()}/slots`;
  });

  const preview = (change = {}) => admin.post(`${home}/preview`, { ...typed, ...change }, `${home}/new`);
  const make = (change = {}) => admin.post(home, { ...typed, ...change }, `${home}/new`);

  it('the preview says how many for whom, the times, and what does not fit, and writes nothing', async () => {
    const page = await preview();
    assert.equal(page.status, 200);
    assert.match(page.text, /Make 12 slots\?/);
    assert.match(page.text, /12 slots for all 2 teachers, 6 each/);
    assert.match(page.text, /<li>5:00–5:10 PM<\/li>/);
    assert.match(page.text, /One more slot, 6:00–6:10 PM, would end too late/);
    assert.equal(await Slot.countDocuments(), 0);
    assert.equal(await AuditEntry.countDocuments({ action: 'make slots' }), 0);
  });

  it('makes them as asked, on their local day, and leaves an audit entry', async () => {
    const answer = await make({ capacity: 3, state: 'unavailable', message: 'Staff meeting' });
    assert.equal(answer.status, 303);
    const slots = await Slot.find({ event: event._id, resource: lee._id }).sort({ from: 1 }).lean();
    assert.equal(slots.length, 6);
    const { account: owner, from, to, day, capacity, kind, state, message } = slots[0]!;
    assert.ok(owner.equals(account));
    assert.equal(from.toISOString(), '2026-11-24T23:00:00.000Z');
    assert.equal(to.toISOString(), '2026-11-24T23:10:00.000Z');
    assert.deepEqual(
      [day, capacity, kind, state, message],
      ['2026-11-24', 3, 'either', 'unavailable', 'Staff meeting'],
    );
    const entry = await AuditEntry.findOne({ action: 'make slots' }).lean();
    assert.equal(entry?.detail.made, 12);
    assert.match((await admin.get(home)).text, /Made 12 slots for 2 teachers\./);
  });

  it('run again makes nothing and disturbs nothing', async () => {
    await make();
    await Slot.updateMany({ resource: lee._id }, { $set: { state: 'hidden' } });
    const before = await Slot.find().sort({ _id: 1 }).lean();
    const page = await preview({ capacity: 5 });
    assert.match(page.text, /Nothing to make/);
    assert.match(page.text, /12 slots already exist/);
    await make({ capacity: 5 });
    assert.deepEqual(await Slot.find().sort({ _id: 1 }).lean(), before);
  });

  it('for chosen teachers makes theirs alone, and leaves out times across another slot of theirs', async () => {
    await makeSlot(event, lee, '2026-11-24T17:05');
    const chosen = { resources: lee._id.toHexString() };
    const page = await preview(chosen);
    assert.match(page.text, /Make 4 slots\?/);
    assert.match(page.text, /2 times are left out: they overlap/);
    assert.match(page.text, /<th scope="row">Lee<\/th><td class="num" data-label="New">4/);
    await make(chosen);
    assert.equal(await Slot.countDocuments({ resource: lee._id }), 5);
    assert.equal(await Slot.countDocuments({ resource: park._id }), 0);
  });

  it('says where a teacher has slots in another event, and makes those times only when asked to', async () => {
    const other = await makeEvent(account, { name: 'Winter evening' });
    const same = await makeTeacher(other, 'Lee', { contact: lee.contact });
    await makeSlot(other, same, '2026-11-24T17:05');
    const page = await preview();
    assert.match(page.text, /Make 10 slots\?/);
    assert.match(
      page.text,
      /2 times are left out, because the same teachers have slots then in Winter evening/,
    );
    await make();
    assert.equal(await Slot.countDocuments({ event: event._id }), 10);
    await make({ elsewhere: '1' });
    assert.equal(await Slot.countDocuments({ event: event._id }), 12);
  });

  it('a run that was cut short is completed by running it again', async () => {
    await make();
    await Slot.deleteMany({ resource: park._id });
    await make();
    assert.equal(await Slot.countDocuments(), 12);
  });

  it('the form comes back from the preview with everything typed', async () => {
    const back = await admin.post(
      `${home}/new`,
      { ...typed, resources: [park._id.toHexString()], breakMinutes: 7 },
      `${home}/new`,
    );
    assert.equal(back.status, 200);
    assert.match(back.text, /value="7"/);
    assert.match(back.text, new RegExp(`value="${park._id.toHexString()}" checked`));
    assert.match(back.text, /value="either" checked/);
  });

  const faults: [string, Record<string, unknown>, RegExp][] = [
    ['a day that is not the event’s', { day: '2026-11-23' }, /Select a day from the list/],
    ['no begin', { from: '' }, /Enter when the first slot begins/],
    ['an end before the begin', { to: '16:00' }, /must end after the first begins/],
    ['a length that never fits', { minutes: 90 }, /No slot of this length fits/],
    ['a length of nothing', { minutes: 0 }, /Enter the length of a slot in minutes: 1 or more/],
    ['no day', { day: [] }, /Select at least one day/],
    [
      'a block without its end',
      { from: ['17:00', '19:00'], to: ['18:00', ''] },
      /Enter when the last slot of block 2 ends/,
    ],
    ['blocks that overlap', { from: ['17:00', '17:30'], to: ['18:00', '19:00'] }, /Two blocks overlap/],
    ['another day that is none', { otherDay: '2026-02-30' }, /Enter another day as a date/],
    ['a list that names nobody', { list: 'Nobody at all' }, /Nobody on the list is a teacher of this event/],
    ['unavailable without a message', { state: 'unavailable' }, /Enter the message for parents/],
  ];
  for (const [what, change, message] of faults)
    it(`${what} is refused, and what was typed stays`, async () => {
      for (const send of [preview, make]) {
        const answer = await send({ capacity: 17, ...change });
        assert.equal(answer.status, 422);
        assert.match(answer.text, message);
        assert.match(answer.text, /value="17"/);
      }
      assert.equal(await Slot.countDocuments(), 0);
    });

  it("another event's teacher, or another account's, gets nothing", async () => {
    const stranger = await makeTeacher(await makeEvent((await makeAccount('Oak'))._id), 'Strange');
    const answer = await make({ resources: stranger._id.toHexString() });
    assert.equal(answer.status, 422);
    assert.match(answer.text, /is in the event anymore/);
    assert.equal(await Slot.countDocuments(), 0);
  });

  it('in an archived event is refused', async () => {
    const archived = await makeEvent(account, { status: 'archived' });
    await makeTeacher(archived, 'Lee');
    const path = `/events/${archived._id.toHexString()}/slots`;
    assert.equal((await admin.post(path, typed, home)).status, 409);
  });

  it('on the night clocks go back makes both hours; on the one they go forward refuses the hour that is not', async () => {
    const nights = await makeEvent(account, { days: ['2026-11-01', '2027-03-14'] });
    await makeTeacher(nights, 'Lee');
    const path = `/events/${nights._id.toHexString()}/slots`;
    const night = { ...typed, day: '2026-11-01', from: '01:00', to: '02:00', minutes: 30 };
    await admin.post(path, night, `${path}/new`);
    assert.equal(await Slot.countDocuments({ event: nights._id }), 4);
    const spring = { ...typed, day: '2027-03-14', from: '02:30', to: '04:00' };
    const refused = await admin.post(path, spring, `${path}/new`);
    assert.equal(refused.status, 422);
    assert.match(refused.text, /There is no 2:30 AM on Sunday, March 14, 2027/);
    const sheet = await admin.get(`/events/${nights._id.toHexString()}/day-sheet?day=2026-11-01`);
    assert.match(sheet.text, /1:00 AM CDT[\s\S]*1:00 AM CST/);
  });

  it('two at once with times that cross make slots that never overlap, and say how many', async () => {
    const user = await makeUser(account, 'event administrator');
    const actor = actorIn(user, (await Account.findById(account).lean())!);
    const form = (from: string, minutes: number): SlotForm => ({
      ...{ resources: [], list: '', days: ['2026-11-24'], blocks: [{ from, to: '21:00' }] },
      ...{ minutes, breakMinutes: 0 },
      ...{ capacity: 1, kind: 'either', state: 'visible', message: '', elsewhere: false },
    });
    const forms = [form('17:00', 10), form('17:05', 10), form('17:00', 15), form('17:02', 7)];
    const results = await Promise.all(forms.map((one) => addSlots(actor, event, one, NOW)));
    const made = results.reduce((sum, result) => sum + (result.ok ? result.made : 0), 0);
    assert.equal(made, await Slot.countDocuments({ event: event._id }));
    for (const teacher of [lee, park]) {
      const slots = await Slot.find({ resource: teacher._id }).sort({ from: 1 }).lean();
      assert.ok(slots.length > 0);
      slots.forEach((slot, index) => {
        const next = slots[index + 1];
        assert.ok(!next || !overlap(slot, next));
      });
    }
  });

  it('an overlapping slot cannot even be written by hand', async () => {
    await makeSlot(event, lee, '2026-11-24T17:00');
    await assert.rejects(makeSlot(event, lee, '2026-11-24T17:09'), /E11000/);
    await makeSlot(event, lee, '2026-11-24T17:10');
    await makeSlot(event, park, '2026-11-24T17:05');
  });

  it('below event administrator is 403, another account 404, without the token 403', async () => {
    const maker = await new Visitor(test.app).logIn(await makeUser(account, 'resource administrator'));
    const stranger = await new Visitor(test.app).logIn(
      await makeUser((await makeAccount('Oak'))._id, 'administrator'),
    );
    for (const [visitor, status] of [
      [maker, 403],
      [stranger, 404],
    ] as const) {
      for (const path of [home, `${home}/new`]) assert.equal((await visitor.get(path)).status, status);
      for (const path of [home, `${home}/preview`, `${home}/new`])
        assert.equal((await visitor.post(path, typed, '/events')).status, status, path);
    }
    assert.equal((await admin.agent.post(home).type('form').send(typed)).status, 403);
    assert.equal(await Slot.countDocuments(), 0);
  });
});
