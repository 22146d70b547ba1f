import assert from 'node:assert/strict';
import type { Types } from 'mongoose';
import type { Event } from '../../server/models/event.js';
import type { Resource } from '../../server/models/resource.js';
import { Slot } from '../../server/models/slot.js';
import { lockFree, unlock } from '../../server/slots/lock-slots.js';
import { makeUser, startAs, type TestApp, Visitor } from '../support/app.js';
import { makeEvent, makeSlot, makeTeacher } from '../support/event.js';
import { hidden } from '../support/booking/desk.js';

const NOW = new Date('2026-10-02T15:00:00Z');
const hex = (item: { _id: Types.ObjectId }) => item._id.toHexString();

/** Bulk changes rest on a page that was read before: who comes second is told what the first one did. */
describe('two people changing slots', () => {
  let test: TestApp;
  let account: Types.ObjectId;
  let first: Visitor;
  let second: Visitor;
  let event: Event;
  let lee: Resource;
  let slots: [Slot, Slot, Slot];
  let home: string;
  let page: string;

  beforeEach(async () => {
    ({ test, account, visitor: first } = await startAs('event administrator', NOW));
    second = await new Visitor(test.app).logIn(await makeUser(account, 'event administrator'));
    event = await makeEvent(account, { days: ['2026-11-24'] });
    lee = await makeTeacher(event, 'Lee');
    slots = [
      await makeSlot(event, lee, '2026-11-24T17:00'),
      await makeSlot(event, lee, '2026-11-24T17:10'),
      await makeSlot(event, lee, '2026-11-24T17:20'),
    ];
    home = `/events/${hex(event)}/slots`;
    page = `${home}/${hex(lee)}`;
  });

  const shownTo = async (who: Visitor) => hidden((await who.get(page)).text, 'shown');
  const change = (who: Visitor, fields: Record<string, string | string[]>, to = `${page}/changes`) =>
    who.post(to, fields, page);
  const states = async () =>
    (await Slot.find().sort({ from: 1 }).lean()).map(({ state, message }) =>
      [state, message].join(' ').trim(),
    );

  it('on a teacher’s page: the second is told, nothing of the first is lost, and pressing again goes on', async () => {
    const shown = await shownTo(first);
    assert.notEqual(shown, '');
    const busy = { action: 'unavailable', ids: hex(slots[0]), message: 'Dentist', sure: '1' };
    await change(second, busy);
    await Slot.deleteOne({ _id: slots[2]._id });
    const fields = { action: 'show', ids: slots.map(hex), shown };
    const refused = await change(first, fields);
    assert.equal(refused.status, 422);
    assert.match(
      refused.text,
      /2 slots that you selected[\s\S]*5:00 PM is unavailable, “Dentist”; one that was shown is removed/,
    );
    assert.match(refused.text, new RegExp(`value="${hex(slots[0])}" checked`));
    assert.deepEqual(await states(), ['unavailable Dentist', 'visible']);
    const again = await change(first, { ...fields, shown: hidden(refused.text, 'shown') });
    assert.equal(again.status, 303);
    assert.deepEqual(await states(), ['visible', 'visible']);
  });

  it('only what was selected counts, and who saw what is there is not held up', async () => {
    const shown = await shownTo(first);
    await change(second, { action: 'hide', ids: hex(slots[1]) });
    assert.equal((await change(first, { action: 'hide', ids: hex(slots[0]), shown })).status, 303);
    assert.deepEqual(await states(), ['hidden', 'hidden', 'visible']);
  });

  it('on the page that asks: other slots than those that were asked about are asked about again', async () => {
    const fields = { action: 'remove', resources: hex(lee) };
    const asked = await first.post(`${home}/changes`, fields, home);
    const print = hidden(asked.text, 'print');
    assert.match(print, /^[\w-]{43}$/);
    await change(second, { action: 'unavailable', ids: hex(slots[0]), message: 'Lunch', sure: '1' });
    const refused = await first.post(`${home}/changes`, { ...fields, print, sure: '1' }, home);
    assert.equal(refused.status, 422);
    assert.match(refused.text, /Somebody else changed some of these slots/);
    assert.equal(await Slot.countDocuments(), 3);
    const done = await first.post(
      `${home}/changes`,
      { ...fields, print: hidden(refused.text, 'print'), sure: '1' },
      home,
    );
    assert.equal(done.status, 303);
    assert.equal(await Slot.countDocuments(), 0);
  });

  it('at the same moment: what somebody changes between look and write stays, and is said', async () => {
    const original = Slot.find.bind(Slot);
    let landed = false;
    Slot.find = ((...args: Parameters<typeof original>) => {
      const query = original(...args);
      const projection = args[1] as Record<string, number> | undefined;
      if (landed || projection?.message !== 1) return query;
      landed = true;
      const exec = query.exec.bind(query);
      query.exec = async () => {
        const found = await exec();
        await Slot.updateOne({ _id: slots[0]._id }, { $set: { state: 'unavailable', message: 'Dentist' } });
        return found;
      };
      return query;
    }) as typeof Slot.find;
    try {
      await change(first, { action: 'remove', ids: slots.map(hex), sure: '1' });
    } finally {
      Slot.find = original;
    }
    assert.deepEqual(await states(), ['unavailable Dentist']);
    assert.match((await first.get(page)).text, /Removed 2 slots\. 1 slot stays as it is: somebody else/);
  });

  it('what another change has locked is neither changed nor removed, and gets back what it was', async () => {
    const held = await lockFree(event, [slots[1]], NOW);
    const ids = slots.map(hex);
    const changed = await change(first, { ids, kind: 'video', sure: '1' }, `${home}/bulk`);
    assert.match(changed.text, /Changed 2 slots\.[\s\S]*5:10/);
    assert.equal((await change(second, { action: 'remove', ids, sure: '1' })).status, 303);
    const [left, ...others] = await Slot.find().lean();
    assert.deepEqual(
      [left?._id, left?.kind, left?.locked?.was, others],
      [slots[1]._id, 'in person', 'visible', []],
    );
    await unlock(event, [slots[1]], held.by);
    assert.deepEqual(await states(), ['visible']);
  });

  it('marks that were made up, lists and long texts change nothing', async () => {
    for (const shown of ['x', ' '.repeat(50), `${hex(slots[0]).slice(-12)}9abcde`, 'y'.repeat(100_001)])
      assert.ok(
        [303, 422].includes((await change(first, { action: 'show', ids: hex(slots[0]), shown })).status),
      );
    const list = await change(first, { action: 'hide', ids: hex(slots[0]), shown: ['a', 'b'] });
    assert.equal(list.status, 422);
    const print = await change(first, { action: 'remove', ids: hex(slots[0]), sure: '1', print: ['a', 'b'] });
    assert.equal(print.status, 422);
    assert.equal(await Slot.countDocuments(), 3);
  });
});
