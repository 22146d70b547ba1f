import assert from 'node:assert/strict';
import mongoose, { type Types } from 'mongoose';
import { actorIn } from '../../server/accounts/load-actor.js';
import { Account } from '../../server/models/account.js';
import { Appointment } from '../../server/models/appointment.js';
import type { Event } from '../../server/models/event.js';
import { Resource } from '../../server/models/resource.js';
import { Slot } from '../../server/models/slot.js';
import { removeSlots } from '../../server/slots/remove-slots.js';
import { makeAccount, makeUser, startAs, type TestApp, Visitor } from '../support/app.js';
import { makeAppointment, makeStudent } from '../support/appointment.js';
import { makeEvent, makeSlot, makeTeacher } from '../support/event.js';

const NOW = new Date('2026-10-02T15:00:00Z');
const hex = (item: { _id: Types.ObjectId }) => item._id.toHexString();

describe('slots', () => {
  let test: TestApp;
  let account: Types.ObjectId;
  let admin: Visitor;
  let event: Event;
  let lee: Resource;
  let slots: [Slot, Slot, Slot];
  let home: string;

  beforeEach(async () => {
    ({ test, account, visitor: admin } = await startAs('event administrator', NOW));
    event = await makeEvent(account, { days: ['2026-11-24', '2026-11-25'] });
    lee = await makeTeacher(event, 'Lee', { room: '12' });
    slots = [
      await makeSlot(event, lee, '2026-11-24T17:00'),
      await makeSlot(event, lee, '2026-11-24T17:10'),
      await makeSlot(event, lee, '2026-11-25T17:00'),
    ];
    home = `/events/${hex(event)}/slots`;
  });

  const change = (fields: Record<string, string | string[]>) =>
    admin.post(`${home}/${hex(lee)}/changes`, fields, `${home}/${hex(lee)}`);
  const states = async () => (await Slot.find().sort({ from: 1 }).lean()).map((slot) => slot.state);

  it('are listed by teacher with their number, what is booked, begin, end and room; chips count', async () => {
    await makeAppointment(slots[0]);
    await makeAppointment(slots[1], { state: 'cancelled' });
    await makeTeacher(event, 'Zoe without');
    await makeTeacher(event, 'Left long ago', { status: 'gone' });
    const page = await admin.get(home);
    assert.match(page.text, /data-label="Slots">3<[\s\S]*data-label="Booked">1</);
    assert.match(page.text, /First begins">Tue, Nov 24, 5:00 PM<[\s\S]*Last ends">Wed, Nov 25, 5:10 PM</);
    assert.match(page.text, /Without slots <span class="count">1</);
    assert.doesNotMatch(page.text, /Left long ago/);
    assert.match((await admin.get(`${home}?show=without`)).text, /Zoe/);
    assert.doesNotMatch((await admin.get(`${home}?q=zoe`)).text, />Lee</);
  });

  it('are hidden, shown again and counted, without asking when a few are ticked', async () => {
    const answer = await change({ action: 'hide', ids: [hex(slots[0]), hex(slots[2])] });
    assert.equal(answer.headers.location, `${home}/${hex(lee)}`);
    assert.deepEqual(await states(), ['hidden', 'visible', 'hidden']);
    assert.match((await admin.get(`${home}/${hex(lee)}`)).text, /2 slots are now hidden/);
    await change({ action: 'show', ids: hex(slots[0]) });
    assert.deepEqual(await states(), ['visible', 'visible', 'hidden']);
  });

  it('become unavailable only with a message, which showing them takes away', async () => {
    const ask = await change({ action: 'unavailable', ids: hex(slots[0]) });
    assert.match(ask.text, /Message for parents/);
    const empty = await change({ action: 'unavailable', ids: hex(slots[0]), sure: '1', message: ' ' });
    assert.equal(empty.status, 422);
    const long = await change({
      action: 'unavailable',
      ids: hex(slots[0]),
      sure: '1',
      message: 'x'.repeat(201),
    });
    assert.equal(long.status, 422);
    assert.match(long.text, /Use 200 characters at most[\s\S]*value="x{201}"/);
    assert.deepEqual(await states(), ['visible', 'visible', 'visible']);
    await change({ action: 'unavailable', ids: hex(slots[0]), sure: '1', message: 'In a meeting' });
    assert.equal((await Slot.findById(slots[0]._id).lean())?.message, 'In a meeting');
    await change({ action: 'show', ids: hex(slots[0]) });
    const shown = await Slot.findById(slots[0]._id).lean();
    assert.deepEqual([shown?.state, shown?.message], ['visible', '']);
  });

  it('that are all booked can’t be removed, and no button says so', async () => {
    for (const slot of slots) await makeAppointment(slot);
    const { text } = await change({ action: 'remove', ids: slots.map(hex) });
    assert.match(
      text,
      /None of these slots can be removed[\s\S]*3 slots that are booked[\s\S]*Back to the slots/,
    );
    assert.doesNotMatch(text, /Remove \d/);
  });

  it('are removed after asking in numbers; booked ones and held ones stay, as they were, and are said', async () => {
    await makeAppointment(slots[0], { state: 'problem' });
    await makeAppointment(slots[1], { state: 'pending', expiresAt: new Date(NOW.getTime() + 60_000) });
    await Slot.updateOne({ _id: slots[1]._id }, { $set: { state: 'hidden' } });
    const fields = { action: 'remove', ids: slots.map(hex) };
    const ask = await change(fields);
    assert.match(
      ask.text,
      /Remove 1 slot\?[\s\S]*1 slot for 1 teacher\.[\s\S]*2 slots that are booked or on hold stay[\s\S]*Remove 1 slot<[\s\S]*It’s booked\./,
    );
    assert.equal(await Slot.countDocuments(), 3);
    await change({ ...fields, sure: '1' });
    assert.deepEqual(await states(), ['visible', 'hidden']);
    const page = await admin.get(`${home}/${hex(lee)}`);
    assert.match(
      page.text,
      /Removed 1 slot\. 1 booked slot stays\. 1 slot that a parent is booking right now stays/,
    );
  });

  it('of ticked teachers change after asking, on the day chosen', async () => {
    const fields = { action: 'hide', resources: hex(lee), day: '2026-11-25' };
    const ask = await admin.post(`${home}/changes`, fields, home);
    assert.match(ask.text, /Hide 1 slot\?[\s\S]*on Wednesday, November 25, 2026/);
    assert.deepEqual(await states(), ['visible', 'visible', 'visible']);
    await admin.post(`${home}/changes`, { ...fields, sure: '1' }, home);
    assert.deepEqual(await states(), ['visible', 'visible', 'hidden']);
    const made = await admin.post(`${home}/changes`, { action: 'make', resources: hex(lee) }, home);
    assert.equal(made.headers.location, `${home}/new?resources=${hex(lee)}`);
    assert.match((await admin.get(made.headers.location)).text, new RegExp(`value="${hex(lee)}" checked`));
  });

  it('with nothing ticked say so', async () => {
    const answer = await change({ action: 'remove' });
    assert.equal(answer.status, 422);
    assert.match(answer.text, /Select at least one row first/);
  });

  it("of another event or teacher are not touched by this one's form", async () => {
    const other = await makeEvent(account);
    const foreign = await makeSlot(other, await makeTeacher(other, 'Park'), '2026-11-24T17:00');
    await change({ action: 'remove', ids: hex(foreign), sure: '1' });
    assert.ok(await Slot.exists({ _id: foreign._id }));
    const park = await makeTeacher(event, 'Park');
    const answer = await admin.get(`/events/${hex(other)}/slots/${hex(park)}`);
    assert.equal(answer.status, 404);
  });

  it('the room of a teacher is changed', async () => {
    await admin.post(`${home}/${hex(lee)}/room`, { room: ' Gym <b> ' }, home);
    assert.equal((await Resource.findById(lee._id).lean())?.room, 'Gym <b>');
    assert.match((await admin.get(`${home}/${hex(lee)}`)).text, /value="Gym &lt;b&gt;"/);
  });

  it('removing and booking at once: whoever looks second sees the other', async () => {
    const actor = actorIn(
      await makeUser(account, 'administrator'),
      (await Account.findById(account).lean())!,
    );
    // A parent's hold lands between the two looks of the removal: after slots were turned, before the last look.
    const original = Slot.updateMany.bind(Slot);
    let landed = false;
    Slot.updateMany = ((...args: Parameters<typeof original>) => {
      const query = original(...args);
      if (landed) return query;
      landed = true;
      return query.then(async (result: unknown) => {
        await makeAppointment(slots[1], { state: 'pending', expiresAt: new Date(NOW.getTime() - 1) });
        return result;
      });
    }) as typeof Slot.updateMany;
    try {
      const result = await removeSlots(actor, event, slots, NOW);
      assert.deepEqual(result, { removed: 2, booked: [], held: [slots[1]._id] });
    } finally {
      Slot.updateMany = original;
    }
    assert.deepEqual(await states(), ['visible']);
    assert.equal(await Appointment.countDocuments({ slot: slots[1]._id }), 1);
  });

  it('below event administrator are not reached, another account’s are 404', async () => {
    const maker = await new Visitor(test.app).logIn(await makeUser(account, 'appointment maker'));
    assert.equal((await maker.get(`${home}/${hex(lee)}`)).status, 403);
    const fields = { action: 'remove', ids: slots.map(hex), sure: '1' };
    assert.equal((await maker.post(`${home}/${hex(lee)}/changes`, fields, '/events')).status, 403);
    const stranger = await new Visitor(test.app).logIn(
      await makeUser((await makeAccount('Oak'))._id, 'administrator'),
    );
    for (const path of [`${home}/changes`, `${home}/${hex(lee)}/changes`, `${home}/${hex(lee)}/room`])
      assert.equal((await stranger.post(path, fields, '/events')).status, 404, path);
    assert.equal(await Slot.countDocuments(), 3);
  });

  describe('on the day sheet', () => {
    const sheet = () => `/events/${hex(event)}/day-sheet`;

    it('show by letter and word who has them, to appointment viewers too, and open', async () => {
      const ana = await makeStudent(account, 'Ana', 'López <i>');
      await makeAppointment(slots[0], { students: [ana._id] });
      await makeAppointment(slots[1], { state: 'pending', expiresAt: new Date(NOW.getTime() + 60_000) });
      const busy = await makeSlot(event, lee, '2026-11-24T17:20', { state: 'unavailable', message: 'Lunch' });
      await makeSlot(event, lee, '2026-11-24T17:30', { state: 'hidden' });
      const viewer = await new Visitor(test.app).logIn(await makeUser(account, 'appointment viewer'));
      const page = await viewer.get(sheet());
      assert.equal(page.status, 200);
      const cells = [...page.text.matchAll(/<td><a class="cell cell-(\w+)"[^>]*title="([^"]*)"/g)];
      assert.deepEqual(
        cells.map(([, state, title]) => [state, title]),
        [
          ['booked', 'Booked: Ana L.'],
          ['held', 'On hold'],
          ['blocked', 'Unavailable: Lunch'],
          ['hidden', 'Hidden'],
        ],
      );
      assert.match((await viewer.get(`${sheet()}/${hex(slots[0])}`)).text, /Ana López &lt;i&gt;/);
      assert.match((await viewer.get(`${sheet()}/${hex(busy)}`)).text, /Unavailable: Lunch/);
      assert.match((await viewer.get(`${sheet()}?day=2026-11-25`)).text, /cell cell-free/);
    });

    it('an expired hold is free again; several seats are counted; a problem stands out', async () => {
      await makeAppointment(slots[0], { state: 'pending', expiresAt: new Date(NOW.getTime() - 1) });
      await makeAppointment(slots[1], { state: 'problem' });
      const seats = await makeSlot(event, lee, '2026-11-24T18:00', { capacity: 3 });
      await makeAppointment(seats);
      const page = await admin.get(sheet());
      const cells = [...page.text.matchAll(/<td><a class="cell cell-(\w+)"[^>]*title="([^"]*)"/g)];
      assert.deepEqual(
        cells.map(([, state, title]) => `${state ?? ''} ${title ?? ''}`),
        ['free Free', 'problem Problem: No name', 'booked Booked: 1 of 3'],
      );
    });

    it('many teachers come in pages and by search, with as many queries as for one', async () => {
      const one = await countQueries(() => admin.get(sheet()));
      assert.ok(one > 0);
      for (const letter of 'abcdefghijklmnopqrstuvwx') {
        const teacher = await makeTeacher(event, `Teacher ${letter}`);
        const ana = await makeStudent(account, 'Ana', letter);
        await makeAppointment(await makeSlot(event, teacher, '2026-11-24T17:00'), { students: [ana._id] });
      }
      assert.equal(await countQueries(() => admin.get(sheet())), one);
      const first = await admin.get(sheet());
      assert.match(first.text, /<strong>1–20<\/strong> of 25 teachers/);
      assert.match((await admin.get(`${sheet()}?page=2`)).text, /<strong>21–25<\/strong>/);
      assert.match((await admin.get(`${sheet()}?q=teacher+x`)).text, /<strong>1<\/strong> teacher/);
      assert.match((await admin.get(`${sheet()}?q=nobody`)).text, /No teachers match/);
    });

    it('without slots says what it is for; another account gets 404', async () => {
      const empty = await makeEvent(account);
      assert.match(
        (await admin.get(`/events/${hex(empty)}/day-sheet`)).text,
        /No slots on Tuesday, November 24/,
      );
      const stranger = await new Visitor(test.app).logIn(
        await makeUser((await makeAccount('Oak'))._id, 'administrator'),
      );
      assert.equal((await stranger.get(sheet())).status, 404);
      assert.equal((await admin.get(`/events/${hex(empty)}/day-sheet/${hex(slots[0])}`)).status, 404);
    });
  });
});

/** How many operations the database is asked for meanwhile. */
async function countQueries(work: () => PromiseLike<unknown>): Promise<number> {
  const before = mongoose.get('debug');
  let count = 0;
  mongoose.set('debug', () => (count += 1));
  try {
    await work();
  } finally {
    mongoose.set('debug', before ?? false);
  }
  return count;
}
